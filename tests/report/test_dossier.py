"""The dossier page: whole, valid, without script, the same bytes twice, and honest about what is missing."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import html5lib
import pytest
from invented import bare, portrait, variants

from verband.errors import WorkspaceError
from verband.report.context import Context
from verband.report.dossier import SECTIONS, dossier, file_name, write_dossier
from verband.report.words import LANGUAGES

VARIANTS = variants()


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
    page = dossier(VARIANTS[name], language=language)
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
    tree = parse(dossier(VARIANTS[name]))
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
    assert "Fictieve" not in dossier(VARIANTS["real"])


def test_the_lower_bound_stands_beside_the_share_and_where_it_is_missing():
    for name in ("whole", "bare", "newest missing"):
        assert "Dit is een ondergrens." in text_of(dossier(VARIANTS[name]))


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
        "2021 van Oud Vlierbeek boekt niets naar regelingen",
    ):
        assert expected in text, expected


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
    text = text_of(dossier(VARIANTS[name], language=language))
    found = re.search(r"\b(None|nan|NaN|inf|Kind\.\w+|GM9901\w)\b|[{}]|\(\)|\[\]", text)
    assert found is None, found


def test_an_outsourced_organisation_is_compared_with_nobody():
    text = text_of(dossier(VARIANTS["outsourced"]))
    assert "Vlierbeek heeft zijn organisatie uitbesteed" in text
    assert "staff-chart" not in dossier(VARIANTS["outsourced"])
    assert "Midden van 12 vergelijkbare gemeenten" not in text


def test_a_size_class_of_few_is_no_comparison_and_the_reason_is_said():
    text = text_of(dossier(VARIANTS["few in class"]))
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
    text = text_of(dossier(VARIANTS["few alike"]))
    assert "Deze pagina vergelijkt daarom niet." in text
    assert "Niet bekend. Er zijn maar twee gemeenten met een cijfer om mee te vergelijken: te weinig." in text
    for gone in ("iddelste helft van", "grijze balk", "Vergelijkbaar, midden", "vergelijkbare gemeenten € "):
        assert gone not in text, gone


def test_an_organisation_that_is_partly_elsewhere_is_compared_with_care():
    words = "Waarschijnlijk werkt een deel van het personeel bij een gezamenlijke organisatie"
    assert words in text_of(dossier(VARIANTS["partly joint"]))
    assert words not in text_of(dossier(VARIANTS["whole"]))


def test_the_dissolved_municipality_that_was_asked_for_is_named():
    text = text_of(dossier(VARIANTS["led"]))
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


def test_known_contributions_are_told_by_status_and_of_how_many():
    text = text_of(dossier(VARIANTS["whole"]))
    assert "In 2026 is de bijdrage bekend van 1 van de 2 regelingen: samen € 1,23 mln." in text
    assert "Daarvan gaat € 1,23 mln naar vrijwillige regelingen." in text
    assert "naar wettelijk verplichte regelingen" not in text
    assert "bijdrage bekend" not in text_of(dossier(VARIANTS["lists only"]))
