"""The evidence page: whole, valid and self-contained, also where nothing was found; its data beside it or nothing."""

import csv
import html
import io
import json
import re
from dataclasses import replace

import html5lib
import pytest
from made_evidence import BACKGROUND, CASES, ON, bare, checked, claim, evidence, family, found, rule

from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.result import Findings, SetAside
from verband.analysis.evidence.statements import statements
from verband.errors import WorkspaceError
from verband.report.evidence.data import as_csv, as_json, record
from verband.report.evidence.ledger_page import evidence_page, write_evidence
from verband.report.evidence.sections import claim_section
from verband.report.evidence.sentences import MARKS, Told
from verband.report.page import Figures, Table
from verband.report.words import LANGUAGES, Words

EMPTY = tuple(bare(item.mechanism) for item in statements())


def parse(page):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def page_of(*items, language="nl"):
    return evidence_page(items, BACKGROUND, on=ON, language=language)


def blocks_of(item, language="nl"):
    return claim_section(Told(item, language, BACKGROUND.names), BACKGROUND).blocks


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_where_nothing_was_found_of_any_claim(language):
    page = page_of(*EMPTY, language=language)
    tree = parse(page)
    assert tree.get("lang") == language
    headings = [element.get("id") for element in tree.iter("section")]
    assert headings == ["short", *(item.mechanism.casefold() for item in statements()), "sources", "glossary"]
    rows = re.findall(r'<span class="verdict verdict-(\w+)">', page.split("<dl", maxsplit=1)[0])
    assert rows == ["not_testable"] * 16
    assert "<svg" not in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("direction", "name"), CASES)
def test_the_page_is_strict_html_without_anything_to_fetch_or_run(direction, name, language):
    page = page_of(evidence(direction, name), language=language)
    tree = parse(page)
    tags = {str(element.tag).rsplit("}", maxsplit=1)[-1] for element in tree.iter()}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed"}
    targets = [element.get("href")[1:] for element in tree.iter() if (element.get("href") or "").startswith("#")]
    names = [element.get("id") for element in tree.iter() if element.get("id")]
    assert set(targets) <= set(names)
    assert len(names) == len(set(names))
    assert all(element.get("href").startswith("#") for element in tree.iter() if element.get("href"))
    text = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert not re.search(r"[{}⟦⟧]|\bnan\b|None(?! of)", text)


def test_the_table_tells_claim_verdict_with_its_mark_figure_and_kind():
    page = page_of(evidence("higher", "around"), bare("M3"))
    table = page.split("<tbody>")[1].split("</tbody>")[0]
    first, second = table.split("<tr>")[1:]
    for word in (
        "M14 De gezamenlijke pot",
        "niet te zeggen",
        "+\u2060€\xa035 (−\u2060€\xa020 tot +\u2060€\xa090)",
        "geschat",
    ):
        assert word in html.unescape(first)
    assert f">{MARKS['inconclusive']} niet te zeggen<" in first
    for word in ("M3 Kwaliteit", "niet te toetsen", "geen cijfer", "niet bekend"):
        assert word in second
    assert len(set(MARKS.values())) == len(MARKS)


def test_a_figure_of_a_claim_that_cannot_be_tested_says_that_it_decides_nothing():
    item = judge(claim(rule("higher", role="shown")), Findings((found(60.0, 90.0),)))
    assert item.verdict == "not_testable"
    assert "beslist niets: " in page_of(item)


def test_the_same_evidence_gives_the_same_bytes():
    assert page_of(evidence(), family(4)) == page_of(evidence(), family(4))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_is_read_aloud_and_has_its_numbers_in_a_table(language):
    blocks = blocks_of(evidence("higher", "around"), language)
    charts = [block for block in blocks if isinstance(block, Figures)]
    tables = [block for block in blocks if isinstance(block, Table)]
    assert len(charts) == 2
    for chart in charts:
        for svg in (chart.chart.wide, chart.chart.narrow):
            assert re.search(r"<desc[^>]*>[^<]{20,}", svg)
    estimate, points = (
        next(table for table in tables if table.summary.startswith(("De getallen: ", "The numbers: "))),
        tables[0],
    )
    assert len(estimate.rows) == 4
    assert len(points.rows) == 6
    assert points.rows[-1][0] == "Hazelwoude"


def test_long_families_have_a_chart_of_their_own_and_what_goes_beyond_it_an_arrow():
    few = [block for block in blocks_of(family(4)) if isinstance(block, Figures)]
    assert "Sociaal domein" not in few[0].chart.wide
    many = [block for block in blocks_of(family(20)) if isinstance(block, Figures)]
    assert (len(few), len(many)) == (1, 2)
    assert "pijltje" in many[1].reading
    for svg in (many[1].chart.wide, many[1].chart.narrow):
        assert svg.count("Sociaal domein") >= 2


