"""The smallest change of one weight that changes who wins, quota and other weights unchanged.

Raising the weight of player ``i`` by ``d`` makes those losing coalitions with ``i`` win that are at most ``d`` short of
the quota; the first is the heaviest that still loses. Lowering it makes those winning ones lose that are less than
``d`` above it. Either way the power of ``i`` itself changes, because other coalitions win with it than before. So it
comes down to the sums nearest to the quota on both sides, and who takes part in them.

One majority: which sums exist is kept in the bits of one whole number (subset sums; Pisinger, 1999, section 3), or
where that would be too long, up to 30 players, in two sorted halves (Horowitz and Sahni, 1974). Two majorities, up to
30 players: coalitions are counted by meeting in the middle for quotas moved by ever larger steps, then by halving.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from verband.numerics.voting_power.game import MajorityGame
from verband.numerics.voting_power.halves import MOST_PLAYERS, Counts, Half, count_small, kind_of, small_sets

MOST_SUMS = 50_000_000
"""Sums of one majority that are kept; with more only up to 30 players."""
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Nearest:
    """The smallest changes, up and down.

    Attributes
    ----------
    more, fewer
        By how much a weight of the first majority must rise, or fall, as the weights were given; ``None`` where no such
        change does anything.
    by_more, by_fewer
        Players for whom that much is enough.
    """

    more: Fraction | None
    by_more: tuple[int, ...]
    fewer: Fraction | None
    by_fewer: tuple[int, ...]


def nearest_change(game: MajorityGame) -> Nearest | None:
    """Find the smallest change of one weight of the first majority that changes which coalitions win.

    Returns
    -------
    Nearest or None
        ``None`` where the game is too large to look: over 30 players, and over :data:`MOST_SUMS` sums of one majority
        or more than one.
    """
    if game.majorities == 1 and game.totals[0] < MOST_SUMS:
        found = _by_sums(game)
    elif game.majorities == 1 and game.players <= MOST_PLAYERS:
        found = _by_halves(game)
    elif game.players <= MOST_PLAYERS and game.majorities == 2:
        found = _by_counts(game)
    else:
        return None
    (below, by_more), (above, by_fewer) = found
    common = int(game.steps[0] / game.grains[0])
    limit, grain = game.given_quotas[0], game.grains[0]
    more = None if below is None or not by_more else grain * (limit - common * below)
    fewer = None if above is None or not by_fewer else grain * (common * above - limit + 1)
    return Nearest(more, by_more if more is not None else (), fewer, by_fewer if fewer is not None else ())


def powerless_players(game: MajorityGame) -> tuple[int, ...] | None:
    """Players of a game with one majority without whom no coalition is short of the quota by less than their weight.

    Returns
    -------
    tuple or None
        Numbers of the players; ``None`` over :data:`MOST_SUMS` sums.
    """
    weights, quota = [row[0] for row in game.weights], game.quotas[0]
    if game.totals[0] >= MOST_SUMS:
        return None
    idle = set()
    for weight, others in _without_each(sorted(set(weights)), weights):
        low = max(quota - weight, 0)
        if quota <= 0 or not others >> low & ((1 << (quota - low)) - 1):
            idle.add(weight)
    return tuple(player for player, weight in enumerate(weights) if weight in idle)


Side = tuple[int | None, tuple[int, ...]]


def _by_sums(game: MajorityGame) -> tuple[Side, Side]:
    """Largest sum below the quota and smallest at or above it, each with the players in some coalition of that sum."""
    weights = [row[0] for row in game.weights]
    quota = game.quotas[0]
    every = 1
    for weight in weights:
        every |= every << weight
    losing = every & ((1 << max(quota, 0)) - 1)
    below = losing.bit_length() - 1 if losing else None
    winning = every >> max(quota, 0)
    above = max(quota, 0) + (winning & -winning).bit_length() - 1 if winning else None
    up: set[int] = set()
    down: set[int] = set()
    for kind, others in _without_each(sorted(set(weights)), weights):
        if below is not None and below >= kind and others >> (below - kind) & 1:
            up.add(kind)
        if above is not None and kind and above >= kind and others >> (above - kind) & 1:
            down.add(kind)
    return (
        (below, tuple(player for player, weight in enumerate(weights) if weight in up)),
        (above, tuple(player for player, weight in enumerate(weights) if weight in down)),
    )


def _by_halves(game: MajorityGame) -> tuple[Side, Side]:
    """Compute the same for weights of any size, from the sums of two halves of the players."""
    quota, middle = game.quotas[0], game.players // 2
    kind = kind_of(game.weights, game.quotas)
    one, two = Half.of(game.weights[:middle], 1, kind), Half.of(game.weights[middle:], 1, kind)
    order = np.argsort(two.sums[0], kind="stable")
    sums, beside = two.sums[0][order], one.sums[0]
    place = np.searchsorted(sums, quota - beside, side="left")
    some, more = place > 0, place < len(sums)
    below = int((beside[some] + sums[place[some] - 1]).max()) if some.any() else None
    above = int((beside[more] + sums[place[more]]).min()) if more.any() else None

    def players(total: int | None) -> tuple[int, ...]:
        """Those in some coalition of that sum."""
        if total is None:
            return ()
        fit = np.isin(total - beside, sums), np.isin(total - sums, beside)
        found = np.concatenate([one.members[fit[0]].any(axis=0), two.members[order][fit[1]].any(axis=0)])
        return tuple(np.flatnonzero(found).tolist())

    return (below, players(below)), (above, tuple(player for player in players(above) if game.weights[player][0]))


def _without_each(kinds: Sequence[int], weights: Sequence[int]) -> list[tuple[int, int]]:
    """For each weight the sums of all players but one of that weight, as bits; by halving."""
    count = {kind: weights.count(kind) for kind in kinds}
    found: list[tuple[int, int]] = []

    def go(part: Sequence[int], sums: int) -> None:
        if len(part) == 1:
            for _ in range(count[part[0]] - 1):
                sums |= sums << part[0]
            found.append((part[0], sums))
            return
        middle = len(part) // 2
        for own, others in ((part[:middle], part[middle:]), (part[middle:], part[:middle])):
            more = sums
            for kind in others:
                for _ in range(count[kind]):
                    more |= more << kind
            go(own, more)

    go(kinds, 1)
    return found


def _by_counts(game: MajorityGame) -> tuple[Side, Side]:
    """Compute the same for two majorities, by counting the coalitions that win under another first quota."""
    total, quota = game.totals[0], game.quotas[0]
    common = int(game.steps[0] / game.grains[0])
    counts = _Counts(game)
    up = counts.first_change(-1, 0, quota)
    below: Side = (None, ()) if up is None else (quota - up, tuple(counts.changed(quota, quota - up)))
    before = 0
    for _ in range(_TRIES):
        move = counts.first_change(1, before, total - quota + 1)
        if move is None:
            break
        above = quota + move - 1
        # No weight can fall below 0: a coalition that outnumbers the quota by more than any of its members has falls
        # with a larger sum, if at all.
        least = common * above - game.given_quotas[0] + 1
        changed = counts.changed(quota + before, quota + move)
        able = tuple(player for player in changed if game.given_weights[player][0] >= least)
        if able:
            return below, (above, able)
        before = move
    return below, (None, ())


class _Counts:
    """Winning coalitions under any first quota."""

    def __init__(self, game: MajorityGame) -> None:
        self._game = game
        self._rest = game.totals[1] - game.quotas[1]

    def winning(self, first: int) -> int:
        """How many coalitions win; counted by the players they do without."""
        return count_small(self._game.weights, (self._game.totals[0] - first, self._rest))

    def changed(self, one: int, two: int) -> list[int]:
        """Players in a coalition that wins under one quota only."""
        return np.flatnonzero(self._with_each(one) != self._with_each(two)).tolist()

    def _with_each(self, first: int) -> Counts:
        small, having = small_sets(self._game.weights, (self._game.totals[0] - first, self._rest))
        return np.asarray(small.sum() - having.sum(axis=1), dtype=np.int64)

    def first_change(self, direction: int, begin: int, farthest: int) -> int | None:
        """Find the smallest move of the quota beyond ``begin`` that changes how many win."""
        quota = self._game.quotas[0]
        now = self.winning(quota + direction * begin)
        if farthest <= begin or self.winning(quota + direction * farthest) == now:
            return None
        low, step = begin, 1
        while self.winning(quota + direction * min(begin + step, farthest)) == now:
            low, step = begin + step, 2 * step
        high = min(begin + step, farthest)
        while high - low > 1:
            middle = (low + high) // 2
            same = self.winning(quota + direction * middle) == now
            low, high = (middle, high) if same else (low, middle)
        return high
