"""M3 on made-up indicators with a known truth: turned, in their own spread, by form, clustered by who did the task."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.own_comparison import DOER, TOGETHER, compared
from verband.analysis.evidence.quality import UNDECIDED, WHERE_IT_SAVES, WITHOUT_SAVING, quality, standardised
from verband.analysis.evidence.statements import statement
from verband.report.evidence.said import START, said

SAVING = {"2.1": "none", "7.3": "none", "0.61": "none", "0.62": "none", "0.61+0.62": "some", "8.1": "some"}
SCHEMA = {"code": pl.String, "task": pl.String, "indicator": pl.String, "unit": pl.String, "direction": pl.String}
SCHEMA |= {"year": pl.Int64, "value": pl.Float64, "arrangement": pl.String, "inhabitants": pl.Float64}


def reached(
    seed,
    *,
    gain=0.0,
    gain_where_it_saves=None,
    tasks=("2.1", "7.3", "8.1"),
    alone=14,
    joint=5,
    members=4,
    years=(2022, 2023),
    of_size=0.0,
    whole=False,
    arrangement_sd=0.0,
):
    """Indicators of spread 1 about what municipalities and arrangements usually reach; of odd tasks lower is better.

    ``whole``: every participant shows the one figure of its arrangement.
    """
    rng = np.random.default_rng(seed)
    rows = []
    people = np.exp(rng.normal(10.2, 0.8, alone + joint * members))
    for place, task in enumerate(tasks):
        better = gain_where_it_saves if SAVING[task] == "some" and gain_where_it_saves is not None else gain
        dealt = rng.permutation(len(people))
        usual, common = rng.normal(0, np.sqrt(0.5), len(people)), rng.normal(0, arrangement_sd, joint)
        for year in years:
            shown = rng.normal(0, 1, joint)
            for turn, who in enumerate(dealt):
                group = None if turn < alone else (turn - alone) // members
                own = usual[who] + rng.normal(0, np.sqrt(0.5)) + of_size * (np.log(people[who]) - 10.2)
                if group is not None:
                    own = better + (shown[group] if whole else own + common[group])
                direction = "lower" if place % 2 else "higher"
                value = 50 + 7 * place + (4 + place) * (-own if direction == "lower" else own)
                name = None if group is None else f"R{task}-{group}"
                rows.append((f"GM{who:04}", task, "score", "point", direction, year, value, name, people[who]))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def of(found, component=WITHOUT_SAVING, name=None):
    items = found.findings if name is None else [item.finding for item in found.variants if item.name == name]
    return next(item for item in items if item is not None and item.component == component)


def test_a_planted_gain_comes_out_and_the_ledger_says_so():
    found = quality(reached(1, gain=1.2, gain_where_it_saves=0.0, years=range(2020, 2025)), SAVING)
    without, with_saving = of(found), of(found, WHERE_IT_SAVES)
    assert 0.2 < without.low < 1.2 < without.high
    assert with_saving.low < 0 < with_saving.high
    assert judge(statement("M3"), found).verdict == "supported"
    worse = quality(reached(1, gain=-1.2, years=range(2020, 2025)), SAVING)
    assert of(worse).high < 0
    assert judge(statement("M3"), worse).verdict == "not_supported"


def test_tasks_of_which_a_saving_cannot_be_told_stand_apart():
    rows = reached(2, gain=2.0, gain_where_it_saves=0.0)
    found = quality(rows, SAVING | {"2.1": "undecided"})
    assert of(found, UNDECIDED).n_observations == of(found).n_observations == rows.height / 3
    both = quality(rows, SAVING | {"2.1": "undecided", "7.3": "undecided"})
    assert judge(statement("M3"), both).verdict == "not_testable"
    assert of(both, UNDECIDED).estimate == pytest.approx(of(quality(rows, SAVING)).estimate)


def test_what_tasks_with_a_saving_reach_decides_nothing():
    plain, other = (quality(reached(2, gain=0.0, gain_where_it_saves=gain), SAVING) for gain in (0.0, 3.0))
    assert of(plain) == of(other)
    assert of(other, WHERE_IT_SAVES).estimate > of(plain, WHERE_IT_SAVES).estimate + 1


def test_a_lower_figure_that_is_better_is_turned_and_the_unit_does_not_matter():
    rows = reached(3, gain=1.0)
    turned = rows.with_columns(
        -pl.col("value").alias("value"),
        pl.when(pl.col("direction") == "lower").then(pl.lit("higher")).otherwise(pl.lit("lower")).alias("direction"),
    )
    scaled = rows.with_columns(pl.col("value") * 100 + 5)
    for other in (turned, scaled):
        for one, same in zip(quality(rows, SAVING).findings, quality(other, SAVING).findings, strict=True):
            assert (one.estimate, one.low) == pytest.approx((same.estimate, same.low))


def test_figures_are_in_their_own_spread_within_indicator_and_year():
    rows, _ = standardised(reached(4), SAVING)
    each = rows.group_by("cell").agg(pl.col("quality").mean().alias("mean"), pl.col("quality").std().alias("sd"))
    assert each["mean"].to_list() == pytest.approx([0.0] * each.height, abs=1e-12)
    # All figures of a cell: the gain makes them differ more than those within either form.
    assert all(each["sd"] > 0.8)
    within = rows.with_columns((pl.col("quality") - pl.col("quality").mean().over("cell", TOGETHER)).alias("own"))
    freedom = pl.len().over("cell") - 2
    pooled = within.with_columns(
        (pl.col("own").pow(2).sum().over("cell") / freedom).sqrt().alias("sd"), freedom=freedom
    )
    # The correction for few figures (Hedges) is all that is left of one.
    wanted = 1 - 3 / (4 * pooled["freedom"] - 1)
    assert pooled["sd"].to_list() == pytest.approx(wanted.to_list())
    assert rows["rank"].abs().max() < 2.5


def test_quality_that_goes_with_size_is_no_gain_of_cooperating():
    rows = reached(5, of_size=1.0, years=range(2020, 2025))
    small = rows.filter(pl.col("arrangement").is_null() | (pl.col("inhabitants").log() < 10.2))
    found = quality(small, SAVING)
    assert of(found).low < 0 < of(found).high
    assert of(found, name="size not held constant").estimate < of(found).estimate - 0.3


def test_one_figure_of_an_arrangement_is_one_figure_for_the_errors():
    """The break: with a cluster per municipality every participant counts as a figure of its own."""
    rows, _ = standardised(reached(6, whole=True, members=8), SAVING)
    rows = rows.filter(pl.col("saves") == "none")
    right = compared(rows, "quality", (TOGETHER, "size")).contrast
    forgotten = compared(rows.with_columns(pl.col("code").alias(DOER)), "quality", (TOGETHER, "size")).contrast
    assert right.standard_error > 1.3 * forgotten.standard_error
    found = quality(reached(6, whole=True, members=8), SAVING)
    assert of(found).n_clusters == rows[DOER].n_unique()
    once = of(found, name="an arrangement counts once per indicator and year")
    assert once.n_observations == rows.filter(pl.col(TOGETHER) == 0).height + 2 * 2 * 5


def test_what_cannot_be_used_is_named():
    rows = reached(7)
    unknown = rows.filter(pl.col("task") == "2.1").with_columns(pl.lit("9.9").alias("task"))
    other = rows.filter(pl.col("task") == "7.3")
    parts = {
        "flat": other.with_columns(pl.lit(1.0).alias("value")),
        "one form": other.with_columns(pl.lit(None, pl.String).alias("arrangement")),
        "few": other.filter(pl.col("year") == 2022).gather([0, 1, 2, -1, -2]),
        "both ways": other.with_columns(
            pl.when(pl.int_range(pl.len()) % 2 == 0)
            .then(pl.lit("lower"))
            .otherwise(pl.lit("higher"))
            .alias("direction")
        ),
    }
    more = [part.with_columns(pl.lit(name).alias("indicator")) for name, part in parts.items()]
    found = quality(pl.concat([rows, unknown, *more]), SAVING)
    told = {item.reason.split(":")[0]: item for item in found.set_aside}
    assert {item.code for item in found.set_aside} == {"9.9", "7.3"}
    assert told.keys() == {
        "no estimate of its scale says whether doing it together saves anything",
        *("flat in 2022, 2023", "one form in 2022, 2023", "few in 2022", "both ways in 2022, 2023"),
    }
    for item in found.set_aside:
        assert START not in said(item.reason, "nl"), item.reason
    plain = quality(rows, SAVING)
    assert found.findings[0].estimate == pytest.approx(plain.findings[0].estimate)


def test_a_task_that_was_estimated_as_one_with_others_is_read_so():
    rows = reached(8, tasks=("2.1", "8.1"))
    renamed = rows.with_columns(pl.col("task").replace({"2.1": "0.62+0.61"}))
    found = quality(renamed, SAVING)
    assert WITHOUT_SAVING in found.not_found
    assert of(found, WHERE_IT_SAVES).n_observations == rows.height
    part = rows.with_columns(pl.col("task").replace({"2.1": "0.63"}))
    assert of(quality(part, SAVING | {"0.63+0.64": "none"})).n_observations == rows.height / 2


def test_too_few_are_told_with_their_numbers():
    # Two tasks without a saving, each with two arrangements of its own.
    assert of(quality(reached(9, joint=2, members=6), SAVING)).n_observations > 0
    thin = quality(reached(9, joint=1, members=6), SAVING)
    told = judge(statement("M3"), thin)
    assert told.verdict == "not_testable"
    assert "and 2 arrangements; at least 3 of each are needed" in told.missing
    assert START not in said(told.missing, "nl")


def test_without_indicators_the_reason_names_the_tasks_and_what_to_load():
    told = judge(statement("M3"), quality(None, SAVING))
    assert told.verdict == "not_testable"
    assert "tasks without a saving: 2.1, 7.3, 0.61, 0.62; of 0 tasks a saving cannot be told" in told.missing
    undecided = judge(statement("M3"), quality(None, {"2.1": "undecided", "7.3": "some"})).missing
    assert undecided.endswith("tasks without a saving: none; of 1 tasks a saving cannot be told")
    assert "verband template quality" in told.missing
    held = judge(statement("M3"), quality(None, SAVING, of_arrangements=4)).missing
    assert held.startswith("indicators of 4 arrangements are loaded, but not what the same tasks reach when done alone")
    for reason in (told.missing, held, undecided):
        assert START not in said(reason, "nl")


@pytest.mark.slow
@pytest.mark.parametrize("gain", [0.0, 0.5])
@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_intervals_hold_the_planted_gain_with_few_arrangements(gain, spread):
    """Two tasks with four arrangements each, which may differ among themselves."""
    draws, held = 2_000, 0
    shape = {"alone": 14, "joint": 4, "members": 5, "tasks": ("2.1", "7.3")}
    for seed in range(draws):
        rows = reached([gain != 0, spread != 0, seed], gain=gain, arrangement_sd=spread, **shape)
        known, _ = standardised(rows, SAVING)
        found = compared(known, "quality", (TOGETHER, "size")).contrast
        planted = gain / np.sqrt(1 + spread**2 * 20 / 34)
        held += found.low < planted < found.high
    assert stats.binomtest(held, draws, 0.95).pvalue > 0.01, held / draws


def test_an_indicator_that_does_not_vary_within_either_form_is_no_evidence_of_everything():
    """0.1 and 0.3 cannot be written exactly: what computing leaves of no spread is no spread."""
    rows = reached(10)
    flat = rows.filter(pl.col("task") == "2.1").with_columns(
        pl.when(pl.col("arrangement").is_null()).then(0.1).otherwise(0.3).alias("value"),
        pl.lit("flat").alias("indicator"),
    )
    found = quality(pl.concat([rows, flat]), SAVING)
    assert of(found).estimate == pytest.approx(of(quality(rows, SAVING)).estimate)
    assert any("is the same everywhere within either form" in item.reason for item in found.set_aside)


def test_a_figure_that_stands_with_every_participant_is_one_figure_of_the_spread():
    """The break: copies add nothing to the squares, so with all of them counted the gain comes out too large."""
    copied = [of(quality(reached([11, seed], gain=0.5, whole=True, alone=6, members=10), SAVING)) for seed in range(40)]
    assert np.mean([item.estimate for item in copied]) == pytest.approx(0.5, abs=0.15)
    few = reached(12, whole=True, alone=3, joint=2, members=8, tasks=("2.1",))
    assert "too few for its spread" in quality(few, SAVING).set_aside[0].reason


def test_a_municipality_in_several_arrangements_is_not_several():
    """Errors by arrangement alone miss that its members are the same everywhere."""
    rng = np.random.default_rng(13)
    level = rng.normal(0, 1, 30)
    rows = []
    for task in ("2.1", "7.3", "0.61", "0.62"):
        for who in range(30):
            name = f"R{task}" if who < 12 else None
            value = 50 + level[who] + rng.normal(0, 0.3)
            rows.append((f"GM{who:04}", task, "score", "point", "higher", 2023, value, name, 20_000.0 + 700 * who))
    known, _ = standardised(pl.DataFrame(rows, schema=SCHEMA, orient="row"), SAVING)
    by_doer = compared(known, "quality", (TOGETHER,)).contrast
    by_both = compared(known, "quality", (TOGETHER,), also_by="code").contrast
    alone = known.with_columns(pl.col("code").alias(DOER))
    by_municipality = compared(alone, "quality", (TOGETHER,)).contrast
    assert by_both.estimate == by_doer.estimate
    assert by_both.standard_error >= max(by_doer.standard_error, by_municipality.standard_error)
    assert by_both.degrees_of_freedom <= min(by_doer.degrees_of_freedom, by_municipality.degrees_of_freedom)