def test_what_was_set_aside_is_named_with_its_reason_and_counted():
    item = replace(
        evidence(), set_aside=(SetAside("GM9901", "merged in 2017: no accounts of 2015"), SetAside("0.61", "27 tasks"))
    )
    table = next(block for block in blocks_of(item) if isinstance(block, Table) and "reden" in (block.summary or ""))
    assert table.rows[0] == ("Hazelwoude (GM9901)", "gefuseerd in 2017: geen rekening van 2015")
    assert table.rows[1][0] == "0.61 OZB woningen"
    assert "(2)" in table.summary


def test_sources_carry_the_day_on_which_they_were_loaded():
    assert "iv3/kerncijfers.csv en 2 andere bestanden (geladen op 30\xa0juni\xa02026)" in html.unescape(
        page_of(evidence())
    )


def test_english_of_an_analysis_is_marked_as_such_on_a_dutch_page():
    page = page_of(evidence())
    assert '<span lang="en">a made-up method</span>' in page
    assert '<span lang="en">' not in page_of(evidence(), language="en")


def test_studies_stand_beside_the_verdict_with_stance_and_certainty():
    text = html.unescape(page_of(bare("M14")))
    assert "Jordahl en Liang (2010)" in text
    assert "Wijst niet één kant op. Merged municipalities, higher debt" in text
    assert "Zekerheid van deze weergave: gezien in de bron of haar samenvatting." in text
    unchecked = html.unescape(page_of(bare("M13")))
    assert "Moulin (1988)" in unchecked
    assert "Zekerheid van deze weergave: uit het hoofd, nog na te kijken." in unchecked


def test_data_beside_the_page_hold_every_estimate_and_check():
    item = evidence("higher", "around")
    (told,) = json.loads(as_json([item]))
    assert told["verdict"] == "inconclusive"
    assert told["components"][0]["low"] == -20
    assert [part["name"] for part in told["variants"]] == ["last year only"] * 3
    rows = list(csv.DictReader(io.StringIO(as_csv([item, bare("M3")]))))
    assert [row["role"] for row in rows] == ["primary", "variant", "variant", "variant", ""]
    assert rows[-1]["claim_verdict"] == "not_testable"
    assert record(item)["p_value_holm"] is None


def test_page_and_data_are_written_together_or_not_at_all(tmp_path):
    paths = write_evidence([evidence()], BACKGROUND, tmp_path / "new", on=ON)
    assert [path.name for path in paths] == ["evidence-nl.html", "evidence.json", "evidence.csv"]
    before = {path: path.read_bytes() for path in paths}
    paths[2].unlink()
    paths[2].mkdir()
    with pytest.raises(WorkspaceError, match="the evidence cannot be written"):
        write_evidence([bare("M3")], BACKGROUND, tmp_path / "new", on=ON)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(path.name for path in paths)
    assert all(path.read_bytes() == before[path] for path in paths[:2])


def test_a_first_page_that_cannot_be_finished_leaves_nothing(tmp_path):
    (tmp_path / "evidence.csv").mkdir()
    with pytest.raises(WorkspaceError):
        write_evidence([bare("M3")], BACKGROUND, tmp_path, on=ON)
    assert [path.name for path in tmp_path.iterdir()] == ["evidence.csv"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_beside_a_motive_get_no_verdict_and_no_area_that_would_support_it(language):
    item = evidence(kind="motive")
    page = page_of(item, language=language)
    words = Words(language)
    section = page.split('<section id="m14"')[1].split("</section>")[0]
    assert words("evidence.chart.reading_beside") in section
    assert words("evidence.chart.reading") not in section
    assert words("evidence.chart.unit") in section
    for verdict in ("supported", "not_supported", "inconclusive"):
        assert f"{MARKS[verdict]} {words(f'evidence.verdicts.{verdict}')}" not in section
    assert words("evidence.chart.reading") in page_of(evidence(), language=language)


def test_the_table_says_which_parts_are_supported_where_the_whole_cannot_be_told():
    rules = (rule("higher"), rule("lower", "equity", "counts"))
    item = judge(claim(*rules), checked(found(60.0, 90.0), found(-90.0, -20.0, "equity")))
    table = page_of(item).split("<tbody>")[1].split("</tbody>")[0]
    assert "van de twee delen: één gesteund, één niet te zeggen" in table


def test_years_of_estimates_are_not_told_as_figures_of_what_was():
    rules = (rule("higher"), rule("lower", "equity", "counts"))
    ahead = replace(found(-90.0, -20.0, "equity"), by={"report": "estimate", "year": "2028"}, years=(2028,))
    item = judge(claim(*rules), Findings((found(60.0, 90.0), ahead)))
    assert "Cijfers over 2018–2020, begrotingen en ramingen tot en met 2028;" in page_of(item)
    assert "Cijfers over 2018–2020; gegevens" in page_of(evidence())


def test_a_number_is_not_written_against_what_follows_it():
    assert "Buiten beschouwing: 1 (met naam en reden hieronder)." in page_of(evidence())
    assert "Set aside: 1 (with name and reason below)." in page_of(evidence(), language="en")
