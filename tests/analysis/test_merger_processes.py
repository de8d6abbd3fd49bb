"""Merger processes: who belongs together, who keeps its code, and which part of the new municipality each was."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from verband.analysis.merger_processes import merger_processes


def changes(*rows):
    return pl.DataFrame(
        [(day, new, old, kind, share) for day, new, old, kind, share in rows],
        schema={
            "effective_date": pl.Date,
            "new_code": pl.String,
            "old_code": pl.String,
            "type": pl.String,
            "share": pl.Float64,
        },
        orient="row",
    )


def people(**numbers):
    return pl.DataFrame({"code": list(numbers), "year": [2018] * len(numbers), "inhabitants": list(numbers.values())})


DAY = date(2019, 1, 1)


def test_municipalities_that_share_a_part_are_one_process():
    found = merger_processes(
        changes(
            (DAY, "N1", "A", "merger", 1.0),
            (DAY, "N1", "B", "split", 0.75),
            (DAY, "N2", "B", "split", 0.25),
            (DAY, "N2", "C", "merger", 1.0),
            (DAY, "N3", "D", "merger", 1.0),
            (DAY, "N3", "E", "merger", 1.0),
        ),
        people(A=10_000, B=4_000, C=9_000, D=5_000, E=15_000),
    )
    process = dict(found.select("code", "process").iter_rows())
    assert process["A"] == process["B"] == process["C"] == "2019 N1+N2"
    assert process["D"] == process["E"] == "2019 N3"
    share = dict(found.select("code", "share").iter_rows())
    assert share["D"] == pytest.approx(0.25)
    # Three quarters goes to N1, of which it is 3,000 of 13,000; a quarter to N2, of which it is 1,000 of 10,000.
    assert share["B"] == pytest.approx(0.75 * 3 / 13 + 0.25 * 1 / 10)
    assert share["A"] == pytest.approx(10 / 13)
    assert set(found["year"]) == {2019}
    assert not found["absorbing"].any()


def test_who_takes_others_in_is_absorbing_and_border_corrections_do_not_count():
    found = merger_processes(
        changes(
            (DAY, "A", "A", "continuation", 1.0),
            (DAY, "A", "B", "merger", 1.0),
            (DAY, "C", "C", "continuation", 1.0),
            (DAY, "D", "E", "boundary_correction", 0.02),
        ),
        people(A=30_000, B=10_000, C=1, D=1, E=1),
    )
    assert found.select("code", "absorbing").rows() == [("A", True), ("B", False)]
    assert dict(found.select("code", "share").iter_rows()) == pytest.approx({"A": 0.75, "B": 0.25})


def test_a_share_that_is_not_known_stays_unknown():
    rows = changes((DAY, "N", "A", "split", None), (DAY, "N", "B", "merger", 1.0))
    found = merger_processes(rows, people(A=10, B=30))
    assert found["share"].to_list() == [None, None]
    without = merger_processes(changes((DAY, "N", "A", "merger", 1.0), (DAY, "N", "B", "merger", 1.0)), people(B=30))
    assert without["share"].to_list() == [None, None]
