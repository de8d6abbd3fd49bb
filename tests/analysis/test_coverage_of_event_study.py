"""Eight treated clusters of 24 units among 330 controls, as mergers are: no effect rejected, a planted one covered.

2,000 draws each; a test fails only when an exact binomial test at 1% says that the size of the randomisation is above
5%, or that its interval covers less than 95%. The headline error has its own in test_few_treated.py.
"""

from __future__ import annotations

import pytest
from numpy.random import default_rng
from scipy import stats
from tests.numerics.group_time.test_few_treated import eight_clusters

from verband.analysis.event_study_errors import Clustering
from verband.analysis.event_study_few import Comparison, early_differences, few_clusters
from verband.numerics.group_time import cell_plan

pytestmark = pytest.mark.slow
DRAWS = 2000
STARTS = (2021, 2022, 2023)


def comparison(own, cluster):
    plan = cell_plan(own.periods, STARTS, anticipation=0, base="varying")
    counted = tuple(item for item in plan if own.periods[item.time] == item.group)
    early = tuple(item for item in plan if own.periods[item.time] < item.group)
    return Comparison(own, counted, early, "never", 0), Clustering(cluster, 338, named=True, few=True)


@pytest.mark.parametrize(("effect", "shared"), [(0.0, 0.5), (1.0, 0.0)])
def test_the_randomisation_keeps_its_size_and_its_interval_covers(effect, shared):
    rng = default_rng(71)
    rejected = covered = 0
    for draw in range(DRAWS):
        found = few_clusters(*comparison(*eight_clusters(rng, effect=effect, shared=shared)), level=0.95, draws=99,
                             seed=draw)  # fmt: skip
        rejected += found.randomisation_p_value <= 0.05
        covered += found.randomisation_low <= effect <= found.randomisation_high
    assert stats.binomtest(covered, DRAWS, 0.95, alternative="less").pvalue > 0.01, covered / DRAWS
    if effect == 0:
        assert stats.binomtest(rejected, DRAWS, 0.05, alternative="greater").pvalue > 0.01, rejected / DRAWS


def test_the_test_before_the_start_keeps_its_size():
    rng = default_rng(72)
    rejected = 0
    for draw in range(DRAWS):
        p_value = early_differences(*comparison(*eight_clusters(rng)), draws=99, seed=draw)
        rejected += p_value <= 0.05
    assert stats.binomtest(rejected, DRAWS, 0.05, alternative="greater").pvalue > 0.01, rejected / DRAWS
