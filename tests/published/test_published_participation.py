"""Participation on the published lists: the counts of each municipality, and ranges that have a reason."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

import pytest

pytestmark = pytest.mark.published
ON = date(2026, 7, 1)
STATUSES = ("compulsory", "cooperate", "voluntary", "unknown")


@pytest.fixture(scope="module")
def answer(published_workspace):
    return published_workspace.participation(on=ON)


def test_a_dozen_have_the_counts_of_their_arrangements(published_workspace, answer):
    ones = {item.code: item for item in answer.municipalities}
    # Small and large, merged and not, on the border of two areas, on an island, and the two with a name in common.
    for code in ("GM0363", "GM0197", "GM1959", "GM0014", "GM0096", "GM0855", "GM1963", "GM1949", "GM0439", "GM0373",
                 "GM0889", "GM1942"):  # fmt: skip
        found = published_workspace.arrangements(code, on=ON)
        status = Counter(item.status for item in found.items)
        counts = ones[code].counts
        assert [getattr(counts, name) for name in STATUSES] == [status[name] for name in STATUSES], code
        assert counts.total == len(found.items)
        assert counts.oldest == found.oldest
        alone = published_workspace.participation(code, on=ON)
        assert alone.municipalities == (ones[code],)


def test_every_municipality_of_the_list_is_counted_once_and_listed(published_workspace, answer):
    assert [item.code for item in answer.municipalities] == [item.code for item in published_workspace.municipalities()]
    for groups in (answer.classes, answer.provinces, answer.mergers):
        assert sum(item.municipalities for item in groups) == len(answer.municipalities) == 342
    # The provinces answered for all their municipalities: nobody is known by the law alone.
    assert answer.whole.missing == ()


def test_the_law_puts_every_municipality_in_two_bodies_at_least(answer):
    """A safety region and a public health service, which may be one body; then the environment service."""
    compulsory = [item.counts.compulsory for item in answer.municipalities]
    assert min(compulsory) >= 2
    assert answer.whole.counts["compulsory"].median == 3
    # More than twice the three duties would mean that old seats are counted beside their successors.
    assert max(compulsory) <= 6


def test_no_list_says_what_is_voluntary(answer):
    """The lists carry no status: voluntary is unknown for all, and known for nobody."""
    for group in (*answer.classes, answer.whole):
        assert group.share_any_voluntary == 0
        assert group.share_any_voluntary_at_most == 1
        assert group.counts["voluntary_at_most"] == group.counts["unknown"]
    assert any("it is not known whether they are compulsory" in note for note in answer.notes)


def test_seats_are_no_more_than_the_rows_of_the_lists_and_the_regions(published_folder, answer):
    path = published_folder / "gr_register" / "opengr" / "opengr_provincies.json"
    rows = json.loads(path.read_text(encoding="utf-8-sig"))
    listed = sum(item.counts.list for item in answer.municipalities)
    # Mergers since 2016 have put seats together, water boards and provinces are no municipality, some bodies ended.
    assert 0.7 * len(rows) < listed < len(rows)


def test_the_list_matters_far_more_than_size(answer):
    """Each province gave its own list, so that provinces differ more than size classes do."""
    assert 0.15 < answer.between_provinces < 0.45
    assert 0 <= answer.between_classes < 0.05
    means = [item.counts["total"].mean for item in answer.provinces]
    # Limburg lists fewest, Groningen, whose municipalities have merged most, has most.
    fewest, most = (chosen(answer.provinces, key=lambda item: item.counts["total"].mean) for chosen in (min, max))
    assert (fewest.name, most.name) == ("Limburg", "Groningen")
    assert max(means) > 1.5 * min(means)


def test_those_with_seats_of_predecessors_have_more(answer):
    merged, other = answer.mergers
    assert merged.counts["total"].mean > other.counts["total"].mean + 1
    assert other.carried_mean == 0


def test_four_large_cities_are_too_few_for_a_middle_half(answer):
    large = next(item for item in answer.classes if item.name == ">=250000")
    assert (large.municipalities, large.few, large.counts["total"].median) == (4, True, None)
    assert all(not item.few for item in answer.classes if item.name != ">=250000")


def test_without_an_own_file_no_money_is_shown(answer):
    assert all(item.contributions.years == () for item in answer.municipalities)
