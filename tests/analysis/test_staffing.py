"""Hired share, and the rule that sets outsourced organisations apart."""

from __future__ import annotations

import polars as pl
import pytest

from verband.analysis.staffing import staffing
from verband.domain.reference import reference

CUT = float(reference("outsourced_organisation")[0]["share_of_median"])


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


@pytest.mark.parametrize(("wages", "outsourced"), [(600 * CUT - 1, True), (600 * CUT + 1, False)])
def test_the_cut_is_a_share_of_the_median_per_inhabitant(wages, outsourced):
    rows = [("A", 1000, wages, 10.0), ("B", 1000, 600.0, 10.0), ("C", 50_000, 30_000.0, 10.0), ("D", 10, 9.0, 0.0)]
    # Own pay per inhabitant: A about 198, then 600, 600 and 900; the median of the four is 600.
    assert ask(*rows)["A"].outsourced is outsourced


def test_thousands_and_inhabitants_do_not_move_the_rule():
    small = ask(("A", 1000, 100.0, 10.0), ("B", 1000, 600.0, 10.0), ("C", 1000, 700.0, 10.0))
    large = ask(("A", 9000, 900.0, 90.0), ("B", 9000, 5400.0, 90.0), ("C", 9000, 6300.0, 90.0))
    assert small == large
