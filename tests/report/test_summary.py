"""The record and the terminal summary of a dossier."""

import json

import pytest
from invented import bare, portrait, variants

from verband.report.figures import figures
from verband.report.summary import record, summary
from verband.report.words import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", variants())
def test_record_holds_ten_answers_and_figures_with_kind_source_and_date(name, language):
    found = record(variants()[name], language=language, page="x.html")
    json.dumps(found, allow_nan=False)
    assert found["page"] == "x.html"
    assert found["municipality"]["code"] == "GM9901"
    assert [set(item) for item in found["answers"]] == [{"question", "answer", "kind", "source"}] * 10
    for item in found["figures"]:
        assert {"name", "value", "unit", "kind", "source", "as_of"} <= set(item)
        assert (item["value"] is None) == bool(item["missing"])


def test_figures_are_those_of_the_portrait():
    found = {(item.name, item.as_of): item for item in figures(portrait())}
    assert found["share_of_cost_through_arrangements", "2024"].value == 0.2
    assert found["share_of_cost_through_arrangements", "2022"].value is None
    assert found["cost_7.3", "2024"].value == 2_000_000
    assert found["cost_7.3", "2024"].kind == "measured"
    assert found["cost_7.3_per_inhabitant", "2024"].kind == "derived"
    assert found["solvency", "2024-12-31"].value == 0.4
    assert found["arrangements_compulsory", "2016-01-01"].value == 1


def test_a_bare_portrait_gives_no_invented_figures():
    assert all(item.value is None for item in figures(bare()))


def test_summary_names_page_bound_and_fiction():
    found = summary(portrait(), language="nl", page="map/x.html")
    assert len(found.rows) == 10
    notes = " ".join(found.notes)
    assert "map/x.html" in notes
    assert "Dit is een ondergrens" in notes
    assert "Fictieve gemeente" in notes
