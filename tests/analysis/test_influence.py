"""Influence from columns in memory: names, refusals by row, and what the smallest change is chosen for."""

from __future__ import annotations

import random

import polars as pl
import pytest

from verband.analysis.influence import influence
from verband.analysis.influence_change import percent
from verband.errors import BadInputError, UnknownNameError
from verband.numerics.voting_power.game import exact_game
from verband.numerics.voting_power.nearest import nearest_change

EEC_1973 = pl.DataFrame(
    {
        "country": ["France", "Germany", "Italy", "UK", "Belgium", "Netherlands", "Denmark", "Ireland", "Luxembourg"],
        "votes": [10, 10, 10, 10, 5, 5, 3, 3, 2],
        "pays": [20, 20, 20, 20, 10, 10, 5, 5, 0],
    }
)


def test_a_frame_gives_the_members_in_its_order():
    # Brams and Affuso (1976); Felsenthal and Machover (1998): the Council of 1973.
    found = influence(EEC_1973, quota=41)
    assert [member.name for member in found.members] == EEC_1973["country"].to_list()
    printed = [0.179] * 4 + [0.081] * 2 + [0.057] * 2 + [0.010]
    assert [round(member.shapley_shubik, 3) for member in found.members] == printed
    assert found.members[0].stake_share is None
    assert found.precision["shapley_shubik"].bound == 0


def test_stakes_are_shares_of_their_sum_and_none_where_nobody_pays():
    found = influence(EEC_1973, quota=41, stake="pays")
    assert found.members[0].stake_share == pytest.approx(20 / 110)
    assert found.members[-1].stake_share == 0
    found = influence({"votes": [2, 1], "pays": [0, 0]}, quota=2, stake="pays")
    assert [member.stake_share for member in found.members] == [None, None]
    assert any("sum of pays is 0" in remark for remark in found.remarks)


def test_the_stake_may_be_the_second_votes():
    found = influence(EEC_1973, quota=41, stake="pays", second_votes="pays", second_quota=60)
    assert found.members[0].second_votes == found.members[0].stake == 20


def test_a_change_that_takes_or_gives_power_is_told_before_one_that_shifts_it():
    # All of three can bring a change of one vote about; only the last gains power from nothing.
    found = influence({"name": ["A", "B", "C"], "votes": [5, 5, 0]}, quota=6)
    assert found.without_power == ("C",)
    assert (found.smallest_change.member, found.smallest_change.votes) == ("C", 1)
    assert "C gets power, from 0%" in found.smallest_change.effect


def test_the_change_that_is_told_is_chosen_by_the_rule():
    rng, shifts = random.Random(5), 0
    for _ in range(80):
        votes = [rng.randint(0, 9) for _ in range(rng.randint(2, 5))]
        quota = rng.randint(1, max(1, sum(votes)))
        near = nearest_change(exact_game([(own,) for own in votes], [quota]))
        sizes = [size for size in (near.more, near.fewer) if size is not None]
        if not sizes:
            continue
        before = [member.shapley_shubik for member in influence({"votes": votes}, quota=quota).members]
        ranks = {}
        for size, members, sign in ((near.more, near.by_more, 1), (near.fewer, near.by_fewer, -1)):
            for at in members if size == min(sizes) else ():
                changed = [own + sign * int(size) * (place == at) for place, own in enumerate(votes)]
                after = [member.shapley_shubik for member in influence({"votes": changed}, quota=quota).members]
                flipped = [(old == 0) != (new == 0) for old, new in zip(before, after, strict=True)]
                shift = sum(abs(old - new) for old, new in zip(before, after, strict=True))
                ranks[at, sign] = (not flipped[at], -sum(flipped), -round(shift, 9), sign < 0, at)
        told = influence({"votes": votes}, quota=quota).smallest_change
        best = min(ranks, key=ranks.get)
        assert (int(told.member) - 1, told.votes) == (best[0], best[1] * min(sizes))
        shifts += len({rank[:2] for rank in ranks.values()}) == 1 < len({rank[2] for rank in ranks.values()})
    assert shifts > 3


def test_what_cannot_pass_and_what_can_no_more_are_said():
    change = influence({"name": ["A", "B"], "votes": [2, 2]}, quota=5).smallest_change
    assert "proposals can pass" in change.effect
    change = influence({"name": ["A", "B"], "votes": [2, 2]}, quota=4).smallest_change
    assert "nobody has power" in change.effect


def test_no_change_is_said_where_there_is_none():
    # Both are needed for the second majority, and either alone has votes enough: no votes of one matter.
    found = influence({"votes": [5, 5], "second": [3, 2]}, quota=1, second_votes="second", second_quota=5)
    assert found.smallest_change is None
    assert any("No change in the votes of one member" in remark for remark in found.remarks)
    many = influence({"votes": [1] * 40, "second": [1] * 40}, quota=21, second_votes="second", second_quota=21)
    assert many.smallest_change is None
    assert any("not looked for" in remark for remark in many.remarks)


def test_many_members_are_answered_with_the_banzhaf_chance_of_the_change():
    found = influence({"votes": [3] * 70}, quota=106)
    assert found.method == "exact"
    assert found.members[0].pivotal is None
    assert sum(member.shapley_shubik for member in found.members) == pytest.approx(1)
    assert "decisive" in found.smallest_change.effect


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"votes": [2, -1]}, "row 2, column votes"),
        ({"votes": [2, float("nan")]}, "row 2, column votes"),
        ({"votes": ["two", "one"]}, "no number"),
        ({"name": ["A", "A"], "votes": [2, 1]}, "A stands in row 1 too"),
        ({"name": ["A", None], "votes": [2, 1]}, "name is missing"),
        ({"name": ["A"], "votes": [2, 1]}, "another number of rows"),
        ({"votes": []}, "no members"),
    ],
)
def test_tables_that_are_no_votes_are_refused(columns, said):
    with pytest.raises(BadInputError, match=said):
        influence(columns, quota=2)


def test_unknown_columns_are_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean votes"):
        influence({"votes": [1]}, quota=1, votes="vote")


def test_shares_are_written_with_a_decimal_and_two_where_small():
    assert [percent(value) for value in (0, 0.0042, 0.0123, 0.3, 1)] == ["0%", "0.42%", "1.2%", "30.0%", "100%"]
