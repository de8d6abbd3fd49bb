"""Cost drivers: ratios of measures, in logarithms where the rule says so; what is no positive number is missing."""

from math import log

import polars as pl
import pytest

from verband.analysis.cost_drivers import cost_drivers
from verband.domain.reference import reference

MEASURES = pl.DataFrame(
    {"code": ["A", "B", "C", "D"], "oadw": [200.0, 0.0, None, -5.0], "woonr": [100.0, 10.0, 5.0, 1.0]}
)


def test_a_logarithm_of_a_ratio_and_null_where_there_is_none():
    found, names = cost_drivers(MEASURES, "1")
    assert names == ("address_density",)
    density = dict(found.select("code", "address_density").iter_rows())
    # 200 addresses over 100 dwellings: the logarithm of 2.
    assert density["A"] == pytest.approx(log(2))
    assert (density["B"], density["C"], density["D"]) == (None, None, None)


def test_a_share_is_left_as_it_is():
    found, names = cost_drivers(pl.DataFrame({"code": ["A"], "jong": [250.0], "inwo": [1000.0]}), "4")
    assert names == ("young_people",)
    assert found["young_people"].to_list() == [0.25]


def test_a_measure_of_nothing_is_missing_and_not_infinite():
    found, _ = cost_drivers(pl.DataFrame({"code": ["A"], "jong": [250.0], "inwo": [0.0]}), "4")
    assert found["young_people"].to_list() == [None]


@pytest.mark.parametrize(("measures", "main_task"), [(MEASURES, "nothing"), (pl.DataFrame(), "1")])
def test_without_rule_or_measures_there_is_no_driver(measures, main_task):
    found, names = cost_drivers(measures, main_task)
    assert names == ()
    assert found.columns == ["code"]
    assert found.is_empty()


@pytest.mark.parametrize("main_task", [str(number) for number in range(9)])
def test_every_rule_gives_its_driver_where_its_measures_are_loaded(main_task):
    rows = [row for row in reference("cost_drivers") if row["main_task"] == main_task]
    names = sorted({row["measure"] for row in rows} | {row["per"] for row in rows})
    found, drivers = cost_drivers(pl.DataFrame({"code": ["A"], **{name: [2.0] for name in names}}), main_task)
    assert list(drivers) == [row["driver"] for row in rows]
    assert found.columns == ["code", *drivers]
