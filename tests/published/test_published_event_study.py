"""Minimum wages and teenage employment: the results of Callaway and Sant'Anna (2021) as the R package did prints them.

Group-time effects of ``mpdta`` and their averages (README and help pages of the R package did; `did.json`). Printed
standard errors come from 1,000 draws of a bootstrap (by their interquartile range), here they are analytic: the two
may lie apart by the Monte Carlo error of such draws. Effects with a covariate are those of an independent estimator.
"""

from __future__ import annotations

import csv
import json

import pytest
from tests.event_study_peers import averages_by_moderndid, by_diff_diff, by_moderndid

from verband.analysis.event_study import event_study
from verband.cli.entry import main

pytestmark = pytest.mark.published
BOOTSTRAP = 3 * (1.36 / 1000) ** 0.5
"""Three relative Monte Carlo errors of a standard error from the interquartile range of 1,000 normal draws."""
ROLES = {"unit": "countyreal", "time": "year", "start": "first.treat", "outcome": "lemp"}


@pytest.fixture(scope="module")
def folder(published_folder):
    found = published_folder / "published"
    if not (found / "did.json").is_file() or not (found / "mpdta.csv").is_file():
        pytest.skip(f"PUBLISHED RESULTS MISSING: no did.json and mpdta.csv in {found}")
    return found


@pytest.fixture(scope="module")
def case(folder):
    with (folder / "did.json").open(encoding="utf-8") as stream:
        return next(item for item in json.load(stream)["cases"] if item["id"] == "mpdta_callaway_santanna")


