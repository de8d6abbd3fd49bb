"""Figures carry their kind, and never a value and a reason for missing at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verband.domain.figure import Figure, Kind, combine


def figure(**changes):
    given = {
        "name": "cost",
        "value": 12.5,
        "unit": "EUR per inhabitant",
        "kind": Kind.DERIVED,
        "source": "accounts",
        "as_of": "2024",
        "definition": "cost divided by inhabitants on 1 January",
    }
    return Figure(**(given | changes))


@given(st.lists(st.sampled_from(Kind), min_size=1))
def test_combine_gives_the_weakest(kinds):
    weakest = combine(*kinds)
    assert weakest in kinds
    assert all(kind.strength <= weakest.strength for kind in kinds)


def test_order_of_kinds():
    assert combine("measured", Kind.ASSUMED, "estimated") is Kind.ASSUMED
    assert [kind.strength for kind in (Kind.MEASURED, Kind.DERIVED, Kind.ESTIMATED, Kind.ASSUMED)] == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="at least one"):
        combine()


def test_missing_is_not_zero():
    assert figure(value=0).value == 0
    assert figure(value=None, missing="no report was filed").value is None
    for changes in ({"value": None}, {"missing": "no report"}, {"value": None, "missing": ""}, {"value": float("nan")}):
        with pytest.raises(ValueError, match="cost"):
            figure(**changes)


def test_interval_is_whole_or_absent():
    assert figure(low=10, high=15, level=0.8).level == 0.8
    for changes in (
        {"low": 1},
        {"low": 1, "high": 2},
        {"low": 3, "high": 2, "level": 0.8},
        {"low": 1, "high": 2, "level": 80},
    ):
        with pytest.raises(ValueError, match="interval"):
            figure(**changes)
