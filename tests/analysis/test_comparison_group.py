"""The comparison group: distances worked out by hand, and never the municipality itself."""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verband.analysis.comparison_group import Features, comparison_group, features


def test_distance_by_hand():
    group = comparison_group(
        "A", [Features("A", "Aa", 10_000), Features("B", "Bee", 20_000), Features("C", "Cee", 40_000)]
    )
    # ln 1, ln 2, ln 4 apart from ln 10,000: mean ln 2, population spread ln 2 x sqrt(2/3).
    step = log(2) / (log(2) * sqrt(2 / 3))
    assert [(item.code, item.distance) for item in group.alike] == [
        ("B", pytest.approx(step)),
        ("C", pytest.approx(2 * step)),
    ]
    assert group.respects == ("inhabitants",)
    assert group.left_out == ("density_per_km2", "grant_need_eur_per_inhabitant")


def test_grant_need_is_not_taken_in_logarithms():
    rows = [Features(code, code, 10_000, None, need) for code, need in (("A", 1000), ("B", 2000), ("C", 3000))]
    near = comparison_group("A", rows).alike
    # 1,000, 2,000, 3,000: spread 1,000 x sqrt(2/3); inhabitants do not differ and add nothing.
    assert [item.distance for item in near] == [pytest.approx(1 / sqrt(2 / 3)), pytest.approx(2 / sqrt(2 / 3))]


def test_those_that_lack_a_respect_are_named_and_not_taken_as_zero():
    rows = [Features("A", "Aa", 10_000, 100.0), Features("B", "Bee", 10_000), Features("C", "Cee", 90_000, 5000.0)]
    group = comparison_group("A", rows)
    assert [item.code for item in group.alike] == ["C"]
    assert group.incomparable == ("B",)
    assert group.in_class == ("B",)


def test_an_unknown_code_is_refused():
    with pytest.raises(KeyError):
        comparison_group("Z", [Features("A", "Aa", 10_000)])


def test_density_and_need_by_hand_and_what_is_unknown_stays_unknown():
    rows = pl.DataFrame({"code": ["A", "B", "C", "D"], "inhabitants": [10_000.4, 500.0, None, 0.0]})
    names = {"A": "Aa", "B": "Bee", "D": "Dee"}
    found = features(rows, names, area_km2={"A": 20.0, "D": 5.0}, grant_need_eur={"B": 1_000_000.0, "D": 9.0})
    assert found == (
        Features("A", "Aa", 10_000, 500.02, None),
        # A million euro over 500 inhabitants.
        Features("B", "Bee", 500, None, 2_000.0),
        Features("D", "Dee", 0, 0.0, None),
    )


municipalities = st.lists(
    st.tuples(st.integers(500, 10**6), st.floats(10, 6000), st.floats(800, 4000)), min_size=2, max_size=25
)


@settings(deadline=None)
@given(municipalities, st.data())
def test_never_itself_and_nearest_first_whatever_the_order(rows, data):
    all_of_them = [Features(f"{i:03}", str(i), *row) for i, row in enumerate(rows)]
    own = data.draw(st.sampled_from(all_of_them)).code
    group = comparison_group(own, all_of_them, count=5)
    codes = [item.code for item in group.alike]
    assert own not in codes
    assert own not in group.in_class
    assert len(codes) == len(set(codes)) == min(5, len(rows) - 1)
    distances = [item.distance for item in group.alike]
    assert distances == sorted(distances)
    assert all(distance >= 0 for distance in distances)
    turned = comparison_group(own, all_of_them[::-1], count=5)
    assert [item.distance for item in turned.alike] == pytest.approx(distances)
    assert set(turned.in_class) == set(group.in_class)


@settings(deadline=None)
@given(municipalities)
def test_distance_is_the_same_from_both_sides(rows):
    all_of_them = [Features(f"{i:03}", str(i), *row) for i, row in enumerate(rows)]
    there = {item.code: item.distance for item in comparison_group("000", all_of_them, count=99).alike}
    back = {item.code: item.distance for item in comparison_group("001", all_of_them, count=99).alike}
    assert there["001"] == pytest.approx(back["000"])


def test_a_group_is_far_where_the_middle_one_of_those_most_alike_is():
    group = comparison_group(
        "A", [Features(f"A{number}", "", 10_000) for number in range(9)] + [Features("A", "", 10_000)]
    )
    assert not group.far
    near, limit = group.alike[0], 1.0
    assert replace(group, alike=(near, *(replace(near, distance=limit + 0.01),) * 2)).far
    assert not replace(group, alike=(*(near,) * 2, replace(near, distance=limit + 5))).far
