"""Efficiencies that are in print, to the printed digit: example 1 of DEAP, twelve hospitals, seven units with slacks.

What independent implementations compute for the same cases is held against to ten digits.
"""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

from verband.numerics.envelopment.efficiency import efficiencies
from verband.numerics.envelopment.merging import merging_gains
from verband.numerics.envelopment.scale import scale_efficiencies
from verband.numerics.envelopment.super_efficiency import super_efficiencies

pytestmark = pytest.mark.published
CASES = ("deap_eg1", "bogetoft_otto_7", "cst_hospitals")
NATURE = {"IRS": "increasing", "CRS": "constant", "DRS": "decreasing"}


@pytest.fixture(scope="module", params=CASES)
def case(request, published_folder):
    return chosen(published_folder, request.param)


def chosen(folder, name):
    told = json.loads((folder / "published" / "dea.json").read_text(encoding="utf-8"))
    found = next(item for item in told["cases"] if item["id"] == name)
    x, y = (np.array(found["input"][side], dtype=float) for side in ("inputs", "outputs"))
    return SimpleNamespace(x=x, y=y, printed=found["published"], known=found["recomputed"])


def test_no_case_is_left_out(published_folder):
    told = json.loads((published_folder / "published" / "dea.json").read_text(encoding="utf-8"))
    assert tuple(item["id"] for item in told["cases"]) == CASES


@pytest.mark.parametrize("returns", ["crs", "vrs", "nirs", "ndrs", "fdh"])
def test_input_efficiency(case, returns):
    found = efficiencies(case.x, case.y, returns=returns)
    assert found.efficiency == pytest.approx(case.known[f"in_{returns}"], abs=1e-10)


@pytest.mark.parametrize("returns", ["crs", "vrs"])
def test_output_efficiency(case, returns):
    found = efficiencies(case.x, case.y, orientation="output", returns=returns)
    assert found.farrell == pytest.approx(case.known[f"out_{returns}_farrell"], abs=1e-9)
    assert found.efficiency == pytest.approx(1 / np.array(case.known[f"out_{returns}_farrell"]), abs=1e-9)


@pytest.mark.parametrize("returns", ["crs", "vrs"])
def test_slacks(case, returns):
    found = efficiencies(case.x, case.y, returns=returns)
    assert found.input_slacks == pytest.approx(np.array(case.known[f"slack_x_{returns}"]), abs=1e-9)
    assert found.output_slacks == pytest.approx(np.array(case.known[f"slack_y_{returns}"]), abs=1e-9)


@pytest.mark.parametrize(
    ("key", "orientation", "returns"),
    [("super_in_crs", "input", "crs"), ("super_in_vrs", "input", "vrs"), ("super_out_vrs", "output", "vrs")],
)
def test_super_efficiency_with_those_that_have_none(case, key, orientation, returns):
    found = super_efficiencies(case.x, case.y, orientation=orientation, returns=returns)
    for value, known in zip(found.farrell, case.known[key], strict=True):
        assert value is known is None or value == pytest.approx(known, abs=1e-9)


def test_scale_efficiency_and_nature_of_returns(case):
    found = scale_efficiencies(case.x, case.y)
    assert found.scale_efficiency == pytest.approx(case.known["scale_eff"], abs=1e-10)
    assert list(found.returns_to_scale) == [NATURE[item] for item in case.known["returns_to_scale"]]


def test_the_printed_tables_of_deap(published_folder):
    case = chosen(published_folder, "deap_eg1")
    found = efficiencies(case.x, case.y, returns="crs")
    assert np.round(found.efficiency, 3).tolist() == case.printed["te_crs"]
    assert round(float(found.efficiency.mean()), 3) == case.printed["mean"]
    assert np.round(found.input_slacks, 3).tolist() == case.printed["input_slacks"]
    targets = case.x * found.farrell[:, None] - found.input_slacks
    assert np.round(targets, 3).tolist() == case.printed["input_targets"]
    for row, (peers, weights) in enumerate(zip(case.printed["peers"], case.printed["peer_weights"], strict=True)):
        shown = {peer + 1: round(weight, 3) for peer, weight in found.peers.of(row).items()}
        assert shown == dict(zip(peers, weights, strict=True))


def test_the_printed_tables_of_the_hospitals(published_folder):
    case = chosen(published_folder, "cst_hospitals")
    for key, returns in (("ccr", "crs"), ("bcc", "vrs")):
        assert np.round(efficiencies(case.x, case.y, returns=returns).efficiency, 3).tolist() == case.printed[key]


def test_merging_any_two_of_the_cases_multiplies_out(case):
    groups = [(first, second) for first in range(len(case.x)) for second in range(first)]
    for returns in ("crs", "vrs"):
        for gain in merging_gains(case.x, case.y, groups, returns=returns):
            if gain.reason is None:
                assert gain.potential == pytest.approx(gain.learning * gain.harmony * gain.size, rel=1e-12)
