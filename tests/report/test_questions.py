"""The ten answers: short, with their kind, and *not known* with what would make it known."""

from dataclasses import replace

import pytest
from invented import bare, portrait, variants

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
    assert found[2].text.startswith("Niet zeker: de jaarrekening 2024 boekt € 0 of minder naar regelingen.")
    assert found[3].text.startswith("Niet te zeggen: de jaarrekening 2024 boekt € 0 of minder naar regelingen.")


def test_who_is_compared_with_few_is_compared_with_nobody():
    found = texts(VARIANTS["few alike"])[3]
    assert found.text == "Niet bekend. Er zijn maar twee gemeenten met een cijfer om mee te vergelijken: te weinig."
    assert found.kind == "unknown"


def test_the_worst_kind_wins():
    assert texts(portrait())[1].kind == "derived"
    assert isinstance(texts(portrait())[1], Answer)


def test_within_the_middle_half_is_not_unusual_and_never_no_difference():
    spread = portrait().dependence.alike_eur_per_inhabitant
    facts = replace(portrait().dependence, alike_eur_per_inhabitant=replace(spread, value=spread.median))
    within = portrait(dependence=facts)
    assert facts.alike_eur_per_inhabitant.position == "within"
    for language, start in (("nl", "Niet ongewoon: "), ("en", "Not unusual: ")):
        found = answers(Context(within, language))[2].text
        assert found.startswith(start)
        assert len(found.split()) <= MOST_WORDS
        page = dossier(within, language=language)
        assert "duidelijk verschil" not in page
        assert "differ clearly" not in page
