"""Group-time effects against two independent libraries, and what becomes of units that vanish."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.event_study_peers import averages_by_moderndid, by_diff_diff, by_moderndid, frame
from tests.numerics.group_time.invented_panels import panel

from verband.numerics.group_time import average, cell_plan, estimate_cells, mean_of

GROUPS = (4, 5)


def cells_of(own, *, control="never", anticipation=0, base="varying", method="regression"):
    plan = cell_plan(own.periods, GROUPS, anticipation=anticipation, base=base)
    return estimate_cells(own, plan, control=control, anticipation=anticipation, method=method)


def errors(cells):
    return np.sqrt(np.square(cells.influence).sum(axis=1))


@pytest.mark.parametrize("control", ["never", "not-yet"])
@pytest.mark.parametrize(("method", "theirs"), [("regression", "reg"), ("doubly-robust", "dr")])
@pytest.mark.parametrize("covariates", [0, 2])
def test_effects_and_errors_are_those_of_moderndid(control, method, theirs, covariates):
    own = panel(seed=3, units=300, covariates=covariates)
    found = cells_of(own, control=control, method=method)
    names = [f"x{number}" for number in range(covariates)]
    other = by_moderndid(
        frame(own),
        method=theirs,
        covariates=names,
        control="nevertreated" if control == "never" else "notyettreated",
    )
    assert list(zip(found.group, found.time, strict=True)) == list(zip(other.groups, other.times, strict=True))
    assert found.effect == pytest.approx(other.att_gt, abs=1e-10)
    assert errors(found) == pytest.approx(other.se_gt, abs=1e-10)


@pytest.mark.parametrize("base", ["varying", "universal"])
def test_anticipation_and_base_are_those_of_moderndid(base):
    own = panel(seed=5)
    found = cells_of(own, anticipation=1, base=base)
    other = by_moderndid(frame(own), anticipation=1, base=base)
    theirs = {(g, t): e for g, t, e in zip(other.groups, other.times, other.att_gt, strict=True)}
    assert len(found.effect) >= 8
    for group, time, effect in zip(found.group, found.time, found.effect, strict=True):
        assert effect == pytest.approx(theirs[group, time], abs=1e-10)


@pytest.mark.parametrize("anticipation", [0, 1])
def test_controls_that_are_not_treated_yet_do_not_anticipate_either(anticipation):
    """Against both libraries; by hand: cohort 5 is no control of cohort 4 at time 4 when it moves a period ahead."""
    own = panel(seed=6)
    found = cells_of(own, control="not-yet", anticipation=anticipation)
    first = by_moderndid(frame(own), control="notyettreated", anticipation=anticipation)
    second = by_diff_diff(frame(own), method="reg", control="not_yet_treated", anticipation=anticipation)
    theirs = {(g, t): e for g, t, e in zip(first.groups, first.times, first.att_gt, strict=True)}
    for place, (group, time) in enumerate(zip(found.group.tolist(), found.time.tolist(), strict=True)):
        assert found.effect[place] == pytest.approx(theirs[group, time], abs=1e-10)
        assert found.effect[place] == pytest.approx(second.group_time_effects[group, time]["effect"], abs=1e-10)
    place = np.flatnonzero((found.group == 4) & (found.time == 4))[0]
    assert found.controls[place][own.cohort == 5].all() == (anticipation == 0)


def test_averages_and_their_errors_are_those_of_moderndid():
    own = panel(seed=7)
    found, other = cells_of(own), by_moderndid(frame(own))
    distance = found.time - found.group
    simple = average(found, distance >= 0, own.cohort)
    theirs = averages_by_moderndid(other, "simple")
    assert (simple.estimate, np.linalg.norm(simple.influence)) == pytest.approx(
        (theirs.overall_att, theirs.overall_se), abs=1e-10
    )
    dynamic = [average(found, distance == value, own.cohort) for value in np.unique(distance)]
    theirs = averages_by_moderndid(other, "dynamic")
    assert [item.estimate for item in dynamic] == pytest.approx(theirs.att_by_event, abs=1e-10)
    assert [np.linalg.norm(item.influence) for item in dynamic] == pytest.approx(theirs.se_by_event, abs=1e-10)
    overall = mean_of([item for item, value in zip(dynamic, np.unique(distance), strict=True) if value >= 0])
    assert (overall.estimate, np.linalg.norm(overall.influence)) == pytest.approx(
        (theirs.overall_att, theirs.overall_se), abs=1e-10
    )


@pytest.mark.parametrize("covariates", [0, 1])
def test_a_panel_with_gaps_gives_the_effects_of_diff_diff(covariates):
    own = panel(seed=11, covariates=covariates, gone=True, lost=0.1)
    found = cells_of(own)
    other = by_diff_diff(frame(own), method="reg", covariates=[f"x{number}" for number in range(covariates)])
    theirs = {key: item for key, item in other.group_time_effects.items() if np.isfinite(item["effect"])}
    assert {(int(g), int(t)) for g, t in theirs} == set(zip(found.group.tolist(), found.time.tolist(), strict=True))
    for place, key in enumerate(zip(found.group.tolist(), found.time.tolist(), strict=True)):
        assert found.effect[place] == pytest.approx(theirs[key]["effect"], abs=1e-10)
        assert errors(found)[place] == pytest.approx(theirs[key]["se"], abs=1e-10)
        assert found.treated[place].sum() == theirs[key]["n_treated"]


def test_units_that_vanish_after_their_first_treated_period_take_part_until_then():
    whole = panel(seed=13)
    gone = panel(seed=13, gone=True)
    full, cut = cells_of(whole), cells_of(gone)
    kept = dict(zip(zip(full.group, full.time, strict=True), full.effect, strict=True))
    assert set(zip(cut.group, cut.time, strict=True)) == {key for key in kept if key[1] <= key[0]}
    for place, key in enumerate(zip(cut.group, cut.time, strict=True)):
        assert cut.effect[place] == pytest.approx(kept[key], abs=1e-12)
        assert cut.treated[place].sum() == (whole.cohort == key[0]).sum()


def test_a_second_library_drops_the_units_that_vanish_without_a_word_in_its_numbers():
    """Why a panel with gaps is not handed to moderndid: the cohorts are gone."""
    gone = panel(seed=13, gone=True)
    try:
        other = by_moderndid(frame(gone))
    except Exception:  # noqa: BLE001  it may refuse, too
        return
    assert not set(GROUPS) <= {int(group) for group in other.groups}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(-50, 50), st.floats(0.01, 100))
def test_shifts_of_units_and_periods_change_nothing_and_scale_goes_through(seed, shift, scale):
    own = panel(seed=seed, units=40)
    rng = np.random.default_rng(seed)
    moved = own.outcome * scale + shift * rng.normal(size=(40, 1)) + rng.normal(size=(1, 6)) * shift
    before, after = cells_of(own), cells_of(replace(own, outcome=moved))
    assert after.effect == pytest.approx(before.effect * scale, abs=1e-8 * max(1, scale, abs(shift)))
    assert after.influence == pytest.approx(before.influence * scale, abs=1e-8 * max(1, scale, abs(shift)))
