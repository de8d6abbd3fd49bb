"""Event studies: units that vanish, anticipation, who is set aside, few clusters, and two implementations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from verband.analysis import event_study_design
from verband.analysis.event_study import EventStudyQuestion, event_study
from verband.analysis.event_study_library import DisagreementError
from verband.errors import BadInputError, UnknownNameError

ROLES = {"unit": "unit", "time": "year", "start": "start", "outcome": "y"}
MERGERS = {2021: (2, 2, 3), 2022: (5, 4, 3), 2023: (3, 2)}


def mergers(seed=1, *, controls=60, effect=150.0, last_year=-1):
    """Units in mergers that are seen until ``last_year`` (from the merger), affected in that last year only."""
    rng = np.random.default_rng(seed)
    rows = []

    def add(unit, start, process, last):
        own = rng.normal(3000, 200)
        for year in range(2016, 2025):
            if year <= last:
                more = effect if start and year >= start - 1 else 0.0
                rows.append((unit, year, start, process, own + 30 * (year - 2016) + more + rng.normal(0, 40)))

    for year, sizes in MERGERS.items():
        for number, size in enumerate(sizes):
            for place in range(size):
                add(f"{year}-{number}-{place}", year, f"M{year}-{number}", year + last_year)
    for number in range(controls):
        add(f"C{number:02d}", None, f"C{number:02d}", 2024)
    return pl.DataFrame(rows, schema=["unit", "year", "start", "process", "y"], orient="row")


def small(**columns):
    """Four units over three years, the first treated in 2021; columns may be replaced."""
    rng = np.random.default_rng(0)
    table = {
        "unit": np.repeat(list("abcd"), 3).tolist(),
        "year": [2019, 2020, 2021] * 4,
        "start": [2021] * 3 + [0] * 9,
        "y": rng.normal(size=12).tolist(),
    }
    return {**table, **columns}


# Units that vanish


def test_units_that_vanish_at_the_merger_are_kept_when_effects_begin_with_anticipation():
    found = event_study(mergers(), **ROLES, cluster="process", anticipation=1, effects_from="anticipation", draws=99)
    assert found.n_treated_units == sum(map(sum, MERGERS.values()))
    assert found.n_treated_clusters == 8
    assert [item.event_time for item in found.dynamic if item.phase == "anticipated"] == [-1]
    assert found.simple.low < 150 < found.simple.high
    assert found.set_aside == ()
    assert {item.group for item in found.group} == set(MERGERS)
    # The years from the merger on are not there, which is said.
    assert any(line.startswith("2021 in 2021, 2022, 2023, 2024: no treated unit") for line in found.not_estimated)


def test_recoding_the_start_by_hand_gives_the_same():
    table = mergers()
    told = event_study(table, **ROLES, cluster="process", anticipation=1, effects_from="anticipation", draws=99)
    recoded = event_study(table.with_columns(pl.col("start") - 1), **ROLES, cluster="process", draws=99)
    assert recoded.simple == told.simple
    assert [item.group + 1 for item in recoded.group] == [item.group for item in told.group]
    assert recoded.few_clusters == told.few_clusters


def test_without_that_nothing_is_left_to_estimate_and_the_message_says_what_to_do():
    with pytest.raises(BadInputError, match="--effects-from anticipation"):
        event_study(mergers(), **ROLES, cluster="process", anticipation=1)
    with pytest.raises(BadInputError, match="give the first period in which an effect is expected"):
        event_study(mergers(), **ROLES, cluster="process")


def test_anticipation_moves_the_base_and_is_not_counted_as_effect():
    table = mergers(last_year=3)
    plain = event_study(table, **ROLES, cluster="process", draws=99)
    ahead = event_study(table, **ROLES, cluster="process", anticipation=1, draws=99)
    # Affected one year ahead: against the year before the merger there is nothing, against that before it all.
    assert abs(plain.simple.estimate) < 30
    assert ahead.simple.estimate == pytest.approx(150, abs=30)
    assert {item.base for item in ahead.group_time if item.group == 2022 and item.phase == "after"} == {2020}
    assert all(item.event_time >= 0 for item in ahead.group_time if item.phase == "after")
    # The unplanned difference shows in the test before the start, unless it is said to be anticipation.
    assert plain.pre_trend.p_value < 0.05 < ahead.pre_trend.p_value


def test_a_base_that_is_the_same_for_all_changes_periods_before_only():
    table = mergers(last_year=3)
    varying, universal = (event_study(table, **ROLES, cluster="process", base=base, draws=99)
                          for base in ("varying", "universal"))  # fmt: skip
    assert universal.simple == varying.simple
    assert {item.base for item in universal.group_time if item.group == 2022} == {2021}


# Who is set aside


def test_a_unit_treated_from_the_first_period_on_is_set_aside_by_name():
    table = mergers(last_year=2)
    early = table.filter(pl.col("unit") == "C00").with_columns(
        pl.lit(2016, dtype=pl.Int64).alias("start"), pl.lit("old").alias("unit")
    )
    found = event_study(pl.concat([table, early]), **ROLES, draws=99)
    assert [(item.unit, item.reason[:20]) for item in found.set_aside] == [("old", "treated from 2016 on")]
    assert found.simple == event_study(table, **ROLES, draws=99).simple


def test_a_unit_treated_after_the_panel_counts_as_never_treated_and_that_is_said():
    table = mergers(last_year=2)
    later = table.with_columns(start=pl.when(pl.col("unit") == "C00").then(2030).otherwise(pl.col("start")))
    found = event_study(later, **ROLES, draws=99)
    assert found.simple == event_study(table, **ROLES, draws=99).simple
    assert any("C00" in line and "count as never treated" in line for line in found.warnings)


def test_a_unit_seen_once_is_set_aside_and_one_without_its_base_only_counts_before():
    table = mergers(last_year=2)
    once = pl.DataFrame({"unit": ["lone"], "year": [2018], "start": [None], "process": ["lone"], "y": [1.0]},
                        schema=table.schema)  # fmt: skip
    gap = table.filter(~((pl.col("unit") == "2021-0-0") & (pl.col("year") == 2020)))
    found = event_study(pl.concat([gap, once]), **ROLES, draws=99)
    assert [item.unit for item in found.set_aside] == ["lone"]
    assert any("2021-0-0" in line and "only counted before" in line for line in found.warnings)
    assert found.n_treated_units == sum(map(sum, MERGERS.values())) - 1


@pytest.mark.parametrize("never", [None, 0, "", "never", "nooit", float("nan"), float("inf"), "0"])
def test_never_is_written_in_many_ways(never):
    starts = [2021] * 3 + [never] * 9
    assert event_study(small(start=starts), **ROLES, draws=99) == event_study(small(), **ROLES, draws=99)


# Few clusters


def test_few_clusters_get_wider_intervals_and_a_test_that_deals_starts_out_anew():
    found = event_study(mergers(), **ROLES, cluster="process", anticipation=1, effects_from="anticipation")
    few = found.few_clusters
    assert few.randomisation_p_value == 1 / 1000
    assert few.randomisation_low < found.simple.estimate < few.randomisation_high
    assert few.wild_p_value < 0.05
    assert found.simple.degrees_of_freedom < 8
    assert found.pre_trend.test == "randomisation"
    without = {item.what: item for item in found.leave_one_out}
    assert without["cluster"].n == 8
    assert without["group"].n == 3
    assert without["cluster"].low < found.simple.estimate < without["cluster"].high


def test_many_clusters_get_the_usual_errors():
    found = event_study(mergers(last_year=2, controls=80), **ROLES, control="not-yet")
    assert found.few_clusters is not None  # 24 treated units, each its own cluster
    rng = np.random.default_rng(3)
    n, years = 200, np.arange(5)
    columns = {
        "unit": np.repeat(np.arange(n), 5), "year": np.tile(years, n), "start": np.repeat([3, 0], n // 2 * 5),
        "y": rng.normal(size=n * 5),
    }  # fmt: skip
    many = event_study(columns, **ROLES)
    assert many.few_clusters is None
    assert many.simple.degrees_of_freedom is None
    assert many.pre_trend.test == "wald"


def test_one_treated_cluster_has_no_error_of_its_own_but_a_randomisation():
    table = mergers(last_year=2).filter(~pl.col("process").str.starts_with("M") | (pl.col("process") == "M2022-0"))
    found = event_study(table, **ROLES, cluster="process")
    assert (found.simple.se, found.simple.low, found.simple.p_value) == (None, None, None)
    assert 0 < found.few_clusters.randomisation_p_value <= 1
    assert any("not divided by their errors" in line for line in found.few_clusters.notes)
    assert any("hardly ever rejects" in line for line in found.few_clusters.notes)


@pytest.mark.filterwarnings("error")
def test_one_treated_and_one_other_give_no_p_value_of_draws_that_all_fit():
    rows = mergers(last_year=2).filter(pl.col("unit").is_in(["2021-0-0", "C00"]))
    found = event_study(rows, **ROLES, draws=99)
    assert (found.simple.se, found.few_clusters.wild_p_value) == (None, None)
    assert any("nothing is left" in line for line in found.few_clusters.notes)


def test_a_cluster_with_different_starts_cannot_be_dealt_out_anew():
    table = mergers(last_year=2).with_columns(process=pl.col("process").str.replace("M.*", "one"))
    found = event_study(table, **ROLES, cluster="process", draws=99)
    assert found.few_clusters.randomisation_p_value is None
    assert found.pre_trend.p_value is None
    assert any("different starts" in line for line in found.few_clusters.notes)


def test_the_same_seed_gives_the_same_and_another_one_other_draws():
    asked = {"cluster": "process", "anticipation": 1, "effects_from": "anticipation", "draws": 199}
    table = mergers(effect=20.0)
    one, two, three = (event_study(table, **ROLES, **asked, seed=seed) for seed in (4, 4, 5))
    assert one == two
    assert one.simple == three.simple
    assert one.few_clusters != three.few_clusters


def test_order_of_rows_and_names_of_units_change_nothing_but_names():
    table = mergers(last_year=2)
    mixed = table.sample(fraction=1.0, shuffle=True, seed=3)
    assert event_study(mixed, **ROLES, draws=99) == event_study(table, **ROLES, draws=99)


# Covariates


def with_size(table, seed=2):
    rng = np.random.default_rng(seed)
    units = table["unit"].unique(maintain_order=True)
    size = pl.DataFrame({"unit": units, "size": rng.normal(size=len(units))})
    return table.join(size, on="unit").with_columns(y=pl.col("y") + 25 * pl.col("size") * (pl.col("year") - 2016))


def test_with_few_clusters_covariates_go_by_regression_and_take_a_trend_out():
    table = with_size(mergers(last_year=1))
    asked = {"cluster": "process", "anticipation": 1, "draws": 99}
    plain, held = (event_study(table, **ROLES, **asked, covariates=names) for names in ((), ("size",)))
    assert held.method == "regression"
    assert held.simple.se < plain.simple.se
    assert held.simple.low < 150 < held.simple.high
    assert held.few_clusters.randomisation_p_value == 1 / 100
    assert held.few_clusters.wild_p_value is None
    forced = event_study(table, **ROLES, **asked, covariates=["size"], method="doubly-robust")
    assert forced.method == "doubly-robust"
    assert any("doubly robust" in line for line in forced.few_clusters.notes)


def test_covariates_that_follow_from_each_other_or_tell_who_is_treated_are_refused():
    table = with_size(mergers(last_year=1)).with_columns(
        twice=2 * pl.col("size"), told=pl.col("start").is_not_null().cast(pl.Float64) + 0.01 * pl.col("size")
    )
    with pytest.raises(BadInputError, match="cannot be told apart"):
        event_study(table, **ROLES, covariates=["size", "twice"])
    with pytest.raises(BadInputError, match="--method regression"):
        event_study(table, **ROLES, covariates=["told"], method="doubly-robust")


# Two implementations


def test_if_the_library_and_the_own_estimator_differ_nothing_is_answered(monkeypatch):
    true = event_study_design.estimate_cells

    def wrong(*words, **more):
        cells = true(*words, **more)
        return replace(cells, effect=cells.effect + 1e-3)

    monkeypatch.setattr(event_study_design, "estimate_cells", wrong)
    with pytest.raises(DisagreementError):
        event_study(small(), **ROLES, draws=99)


# Refused


@pytest.mark.parametrize(
    ("columns", "more", "words"),
    [
        ({"y": [1.0] * 12}, {}, "row 1 to 12, column y: the outcome is 1 in every row"),
        ({"y": ["x", *[1.0] * 11]}, {}, "row 1, column y: 'x' is not a number"),
        ({"y": [1.0, None, *[2.0] * 10]}, {}, "row 2, column y: the number is missing"),
        ({"year": [2019, 2020, 2020] * 4}, {}, "row 3, column unit: a in 2020 stands in row 2 too"),
        ({"year": [2019, 2020, 2020.5] * 4}, {}, "row 3, column year: 2020.5 is no whole number"),
        ({"start": [2021, 2021, 2020, *[0] * 9]}, {}, "row 3, column start: a has 2020 here and 2021 in row 1"),
        ({"start": ["soon", *[0] * 11]}, {}, "row 1, column start: 'soon' is no period in which treatment can start"),
        ({"start": [2021.5] * 3 + [0] * 9}, {}, "row 1, column start: '2021.5' is no period"),
        ({"start": [0] * 12}, {}, "no unit is treated"),
        ({"start": [2019] * 3 + [0] * 9}, {}, "every treated unit is treated from 2019 on or before"),
        ({"start": [2021] * 6 + [2020] * 6}, {}, "no unit is never treated.*--control not-yet"),
        ({"unit": ["", *["a"] * 11]}, {}, "row 1, column unit: the name is missing"),
        ({"c": ["k"] * 12}, {"cluster": "c"}, "column c: every unit is in cluster k"),
        ({"c": ["k", "m", *["m"] * 10]}, {"cluster": "c"}, "row 2, column c: a is in m here and in k in row 1"),
        ({}, {"control": "nobody"}, "no control is called nobody"),
        ({}, {"anticipation": -1}, "anticipation is -1"),
        ({}, {"draws": 5}, "5 draws"),
        ({}, {"level": 95}, "the level 95"),
        ({}, {"method": "regression"}, "a method was named without covariates"),
        ({}, {"covariates": ["y"]}, "column y is named as outcome and as covariate 1"),
        ({"start": [2021] * 3}, {}, "another number of rows"),
        ({"year": [2021] * 3 + [2020] * 3 + [2019] * 6, "unit": list("abcdefghijkl"), "start": [2021] + [0] * 11}, {},
         "no effect can be estimated"),
    ],
)  # fmt: skip
def test_bad_rows_are_refused_with_row_and_column(columns, more, words):
    with pytest.raises(BadInputError, match=words):
        event_study(small(**columns), **ROLES, **more)


def test_a_column_that_is_not_there_is_named_with_a_suggestion():
    with pytest.raises(UnknownNameError, match="Did you mean start"):
        event_study(small(), **{**ROLES, "start": "strat"})


def test_a_question_is_refused_before_anything_is_read():
    with pytest.raises(BadInputError, match="named as unit and as time"):
        EventStudyQuestion(unit="a", time="a", start="s", outcome="y")
