"""The dossier page: whole, valid, without script, the same bytes twice, and honest about what is missing."""

import html
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import html5lib
import pytest
from invented import bare, portrait, variants

from verband.errors import WorkspaceError
from verband.report.context import Context
from verband.report.dossier import SECTIONS, dossier, file_name, write_dossier
from verband.report.page import Figures, Table
from verband.report.said import origin_of
from verband.report.sections.dependence import dependence
from verband.report.sections.standing import standing
from verband.report.words import LANGUAGES, texts

VARIANTS = variants()


@cache
def page_of(name, language="nl"):
    return dossier(VARIANTS[name], language=language)


def parse(page):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def text_of(page):
    tree = parse(page)
    for element in tree.iter():
        if element.tag in ("style", "svg") or str(element.tag).endswith("}svg"):
            element.clear()
    return " ".join("".join(tree.itertext()).split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", VARIANTS)
def test_page_is_strict_html_without_anything_to_fetch_or_run(name, language):
    page = page_of(name, language)
    tree = parse(page)
    assert tree.get("lang") == language
    tags = {str(element.tag).rsplit("}", maxsplit=1)[-1] for element in tree.iter()}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed"}
    outside = [element.get("href") for element in tree.iter() if element.get("href")]
    assert all(address.startswith("#") for address in outside)
    assert "url(" not in page
    assert "@import" not in page
    assert not re.search(r"\son\w+=", page)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_link_leads_somewhere_and_no_identifier_repeats(name):
    tree = parse(page_of(name))
    found = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(found) == len(set(found))
    assert {element.get("href")[1:] for element in tree.iter() if element.get("href")} <= set(found)
    named = {
        word
        for element in tree.iter()
        if element.get("aria-labelledby")
        for word in element.get("aria-labelledby").split()
    }
    assert named <= set(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_portrait_gives_the_same_bytes(language):
    assert dossier(portrait(), language=language) == dossier(portrait(), language=language)


def test_a_fictional_municipality_says_so_in_title_head_and_on_every_printed_page():
    page = dossier(portrait())
    assert "<title>Dossier Vlierbeek: samenwerking in cijfers (Fictieve gemeente)</title>" in page
    assert page.index("Fictieve gemeente: deze gemeente") < page.index("<h1>")
    assert "Fictieve gemeente" in re.search(r"@top-left \{ content: (\".*\")", page)[1]
    assert "Fictieve" not in page_of("real")


def test_the_lower_bound_stands_beside_the_share_and_where_it_is_missing():
    for name in ("whole", "bare", "newest missing"):
        assert "Dit is een ondergrens." in text_of(page_of(name))


def test_numbers_of_the_portrait_stand_on_the_page_in_dutch():
    text = text_of(dossier(portrait()))
    for expected in (
        "20.123 inwoners",
        "In 2024 liep 20,0% van de lasten via regelingen",
        "In 2024 ging € 520 per inwoner naar regelingen, samen € 10,5 mln.",
        "€ 20 per inwoner meer dan in 2023",
        "Bijdrage 2026: € 1.234.567",
        "Stemmen: 3 van 40 (7,5%)",
        "uiterlijk 24 juni 2026",
        "Uitgetreden op 1 januari 2020.",
        "10 jaar oud",
        "Eind 2024 was 40,0% van het balanstotaal eigen vermogen",
        "een deel van Oud Vlierbeek (40,0%) (op 1 januari 2021)",
        "geen jaarrekening van Vlierbeek",
        "2021 van Oud Vlierbeek boekt minder dan € 30 per inwoner naar regelingen",
    ):
        assert expected in text, expected


def test_years_with_the_same_doubt_stand_in_one_sentence():
    facts = replace(portrait().dependence, doubts=((2021, ("Oud",)), (2022, ("Oud", "Nieuw")), (2023, ("Oud",))))
    text = text_of(dossier(portrait(dependence=facts)))
    assert "De jaarrekeningen 2021 en 2023 van Oud boeken elk minder dan € 30 per inwoner" in text
    assert "De jaarrekening 2022 van Oud en Nieuw boekt minder dan € 30 per inwoner" in text


def test_words_of_files_are_escaped():
    page = dossier(portrait())
    assert "Sociale &lt;Dienst&gt; &amp; Werk" in page
    assert "<Dienst>" not in page
    assert "1 row &lt;odd&gt;" in page


def test_a_name_cannot_break_out_of_the_style_or_the_drawing():
    name = '</style><b>"Vlier\\beek</b>'
    page = dossier(portrait(identity=replace(portrait().identity, name=name)))
    parse(page)
    assert "</style><b>" not in page


def test_what_is_missing_is_said_and_never_shown_as_nought():
    text = text_of(dossier(bare()))
    assert "€ 0" not in text
    assert "None" not in text
    assert "0,0%" not in text
    assert text.count("Niet bekend") >= 10
    assert "Er is geen lijst van regelingen geladen." in text
    tree = parse(dossier(bare()))
    assert all(len(list(body)) > 0 for body in tree.iter("tbody"))


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_python_shows_through(name, language):
    text = text_of(page_of(name, language))
    found = re.search(r"\b(None|nan|NaN|inf|Kind\.\w+|GM9901\w)\b|[{}]|\(\)|\[\]", text)
    assert found is None, found


def test_an_outsourced_organisation_is_compared_with_nobody():
    text = text_of(page_of("outsourced"))
    assert "Vlierbeek heeft zijn organisatie uitbesteed" in text
    assert "staff-chart" not in page_of("outsourced")
    assert "Midden van 12 vergelijkbare gemeenten" not in text


def test_a_size_class_of_few_is_no_comparison_and_the_reason_is_said():
    text = text_of(page_of("few in class"))
    assert "we vergelijken met de twaalf gemeenten die er het meest op lijken" in text
    assert "Er zijn maar drie andere gemeenten van deze grootte: te weinig om mee te vergelijken." in text
    assert (
        "Er zijn maar twee andere gemeenten van deze grootte met een cijfer: te weinig om mee te vergelijken." in text
    )
    assert "20,0% van de lasten via regelingen; het midden van vergelijkbare gemeenten is 7,5%" in text
    assert "Midden van 12 vergelijkbare gemeenten" in text
    for gone in (
        "Grootteklasse, midden",
        "gemeenten in de grootteklasse",
        "grijze band",
        "het midden van gemeenten van deze grootte",
    ):
        assert gone not in text, gone


def test_without_anyone_to_compare_with_nothing_is_compared():
    text = text_of(page_of("few alike"))
    assert "Deze pagina vergelijkt daarom niet." in text
    assert "Niet bekend. Er zijn maar twee gemeenten met een cijfer om mee te vergelijken: te weinig." in text
    for gone in ("iddelste helft van", "grijze balk", "Vergelijkbaar, midden", "vergelijkbare gemeenten € "):
        assert gone not in text, gone


def test_an_organisation_that_is_partly_elsewhere_is_compared_with_care():
    words = "Waarschijnlijk werkt een deel van het personeel bij een gezamenlijke organisatie"
    assert words in text_of(page_of("partly joint"))
    assert words not in text_of(page_of("whole"))


def test_the_dissolved_municipality_that_was_asked_for_is_named():
    text = text_of(page_of("led"))
    assert "Oud Vlierbeek (GM9902) is op 1 januari 2021 opgeheven." in text
    assert "Delen van Oud Vlierbeek gingen ook naar Elders." in text


def test_charts_have_names_descriptions_and_both_widths():
    for width in ("wide", "narrow"):
        page = dossier(portrait())
        for chart in ("standing", "dependence", "costs", "staff", "finances"):
            assert f'aria-labelledby="{chart}-chart-{width}-title {chart}-chart-{width}-desc"' in page
            assert f'<desc id="{chart}-chart-{width}-desc">' in page


def test_headings_do_not_skip_a_level():
    class Headings(HTMLParser):
        def __init__(self):
            super().__init__()
            self.levels = []

        def handle_starttag(self, tag, attributes):
            if re.fullmatch(r"h[1-6]", tag):
                self.levels.append(int(tag[1]))

    reader = Headings()
    reader.feed(dossier(portrait()))
    assert reader.levels[0] == 1
    assert reader.levels.count(1) == 1
    assert all(new <= old + 1 for old, new in zip(reader.levels, reader.levels[1:], strict=False))


def test_every_section_stands_on_the_page():
    page = dossier(portrait())
    for section in SECTIONS:
        assert f'<section id="{section(Context(portrait(), "nl")).anchor}"' in page


def test_file_name_is_plain():
    identity = portrait().identity
    assert file_name(portrait(), "nl") == "dossier-vlierbeek-gm9901-nl.html"
    assert file_name(portrait(identity=replace(identity, name="Súdwest-Fryslân")), "en").startswith(
        "dossier-sudwest-fryslan-"
    )
    assert "/" not in file_name(portrait(identity=replace(identity, name="../x/y")), "nl")


def test_page_is_written_whole_into_a_new_folder(tmp_path):
    path = write_dossier(portrait(), tmp_path / "new" / "folder")
    assert path.read_text(encoding="utf-8") == dossier(portrait())
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_a_folder_that_cannot_be_written_is_one_plain_message(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(WorkspaceError, match="the dossier cannot be written"):
        write_dossier(portrait(), tmp_path / "file")


def test_a_failed_write_leaves_the_old_page_and_nothing_else(tmp_path, monkeypatch):
    path = write_dossier(portrait(), tmp_path)
    before = path.read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(WorkspaceError, match="No space left"):
        write_dossier(portrait(snapshot="other"), tmp_path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_arrangements_for_one_duty_are_not_told_as_so_many_duties():
    text = text_of(page_of("duties in doubt"))
    assert "Wij vonden 5 regelingen van Vlierbeek; twee daarvan voor één wettelijke taak" in text
    assert "1 wettelijke taak; de lijst noemt daarvoor 2 regelingen. Welke geldt, is niet bekend." in text
    assert text.count("De wet vraagt voor deze taak één organisatie en de lijst noemt er meer.") == 2


def test_without_the_newest_accounts_every_section_shows_the_newest_there_are_and_says_so():
    text = text_of(page_of("newest missing"))
    assert text.count("De jaarrekening 2024 van Vlierbeek is niet ontvangen. Deze pagina toont daarom 2023.") == 3
    assert "De jaarrekening 2024 van Vlierbeek is niet ontvangen. Daarom is dit niet te zeggen." in text
    assert "te weinig gemeenten die in grootte en kenmerken" not in text


def test_a_large_jump_is_explained():
    words = "Zo'n sprong komt vaak door een andere boeking of een regeling die stopt of begint."
    assert words in text_of(page_of("large change"))
    assert words not in text_of(page_of("whole"))


def test_the_table_of_size_classes_tells_the_middle_apart_from_the_sum():
    tables = [block for block in dependence(Context(VARIANTS["whole"], "nl")).blocks if isinstance(block, Table)]
    assert tables[-1].columns[2:4] == ("Aandeel, midden", "Aandeel (alle gemeenten samen)")
    assert tables[-1].rows[0][:4] == ("10.000 tot 20.000 inwoners", "2 van 2", "7,5%", "15,0%")


def test_the_heading_gives_inhabitants_and_size_class_their_own_year():
    found = standing(Context(VARIANTS["whole"], "nl"))
    assert found.heading == (
        "Vlierbeek telt 20.123 inwoners (2026); we vergelijken met de 9 andere gemeenten "
        "die in 2024 van haar grootte waren: 10.000 tot 20.000 inwoners"
    )
    assert "Vlierbeek: 10.000 (2024)" in page_of("whole").replace("\u00a0", " ")


def test_another_name_is_no_merger():
    text = text_of(page_of("renamed"))
    assert "In Vlierbeek is opgegaan: Vlierdam (op 1 januari 2015)." in text
    assert "Vlierbeek heette tot 1 januari 2018 Oud Vlierbeek." in text


def test_where_few_municipalities_are_alike_it_is_said_at_each_comparison():
    text = text_of(page_of("far"))
    assert text.count("Weinig gemeenten lijken op Vlierbeek.") == 3
    assert "per inwoner uit; de meest gelijkende gemeenten €" in text


def test_hardly_any_hiring_is_doubted_and_not_compared():
    text = text_of(page_of("hardly any hiring"))
    assert "boekt 0,16% van het geld voor personeel als inhuur; dat kan haast niet" in text
    assert "elke gemeente huurt mensen in bij ziekte en vacatures" in text
    assert "Dat is minder dan bij de meeste van" not in text


def test_a_task_below_zero_is_named():
    text = text_of(page_of("negative task"))
    assert "(€ −84 per inwoner; midden € 750) boekte Vlierbeek minder dan nul" in text
    assert "boekte Vlierbeek minder dan nul" not in text_of(page_of("whole"))


def test_one_warning_covers_all_years_in_doubt():
    text = text_of(page_of("doubtful years"))
    assert "De jaarrekeningen 2021, 2022 en 2023 van Vlierbeek boeken elk minder dan € 30 per inwoner" in text
    assert text.count("Dat is overgenomen zoals gepubliceerd") == 1


def test_an_amount_with_the_pay_of_staff_elsewhere_says_so():
    words = "zit in dit bedrag ook het loon dat andere gemeenten zelf betalen"
    assert words in text_of(page_of("staff through arrangement"))
    assert words not in text_of(page_of("whole"))


def test_a_list_of_own_entries_is_not_told_as_a_public_list():
    text = text_of(page_of("all own"))
    assert "Of een regeling verplicht is, staat in uw eigen opgave." in text
    assert "leiden we af uit haar naam" not in text
    assert "staat niet op een openbare lijst" not in text
    assert "Bij 1 gaat het om een vorm zonder bestuur: daar wordt niet gestemd." in text
    assert "de stemmen bij" not in text
    assert "ongeveer zo verdeeld als bij twee even grote bijdragen" in text


def test_known_contributions_are_told_by_status_and_of_how_many():
    text = text_of(page_of("whole"))
    assert "In 2026 is de bijdrage bekend van 1 van de 2 regelingen: samen € 1,23 mln." in text
    assert "Daarvan gaat € 1,23 mln naar vrijwillige regelingen." in text
    assert "naar wettelijk verplichte regelingen" not in text
    assert "bijdrage bekend" not in text_of(page_of("lists only"))


def test_titles_of_charts_are_findings():
    page = dossier(portrait())
    titles = [re.sub("<.*", "", title).replace("\xa0", " ") for title in re.findall(r"<figcaption>(.*?)</", page)]
    assert titles[0] == "Kleiner dan Vlierbeek: 0 van de 32 andere gemeenten"
    assert "Vlierbeek: in 2023 liep 19,0% van de lasten via regelingen, in 2024 20,0%" in titles
    assert "De drie grootste taken; het meest geeft Vlierbeek uit aan Overhead: € 400 per inwoner" in titles
    assert "Vlierbeek: solvabiliteit 40,0% eind 2022 en 40,0% eind 2024" in titles
    assert len(titles) == 6


def test_a_year_in_doubt_is_an_open_dot_and_in_no_title():
    found = dependence(Context(VARIANTS["whole"], "nl"))
    (chart,) = [block for block in found.blocks if isinstance(block, Figures)]
    doubtful = {year for year, _ in VARIANTS["whole"].dependence.doubts}
    assert doubtful
    assert not any(str(year) in chart.chart.title for year in doubtful)
    assert "Een open stip is een jaar waarover het cijfer twijfelachtig is." in chart.reading
    without = replace(VARIANTS["whole"], dependence=replace(VARIANTS["whole"].dependence, doubts=()))
    (chart,) = [block for block in dependence(Context(without, "nl")).blocks if isinstance(block, Figures)]
    assert "open stip" not in chart.reading


def test_what_is_ours_in_the_sources_is_dutch_on_the_dutch_page():
    english = "BZK; somebody. No licence stated. CBS data CC BY 4.0 (name CBS); aggregation by somebody."
    told = origin_of(Context(portrait(), "nl"), english)
    assert told == (
        "BZK; somebody. Geen licentie vermeld. Gegevens van het CBS: CC BY 4.0 (noem het CBS); opgeteld door somebody."
    )
    assert "No licence stated" in origin_of(Context(portrait(), "en"), english)


def test_outsourced_neighbours_are_told_in_the_right_number():
    facts = portrait().staff
    for names, start in (
        (("Eén",), "Eén gemeente in deze groepen telt niet mee, omdat haar personeel"),
        (("Eén", "Twee"), "In deze groepen tellen twee gemeenten niet mee, omdat hun personeel"),
    ):
        assert start in text_of(dossier(portrait(staff=replace(facts, outsourced=names))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_ratio_is_in_the_glossary(language):
    known = {texts(language)[key] for key in texts(language) if key.startswith("glossary.") and key.endswith("_term")}
    assert {text for key, text in texts(language).items() if key.startswith("ratios.")} <= known


def test_only_in_short_it_is_we():
    page = dossier(portrait())
    rest = re.sub(r"<[^>]+>", " ", page[page.index('<nav aria-labelledby="contents') :])
    allowed = rest.replace("Wij vonden", "")  # the heading on the lists, which is about what this page found
    assert not re.search(r"\b([Ww]ij|[Oo]nze|[Oo]ns)\b", allowed)


def test_long_lists_in_cells_are_stacked_and_numbers_stay_on_one_line():
    found = portrait().arrangements
    many = tuple(replace(item, participants=item.participants * 20) for item in found.items)
    page = dossier(portrait(arrangements=replace(found, items=many)))
    assert '<table class="stacked">' in page
    for table in re.findall(r"<table.*?</table>", page, re.S):
        cells = [
            text
            for number, text in re.findall(r'<td( class="number[^"]*")? [^>]*>(.*?)</td>', table, re.S)
            if not number
        ]
        assert ('class="stacked"' in table) == any(len(html.unescape(text)) > 60 for text in cells)
