"""Positions, identity (M7) and switching and connecting (M11) on the published data: ranges that have a reason."""

from __future__ import annotations

from datetime import date
from statistics import median

import pytest

from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.statements import statement
from verband.workspace.evidence.network import prepare_identity, prepare_switching_connecting
from verband.workspace.evidence.tables import EvidenceTables

pytestmark = pytest.mark.published
ON = date(2026, 7, 1)


@pytest.fixture(scope="module")
def placed(published_workspace):
    return published_workspace.network(on=ON).municipalities


@pytest.fixture(scope="module")
def evidence(published_workspace):
    with published_workspace._open() as warehouse:
        tables = EvidenceTables(warehouse, published_workspace.folder)
        return {
            "M7": judge(statement("M7"), prepare_identity(tables)()),
            "M11": judge(statement("M11"), prepare_switching_connecting(tables)()),
        }


def test_boards_are_those_of_participation(published_workspace, placed):
    counted = {item.code: item.counts.total for item in published_workspace.participation(on=ON).municipalities}
    assert {item.position.code: item.position.boards for item in placed} == counted


def test_nobody_is_alone_and_everybody_has_regions(placed):
    """Every municipality is in a safety region with others, and the region lists name all of 2016."""
    assert min(item.position.partners for item in placed) >= 1
    assert {len(item.position.regions) for item in placed} == {6}
    assert all(0 <= item.position.betweenness <= 1 for item in placed)
    assert all(item.position.constraint > 0 for item in placed)


def test_partners_lie_in_the_own_region_more_often_than_by_chance(placed):
    """There are 25 to 43 regions of each kind: a partner drawn from the country would lie in the own one in 1 of 25."""
    shares = [item.position.congruence for item in placed if item.position.congruence is not None]
    assert len(shares) > 330
    assert 0.2 < median(shares) < 0.8


def test_the_list_of_limburg_names_half_of_what_that_of_groningen_does(placed):
    """The data say so of themselves: 5.4 against 11.4 per municipality of 2016 (mostly a difference in reporting)."""
    mean = {}
    for name in ("Limburg", "Groningen"):
        own = [item.position.boards for item in placed if item.province == name]
        mean[name] = sum(own) / len(own)
    assert mean["Limburg"] < 0.75 * mean["Groningen"]


def test_neighbours_share_more_and_unlike_municipalities_not_a_tenth_fewer(evidence):
    """Work is shared with those nearby: half as much again at least. Preferences hardly go with it."""
    found = evidence["M7"]
    parts = {item.finding.component: item for item in found.components}
    assert parts["contact"].finding.low > 10
    assert parts["contact"].finding.estimate < 200
    assert abs(found.primary.finding.estimate) < 15
    assert found.primary.verdict == "not_supported"
    # 342 municipalities in twelve provinces: some 6,000 pairs.
    assert 5_000 < found.primary.finding.n_observations < 8_000
    assert found.primary.finding.n_municipalities > 320
    only = next(item for item in found.variants if item.name == "only those known to be voluntary")
    assert only.finding is None, "no public source calls any arrangement voluntary"


def test_size_predicts_and_position_adds_little(evidence):
    """Size goes with cost beyond grant need; position adds nothing that is surely above the least that matters."""
    found = evidence["M11"]
    parts = {item.finding.component: item for item in found.components}
    assert parts["size_alone"].finding.estimate > 2
    for name in ("net_cost", "structural_balance"):
        assert parts[name].verdict in ("not_supported", "inconclusive")
        assert -5 < parts[name].finding.estimate < 5
    assert parts["net_cost"].finding.n_municipalities > 330
    assert found.verdict in ("not_supported", "inconclusive")


def test_of_several_predecessors_the_region_of_most_inhabitants_counts(placed):
    """Leerdam and Zederik (34,000) lay in Zuid-Holland-Zuid, Vianen (20,000) in Utrecht: together Vijfheerenlanden."""
    (found,) = [item for item in placed if item.position.code == "GM1961"]
    regions = {part.region_type: part.region for part in found.position.regions}
    assert regions["safety_region"] == "Zuid-Holland-Zuid"
