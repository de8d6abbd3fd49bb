"""Hired share, and the rule that sets outsourced organisations apart."""

from __future__ import annotations

import polars as pl
import pytest

from verband.analysis.staffing import staffing, staffing_by_size
from verband.domain.reference import reference

RULES = {row["organisation"]: float(row["share_of_median"]) for row in reference("outsourced_organisation")}
CUT, PARTLY = RULES["elsewhere"], RULES["partly_joint"]


def ask(*rows):
    names = ["code", "inhabitants", "wages_keur", "hired_staff_keur"]
    return {item.code: item for item in staffing(pl.DataFrame(rows, schema=names, orient="row"))}


def test_share_by_hand():
    found = ask(("A", 1000, 600.0, 200.0), ("B", 1000, 500.0, 0.0))
    assert found["A"].own_pay_eur_per_inhabitant == 600
    assert found["A"].hired_pay_eur_per_inhabitant == 200
    assert found["A"].hired_share == pytest.approx(0.25)
    assert found["B"].hired_share == 0


def test_missing_is_neither_zero_nor_outsourced():
    found = ask(("A", 1000, 600.0, 200.0), ("B", 1000, None, None), ("C", 1000, 600.0, None))
    assert found["B"].hired_share is None
    assert not found["B"].outsourced
    assert found["C"].hired_share is None


def test_nobody_paid_has_no_share_and_is_outsourced():
    found = ask(("A", 1000, 0.0, 0.0), ("B", 1000, 600.0, 1.0), ("C", 1000, 600.0, 1.0))
    assert found["A"].hired_share is None
    assert found["A"].outsourced


@pytest.mark.parametrize(
    ("wages", "outsourced", "partly"),
    [
        (600 * CUT - 1, True, False),
        (600 * CUT + 1, False, True),
        (600 * PARTLY - 1, False, True),
        (600 * PARTLY + 1, False, False),
    ],
)
def test_the_cuts_are_shares_of_the_median_per_inhabitant(wages, outsourced, partly):
    rows = [("A", 1000, wages, 10.0), ("B", 1000, 600.0, 10.0), ("C", 50_000, 30_000.0, 10.0), ("D", 10, 9.0, 0.0)]
    # Own pay per inhabitant: A below 600, then 600, 600 and 900; the median of the four is 600.
    found = ask(*rows)["A"]
    assert (found.outsourced, found.partly_joint) == (outsourced, partly)


def test_who_is_partly_elsewhere_counts_in_its_class_and_is_named():
    names = ["code", "inhabitants", "wages_keur", "hired_staff_keur"]
    rows = pl.DataFrame(
        [("A", 1000, 600 * (CUT - 0.1), 9.0), ("B", 1000, 600 * (PARTLY - 0.1), 30.0)]
        + [(code, 1000, 600.0, 60.0) for code in "CDE"],
        schema=names,
        orient="row",
    )
    (group,) = staffing_by_size(rows, staffing(rows))
    assert (group.outsourced, group.partly_joint, group.counted) == (("A",), ("B",), 4)
    own = 600 * (PARTLY - 0.1) + 3 * 600
    assert group.hired_share == pytest.approx(210 / (210 + own))


def test_thousands_and_inhabitants_do_not_move_the_rule():
    small = ask(("A", 1000, 100.0, 10.0), ("B", 1000, 600.0, 10.0), ("C", 1000, 700.0, 10.0))
    large = ask(("A", 9000, 900.0, 90.0), ("B", 9000, 5400.0, 90.0), ("C", 9000, 6300.0, 90.0))
    assert small == large


def test_hardly_any_hiring_is_in_doubt_unless_the_organisation_is_elsewhere():
    found = ask(("A", 1000, 600.0, 9.0), ("B", 1000, 600.0, 60.0), ("C", 1000, 600.0, 60.0), ("D", 1000, 10.0, 0.1))
    assert {code for code, item in found.items() if item.doubtful} == {"A"}
    assert found["D"].outsourced
