"""The ten answers: short, with their kind, and *not known* with what would make it known."""

from dataclasses import replace
from datetime import date

import pytest
from invented import bare, portrait, variants

from verband.domain.arrangement import Deadline
from verband.report.context import Context
from verband.report.dossier import dossier
from verband.report.page import Answer
from verband.report.questions import MOST_WORDS, answers
from verband.report.words import LANGUAGES

KINDS = {"measured", "derived", "estimated", "assumed", "unknown"}
VARIANTS = variants()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", VARIANTS)
def test_answers_are_ten_short_and_have_a_kind(name, language):
    found = answers(Context(VARIANTS[name], language))
    assert [item.number for item in found] == list(range(1, 11))
    for item in found:
        assert len(item.text.split()) <= MOST_WORDS, item
        assert item.kind in KINDS
        assert item.text.endswith(".")
        assert "None" not in item.text
        if item.kind == "unknown":
            assert item.text.startswith(("Niet bekend", "Not known"))


def texts(portrait_):
    return {item.number: item for item in answers(Context(portrait_, "nl"))}


def test_answers_from_an_own_file():
    found = texts(portrait())
    assert (
        found[1].text
        == "In 2 regelingen: 1 wettelijk verplicht en 1 vrijwillig. Daarvan één uit een lijst van 2016, 10 jaar oud."
    )
    assert found[2].text == (
        "In 2024 ten minste €\xa0520 per inwoner (€\xa010,5\xa0mln). "
        "Dat is €\xa020 meer dan in 2023, niet gecorrigeerd voor prijsstijging."
    )
    assert found[4].text == "Van 1 afspraken met een resultaat zijn er 1 gehaald."
    assert found[5].text == "Tot 24\xa0juni\xa02026 over ontwerpbegroting 2027 van Sociale <Dienst> & Werk Verzonnen…."
    assert found[6].text == (
        "Bij Sociale <Dienst> & Werk Verzonnen…: 7,5% van de stemmen, 12,5% van de kosten. "
        "Bekend bij 1 van 2 regelingen."
    )
    assert found[9].text == "Van 2 ingevulde functies rusten er 1 op één persoon en 0 op twee."
    assert found[10].kind == "estimated"


def test_every_answer_without_data_says_so():
    assert {item.kind for item in texts(bare()).values()} == {"unknown"}


def test_nothing_booked_is_doubted_not_believed():
    found = texts(VARIANTS["zero"])
    told = "de jaarrekening 2024 boekt minder dan €\xa030 per inwoner naar regelingen."
    assert found[2].text.startswith(f"Niet zeker: {told}")
    assert found[3].text.startswith(f"Niet te zeggen: {told}")


@pytest.mark.parametrize(("variant", "whose"), [("too little", "de"), ("too little in a part", "één")])
def test_a_little_that_cannot_be_all_is_doubted_too(variant, whose):
    found = texts(VARIANTS[variant])
    told = f"{whose} jaarrekening 2024 boekt minder dan €\xa030 per inwoner naar regelingen."
    assert found[2].text.startswith(f"Niet zeker: {told}")
    assert found[3].text.startswith(f"Niet te zeggen: {told}")


def test_a_year_in_doubt_is_not_compared_with():
    text = texts(VARIANTS["too little before"])[2].text
    assert text.endswith("Het cijfer over 2023 is twijfelachtig; of het meer is, is dus niet bekend.")


def test_who_is_compared_with_few_is_compared_with_nobody():
    found = texts(VARIANTS["few alike"])[3]
    assert found.text == "Niet bekend. Er zijn maar twee gemeenten met een cijfer om mee te vergelijken: te weinig."
    assert found.kind == "unknown"


