"""What the ledger says of the fictional province's own files, against what was planted in them."""

from __future__ import annotations

import numpy as np
import pytest

from verband.analysis.evidence.own_interests import own_interests
from verband.analysis.evidence.own_keys import OwnKeys
from verband.sources.sample import Parameters, province
from verband.workspace.evidence.model_results import prepare_own_interests
from verband.workspace.evidence.tables import EvidenceTables

PLANTED = Parameters()


def test_the_ledger_tells_the_conflict_under_the_unfair_key(sample_workspace):
    """Its small members pay more than alone: some group gains in every draw, or nearly."""
    with sample_workspace._open() as warehouse:
        prepared = prepare_own_interests(EvidenceTables(warehouse, sample_workspace.folder))
    name = next(item.name for item in province(1).arrangements if item.number == PLANTED.unfair_key)
    key = next(item for item in prepared.keywords["own"].keys if item.partnership.name == name)
    assert key.stated == pytest.approx((0.2,) * 5, abs=1e-4)
    # The same one three times, for fewer than three are not told.
    found = own_interests(prepared.args[0], (), own=OwnKeys((key,) * 3, 3), sources=()).findings[0]
    assert found.component == "conflict_under_own_key"
    assert found.estimate > 95


def test_the_ledger_counts_functions_and_deputies_as_planted(sample_workspace):
    """Three in ten functions were given a deputy; holders were drawn around a number per inhabitant."""
    (found,) = sample_workspace.evidence(["M5"])
    few, nobody = (part.finding for part in found.components[:2])
    rows = [row for row in sample_workspace.table("own_staff").to_dicts() if row["holders"] <= 2]
    assert few.estimate == pytest.approx(100 * len(rows) / sample_workspace.table("own_staff").height)
    gaps = [row["holders"] - 1 + row["deputies"] < row["required"] for row in rows]
    assert nobody.estimate == pytest.approx(100 * np.mean(gaps))
    planted = [0.7 if row["holders"] - 1 < row["required"] else 0.0 for row in rows]
    assert nobody.low < 100 * np.mean(planted) < nobody.high


def test_the_ledger_tells_that_nobody_left_but_by_merger_or_end(sample_workspace):
    """What ends a membership in the sample is a merger, a change of code, or the end of the arrangement of 2020."""
    (found,) = sample_workspace.evidence(["M12"])
    told = {part.rule.component: part.finding for part in found.components}
    assert told["leaving"].estimate == told["leaving"].low == 0
    # All partners of one arrangement could have left together: nobody seen to leave does not rule out one in a hundred.
    assert told["leaving"].high > 1
    assert {part.verdict for part in found.components if part.rule.component == "leaving"} == {"inconclusive"}
    ended = next(item for item in province(1).arrangements if item.end)
    # It is the first that the register tells to have ended, so that the years of its partners come before the clock.
    assert f"{len(province(1).members(ended, 2020))} participants without any day that counts" in told["leaving"].note
    assert told["undoing"].estimate == 0
    assert told["undoing"].n_observations == 2
