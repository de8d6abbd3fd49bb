"""The page that lists all dossiers: valid, without script, sorted as people look, honest about what it lacks."""

import re
from dataclasses import replace
from datetime import date

import html5lib
import pytest

from verband.analysis.dependence import Dependence
from verband.report.collection import Entry
from verband.report.index import index, index_name, write_index
from verband.report.words import LANGUAGES
from verband.workspace.portrait import Outline

ON = date(2026, 7, 1)


def entry(code, name, *, share=0.142, year=2024, state="written", **changes):
    facts = Dependence(code, year, "accounts", 1, 1, 1, share, 500.0, ()) if share is not None else None
    outline = {
        "province": "Gelderland",
        "year": 2026,
        "inhabitants": 27_123,
        "fictional": False,
        "doubts": (),
    } | changes
    return Entry(
        Outline(code=code, name=name, dependence=facts, **outline),
        f"dossier-{code.casefold()}-nl.html",
        state,
        "broken" if state == "failed" else None,
    )


ENTRIES = (
    entry("GM0003", "Zuidwolde"),
    entry("GM0004", "'s-Gravenhage"),
    entry("GM0005", "Súdwest-Fryslân", share=0.0, doubts=("Súdwest-Fryslân",)),
    entry("GM0006", "Aalten", year=2023),
    entry("GM0007", "Écht <b>", share=None, inhabitants=None, province=""),
    entry("GM0008", "Sluis", inhabitants=23_000),
    entry("GM0009", "Baarle", state="failed"),
)


def page(entries=ENTRIES, language="nl"):
    return index(entries, language=language, on=ON, snapshot="0123456789abcdef")


def parse(text):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def rows(text):
    """Cells of the table by the name of the municipality."""
    found = [["".join(cell.itertext()) for cell in row] for row in parse(text).iter("tr")]
    return {cells[0]: [cell.replace("\xa0", " ") for cell in cells[1:]] for cells in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_strict_html_without_anything_to_fetch_or_run(language):
    text = page(language=language)
    tree = parse(text)
    assert tree.get("lang") == language
    tags = {str(element.tag) for element in tree.iter()}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed"}
    assert "url(" not in text.replace("url(#", "")
    assert "@import" not in text
    assert not re.search(r"\b(None|nan)\b|[{}]", re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL))


def test_links_lead_to_a_page_of_the_folder_or_a_place_on_this_one():
    tree = parse(page())
    found = [element.get("href") for element in tree.iter("a")]
    inside = {address[1:] for address in found if address.startswith("#")}
    names = [element.get("id") for element in tree.iter() if element.get("id")]
    assert inside <= set(names)
    assert len(names) == len(set(names))
    outside = [address for address in found if not address.startswith("#")]
    assert sorted(outside) == sorted(item.file for item in ENTRIES if item.state != "failed")
    for element in tree.iter():
        assert set((element.get("aria-labelledby") or "").split()) <= set(names)


def test_names_are_sorted_as_people_look_them_up():
    order = [name for name in rows(page()) if name != "Gemeente"]
    assert order == ["Aalten", "Baarle", "Écht <b>", "'s-Gravenhage", "Sluis", "Súdwest-Fryslân", "Zuidwolde"]
    letters = [element.text for element in parse(page()).iter("a") if (element.get("href") or "").startswith("#letter")]
    assert letters == ["A", "B", "E", "S", "Z"]


def test_a_row_holds_province_inhabitants_share_and_its_year():
    found = rows(page())
    assert found["Zuidwolde"] == ["Gelderland", "27.123", "14,2%", "2024"]
    assert found["Aalten"][2:] == ["14,2%", "2023"]
    assert rows(page(language="en"))["Zuidwolde"] == ["Gelderland", "27,123", "14.2%", "2024"]


def test_what_is_missing_is_said_and_no_nought():
    assert rows(page())["Écht <b>"] == ["niet bekend"] * 4


def test_a_figure_in_doubt_says_so():
    assert rows(page())["Súdwest-Fryslân"][2] == "0,0%, twijfelachtig"
    assert rows(page(language="en"))["Súdwest-Fryslân"][2] == "0.0%, in doubt"


def test_inhabitants_of_another_year_say_which():
    old = entry("GM0010", "Oud")
    other = replace(old, outline=replace(old.outline, year=2022))
    assert rows(page((*ENTRIES, other)))["Oud"][1] == "27.123 (2022)"


def test_kind_lower_bound_and_age_stand_on_the_page():
    text = page().replace("\xa0", " ")
    assert "Dit is een ondergrens." in text
    heads = [
        " ".join("".join(cell.itertext()).split()) for cell in parse(text).iter("th") if cell.get("scope") == "col"
    ]
    assert heads[2].endswith("gemeten")
    assert heads[3].endswith("afgeleid")
    assert "Stand van 1 juli 2026. Inwoners van 1 januari 2026" in text
    assert "0123456789abcdef" in text


def test_a_municipality_whose_page_failed_is_named_and_has_no_link():
    assert "Van Baarle kon de pagina niet worden gemaakt." in page()
    assert "kon de pagina" not in page([item for item in ENTRIES if item.state != "failed"])


def test_fictional_municipalities_are_said_to_be_so_in_title_and_head():
    text = page([entry("GM9001", "Wouderstad", fictional=True)])
    assert "(Fictieve gemeenten)</title>" in text
    assert text.index("Fictieve gemeenten: deze gemeenten") < text.index("<h1>")
    assert "Fictieve" not in page()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_entries_in_any_order_give_the_same_bytes(language):
    assert page(language=language) == page(ENTRIES[::-1], language=language)


def test_each_language_has_its_own_file(tmp_path):
    assert (index_name("nl"), index_name("en")) == ("index.html", "index-en.html")
    for language in LANGUAGES:
        path = write_index(ENTRIES, tmp_path / "new", language=language, on=ON, snapshot="0123456789abcdef")
        assert path.read_text(encoding="utf-8") == page(language=language)
    assert sorted(item.name for item in (tmp_path / "new").iterdir()) == ["index-en.html", "index.html"]