def test_duties_are_counted_not_the_arrangements_that_the_list_names_for_them():
    found = texts(VARIANTS["duties in doubt"])
    assert found[1].text == (
        "In 5 regelingen: 1 wettelijke taak (2 genoemd), 1 verplicht samenwerken, 1 vrijwillig en van 1 onbekend. "
        "Lijst uit 2016, niet volledig."
    )
    assert found[8].text.startswith(
        "Niet bekend. Bij 1 wettelijke taak kunnen wij niet zelf uitstappen; de lijst noemt daarvoor 2 regelingen."
    )


def test_who_did_not_file_and_who_has_no_group_are_told_apart():
    assert (
        texts(VARIANTS["never filed"])[3].text == "Niet bekend: van ons is geen jaarrekening met dit cijfer ontvangen."
    )
    assert texts(VARIANTS["no group"])[3].text.startswith("Niet bekend: er is geen groep om mee te vergelijken")


def test_the_newest_own_accounts_are_compared_where_those_of_the_year_are_missing():
    assert texts(VARIANTS["newest missing"])[3].text.startswith("Niet ongewoon in 2023: €\xa0500 per inwoner, midden")


def test_own_staff_that_is_paid_through_an_arrangement_is_named_where_it_pays_more():
    assert texts(VARIANTS["staff through arrangement"])[3].text == (
        "Meer in 2024, maar ons eigen personeel wordt zo betaald: €\xa01.760 per inwoner; "
        "de middelste helft van twaalf vergelijkbare: €\xa0475 tot €\xa01.020."
    )
    assert "personeel" not in texts(VARIANTS["outsourced"])[3].text


def test_a_large_jump_is_no_plain_more():
    assert texts(VARIANTS["large change"])[2].text.endswith(
        "Dat is €\xa0220 meer dan in 2023; vaak is dan anders geboekt."
    )
    assert "anders geboekt" not in texts(VARIANTS["whole"])[2].text


def test_those_most_alike_are_not_called_comparable_where_few_are_like_it():
    found = texts(VARIANTS["far"])[3].text
    assert "de twaalf meest gelijkende" in found
    assert found.endswith("Weinig gemeenten lijken op ons.")
    assert "vergelijkbare" not in found


def test_seats_of_predecessors_are_told_apart():
    assert texts(VARIANTS["carried"])[1].text == (
        "In 2 regelingen, waarvan 1 via Oud Vlierbeek: 1 wettelijk verplicht en van 1 onbekend. "
        "De lijst is uit 2016, 10 jaar oud, niet volledig."
    )


def test_who_has_no_board_is_not_in_the_count_of_known_votes():
    assert texts(VARIANTS["all own"])[6].text.endswith("Bekend bij 1 van 1 regelingen.")


@pytest.mark.parametrize(("months", "told"), [(0, "Binnen een jaar nog 1 ander stuk."), (24, "Verzonnen….")])
def test_only_documents_within_a_year_are_counted(months, told):
    item = portrait().arrangements.items[1]
    day = date(2026 + months // 12, 9, 1)
    later = replace(item, deadlines=(*item.deadlines, Deadline("begrotingswijziging", None, day)))
    listed = replace(portrait().arrangements, items=(later,))
    assert texts(portrait(arrangements=listed))[5].text.endswith(told)


def test_the_worst_kind_wins():
    assert texts(portrait())[1].kind == "derived"
    assert isinstance(texts(portrait())[1], Answer)


def test_within_the_middle_half_is_not_unusual_and_never_no_difference():
    spread = portrait().dependence.alike_eur_per_inhabitant
    facts = replace(portrait().dependence, alike_eur_per_inhabitant=replace(spread, value=spread.median))
    within = portrait(dependence=facts)
    assert facts.alike_eur_per_inhabitant.position == "within"
    for language, start in (("nl", "Niet ongewoon in 2024: "), ("en", "Not unusual in 2024: ")):
        found = answers(Context(within, language))[2].text
        assert found.startswith(start)
        assert len(found.split()) <= MOST_WORDS
        page = dossier(within, language=language)
        assert "duidelijk verschil" not in page
        assert "differ clearly" not in page