@pytest.fixture(scope="module")
def columns(folder):
    with (folder / "mpdta.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.fixture(scope="module")
def plain(columns):
    return event_study(columns, **ROLES)


@pytest.fixture(scope="module")
def long(folder):
    import pandas as pd  # noqa: PLC0415

    return pd.read_csv(folder / "mpdta.csv").rename(
        columns={"countyreal": "unit", "year": "time", "first.treat": "start", "lemp": "y"}
    )


def by_cell(found):
    return {f"{item.group},{item.time}": item.effect for item in found.group_time}


def test_the_twelve_group_time_effects_are_as_printed(plain, case):
    printed, errors = case["published"]["att_gt"], case["published"]["att_gt_se"]
    found = by_cell(plain)
    assert found.keys() == printed.keys()
    for key, effect in found.items():
        assert round(effect.estimate, 4) == printed[key]
        assert effect.se == pytest.approx(errors[key], rel=BOOTSTRAP)
        assert effect.low < effect.estimate < effect.high
        assert effect.band_low < effect.low
        assert effect.high < effect.band_high


def test_the_averages_are_as_printed(plain, case):
    printed = case["published"]
    for item in plain.dynamic:
        assert round(item.effect.estimate, 4) == printed["dynamic"][str(item.event_time)]
    assert len(plain.dynamic) == len(printed["dynamic"])
    for item in plain.group:
        assert round(item.effect.estimate, 4) == printed["group"][str(item.group)]
    for ours, theirs in (
        (plain.simple, printed["simple"]),
        (plain.dynamic_overall, printed["dynamic_overall"]),
        (plain.group_overall, printed["group_overall"]),
    ):
        assert round(ours.estimate, 4) == theirs["att"]
        assert ours.se == pytest.approx(theirs["se"], rel=BOOTSTRAP)
        assert ours.high - ours.low == pytest.approx(theirs["ci"][1] - theirs["ci"][0], rel=BOOTSTRAP)


def test_the_test_before_the_start_is_as_printed(plain, case):
    assert plain.pre_trend.test == "wald"
    assert plain.pre_trend.degrees_of_freedom == 5
    assert round(plain.pre_trend.p_value, 5) == case["published"]["pretest_p"]


@pytest.mark.parametrize(("control", "name"), [("never", "never_treated"), ("not-yet", "not_yet_treated")])
def test_every_digit_of_an_independent_computation(columns, case, control, name):
    found = event_study(columns, **ROLES, control=control)
    recomputed = case["recomputed"]
    for key, effect in by_cell(found).items():
        assert effect.estimate == pytest.approx(recomputed[name][key], abs=1e-12)
    averages = recomputed["aggregations_never" if control == "never" else "aggregations_notyet"]
    assert found.simple.estimate == pytest.approx(averages["simple"], abs=1e-12)
    assert found.dynamic_overall.estimate == pytest.approx(averages["dynamic_overall"], abs=1e-12)
    assert found.group_overall.estimate == pytest.approx(averages["group_overall"], abs=1e-12)
    for item in found.dynamic:
        assert item.effect.estimate == pytest.approx(averages["dynamic"][str(item.event_time)], abs=1e-12)
    for item in found.group:
        assert item.effect.estimate == pytest.approx(averages["group"][str(item.group)], abs=1e-12)


def test_effects_with_a_covariate_are_doubly_robust_with_weights_that_add_up_to_one(columns, case, long):
    found = event_study(columns, **ROLES, covariates=["lpop"])
    assert found.method == "doubly-robust"
    recomputed = case["recomputed"]["conditional_on_lpop_doubly_robust"]
    for key, effect in by_cell(found).items():
        assert effect.estimate == pytest.approx(recomputed[key], abs=1e-10)
    other = by_moderndid(long, covariates=["lpop"])
    for group, time, effect, error in zip(other.groups, other.times, other.att_gt, other.se_gt, strict=True):
        ours = by_cell(found)[f"{int(group)},{int(time)}"]
        assert (ours.estimate, ours.se) == pytest.approx((effect, error), abs=1e-10)
    # Why diff-diff is not used here: its weights do not add up to one, which shows in the sixth digit.
    theirs = by_diff_diff(long, covariates=["lpop"]).group_time_effects
    apart = max(abs(item["effect"] - recomputed[f"{int(g)},{int(t)}"]) for (g, t), item in theirs.items())
    assert 1e-6 < apart < 1e-5


def test_errors_are_those_of_two_libraries(plain, long):
    other, third = by_moderndid(long), by_diff_diff(long)
    for group, time, error in zip(other.groups, other.times, other.se_gt, strict=True):
        ours = by_cell(plain)[f"{int(group)},{int(time)}"].se
        assert ours == pytest.approx(error, abs=1e-12)
        assert ours == pytest.approx(third.group_time_effects[int(group), int(time)]["se"], abs=1e-12)
    assert plain.simple.se == pytest.approx(averages_by_moderndid(other, "simple").overall_se, abs=1e-12)
    assert plain.simple.se == pytest.approx(third.overall_se, abs=1e-12)
    assert plain.dynamic_overall.se == pytest.approx(averages_by_moderndid(other, "dynamic").overall_se, abs=1e-12)
    assert plain.group_overall.se == pytest.approx(averages_by_moderndid(other, "group").overall_se, abs=1e-12)


def test_errors_with_a_cluster_column_are_those_of_diff_diff(columns, long):
    state = [str(int(code) // 1000) for code in columns["countyreal"]]
    found = event_study({**columns, "state": state}, **ROLES, cluster="state", draws=99)
    # 29 states are few: the usual error is not what is answered, and larger.
    assert found.few_clusters is not None
    other = by_diff_diff(long.assign(state=long["unit"] // 1000), cluster="state")
    assert found.simple.estimate == pytest.approx(other.overall_att, abs=1e-12)
    assert found.n_clusters == other.n_clusters
    assert found.simple.se > other.overall_se


def test_the_command_prints_them(folder, case, capsys):
    words = ["event-study", str(folder / "mpdta.csv"), "--format", "json"]
    for role, name in ROLES.items():
        words += [f"--{role}", name]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert {f"{row['group']},{row['time']}": round(row["estimate"], 4) for row in found["group_time"]} == case[
        "published"
    ]["att_gt"]
    assert round(found["simple"]["estimate"], 4) == case["published"]["simple"]["att"]
    assert (found["n_units"], found["n_treated_units"], found["n_observations"]) == (500, 191, 2500)
    assert found["set_aside"] == []
