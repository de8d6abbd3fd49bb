"""Power of every player by the way that fits the game: counted, computed in chances, rounded, or drawn.

=========  =============================================================================================
exact      up to 30 players: meeting in the middle, any weights, one majority or two; up to 62 players: counted in
           whole numbers, where a table over sizes and sums fits; more players: chances, where a table over the sums
           fits and the work is within the limits
rounded    one majority, and too many sums for that: weights rounded to the smallest unit of 1, 2 or 5 times a power of
           ten that fits, with bounds
sampled    several majorities and too many sums
=========  =============================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from verband.numerics.voting_power import counting, halves, quadrature, rounding, sampling
from verband.numerics.voting_power.game import MajorityGame, Number, UnitError, VotingPowerError, exact_game, weighty
from verband.numerics.voting_power.indices import Array, Index, PowerIndices, from_swings, normalised
from verband.numerics.voting_power.nearest import powerless_players

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a computation may take.

    Attributes
    ----------
    cells
        Entries of a table; 32 bytes each with all that is kept beside it, so half a gigabyte by default.
    work
        Entries that are added up in all: 3 to 5 thousand million a second.
    draws
        Orders, and coalitions, drawn where nothing else is possible.
    """

    cells: int = 2**24
    work: int = 5 * 10**10
    draws: int = 200_000


@dataclass(frozen=True, slots=True)
class _Game:
    """The players with any weight, and the room."""

    whole: MajorityGame
    places: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]
    room: tuple[int, ...]

    @property
    def sums(self) -> int:
        found = 1
        for limit in self.room:
            found *= limit + 1
        return found

    def spread(self, values: Array) -> Array:
        """Values of all players, 0 for those without weight."""
        found = np.zeros(self.whole.players)
        found[list(self.places)] = values
        return found


def power_indices(
    weights: Sequence[Sequence[Number]],
    quotas: Sequence[Number],
    *,
    unit: Number | None = None,
    draws: int | None = None,
    seed: int = 1,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> PowerIndices:
    """Shapley-Shubik and Banzhaf indices of every player.

    Parameters
    ----------
    weights
        Per player a weight in every majority, shape (n, m), 0 or more; floats count as the decimals they are written
        as.
    quotas
        Per majority the weight at which a coalition wins, shape (m,).
    unit
        Round the weights to this, one majority; by default only where exact computation takes too much.
    draws
        Draw so many orders and coalitions instead.
    seed
        Of draws.
    limits
        How much it may take.
    progress
        Called with steps done and their number.

    Returns
    -------
    PowerIndices
        Players in the order given. Where nobody can win, or nobody can lose, nobody has any power: Shapley-Shubik and
        absolute Banzhaf are 0 for all and the normalised index is not a number.

    Raises
    ------
    VotingPowerError
        If the game, the unit or the number of draws cannot be.
    """
    whole = exact_game(weights, quotas)
    allowed = limits or Limits()
    return power_of(whole, unit=unit, draws=draws, seed=seed, limits=allowed, progress=progress)


def power_of(
    whole: MajorityGame,
    *,
    unit: Number | None = None,
    draws: int | None = None,
    seed: int = 1,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> PowerIndices:
    """Indices of a game that was made before; as :func:`power_indices`."""
    allowed = limits or Limits()
    if draws is not None and draws < 1:
        raise VotingPowerError(f"{draws} draws are too few")
    if unit is not None and whole.majorities > 1:
        raise UnitError("weights are rounded with one majority only")
    if whole.decided:
        return _nobody(whole.players)
    places = weighty(whole)
    game = _Game(whole, tuple(places), tuple(whole.weights[place] for place in places), whole.room())
    if draws is not None:
        return _drawn(game, draws, seed, progress)
    if unit is not None:
        steps = _steps(unit, whole)
        if steps > 1:
            return _rounded(game, steps, steps, progress)
    swings = count_swings(game.rows, game.room, allowed)
    if swings is not None:
        return _counted(game, swings)
    return _computed(game, allowed, seed, progress)


def _steps(unit: Number, whole: MajorityGame) -> int:
    """Count the steps in a unit to round to; 1 where all weights are multiples of the unit already."""
    steps = _fraction(unit) / whole.steps[0]
    if steps <= 0 or steps > max(row[0] for row in whole.weights):
        raise UnitError("the unit to round to is not above 0 and at most the largest number")
    if steps.denominator != 1 and steps.numerator != 1:
        raise UnitError(f"the unit is no multiple of {float(whole.steps[0]):.15g}, in which the weights are counted")
    return int(steps) if steps.denominator == 1 else 1


def _fraction(value: Number) -> Fraction:
    return Fraction(value) if isinstance(value, Fraction | int) else Fraction(str(value))


def count_swings(
    rows: Sequence[Sequence[int]], room: Sequence[int], limits: Limits | None = None
) -> list[list[int]] | None:
    """Swings by size in whole numbers, by the quicker way; ``None`` where neither fits."""
    allowed = limits or Limits()
    n, cells = len(rows), counting.cells(len(rows), room)
    fits = n <= counting.MOST_PLAYERS and cells <= allowed.cells and n * cells <= allowed.work
    if n <= halves.MOST_PLAYERS and len(room) <= halves.MOST_MAJORITIES:
        # Subsets of a half, each looked up per size; with two majorities through all levels of a tree.
        looks = 2 ** (n - n // 2) * (n + 40) * (1 if len(room) == 1 else n)
        if not fits or n * cells > looks:
            return halves.swings_by_size(rows, room)
    return counting.swings_by_size(rows, room) if fits else None


def _nobody(players: int) -> PowerIndices:
    nothing = Index(np.zeros(players), "exact")
    none = Index(np.full(players, np.nan), "exact")
    return PowerIndices(nothing, nothing, none, (0,) * players, tuple(range(players)), powerless_known=True)


def _counted(game: _Game, by_size: list[list[int]]) -> PowerIndices:
    shapley, banzhaf, swings = from_swings(by_size, game.whole.players - len(game.places))
    every = [0] * game.whole.players
    for place, count in zip(game.places, swings, strict=True):
        every[place] = count
    absolute = Index(game.spread(banzhaf), "exact")
    total = sum(swings)
    share = Index(np.array([float(Fraction(count, total)) for count in every]), "exact")
    powerless = tuple(player for player, count in enumerate(every) if count == 0)
    return PowerIndices(Index(game.spread(shapley), "exact"), absolute, share, tuple(every), powerless, True)


def _computed(game: _Game, limits: Limits, seed: int, progress: Progress | None) -> PowerIndices:
    """In chances where the limits allow it; else rounded or drawn."""
    n, sums = len(game.rows), game.sums
    # With several majorities chances may have to be built anew without each player.
    times = 1 if len(game.room) == 1 else 2 * n.bit_length()
    if sums > limits.cells or n * sums * times > limits.work:
        if len(game.room) > 1:
            return _drawn(game, limits.draws, seed, progress)
        units = fitting_unit(game, limits, 1), fitting_unit(game, limits, (n + 1) // 2)
        return _rounded(game, *units, progress)
    absolute = _index(game, quadrature.banzhaf(game.rows, game.room))
    powerless = tuple(player for player, value in enumerate(absolute.value) if value == 0)
    if n * sums * times * ((n + 1) // 2) <= limits.work:
        shapley = _index(game, quadrature.shapley_shubik(game.rows, game.room, progress))
    elif len(game.room) > 1:
        shapley = _spread(game, sampling.sampled_orders(game.rows, game.room, limits.draws, seed, progress))
    else:
        shapley = _rounded_index(game, fitting_unit(game, limits, (n + 1) // 2), orders=True, progress=progress)
    return PowerIndices(shapley, absolute, normalised(absolute), None, powerless, powerless_known=True)


def _index(game: _Game, found: quadrature.Found) -> Index:
    values = np.where(found.value > 0, found.value, 1.0)
    return Index(game.spread(found.value), "exact", relative_error=float((found.error / values).max()))


def fitting_unit(game: _Game, limits: Limits, points: int) -> int:
    """Smallest unit of 1, 2 or 5 times a power of ten steps with which a table per point is within the limits."""
    n = len(game.rows)
    power = 1
    while True:
        for digit in (1, 2, 5):
            sums = game.room[0] // (digit * power) + 1
            if sums <= limits.cells and n * sums * points <= limits.work:
                return digit * power
        power *= 10


def _rounded(game: _Game, for_banzhaf: int, for_shapley: int, progress: Progress | None) -> PowerIndices:
    absolute = _rounded_index(game, for_banzhaf, orders=False, progress=None)
    shapley = _rounded_index(game, for_shapley, orders=True, progress=progress)
    powerless, known = _powerless(game, absolute)
    return PowerIndices(shapley, absolute, normalised(absolute), None, powerless, powerless_known=known)


def _powerless(game: _Game, absolute: Index) -> tuple[tuple[int, ...], bool]:
    """Players that surely have no power, and whether all others surely have; from sums, else from bounds."""
    if len(game.room) == 1 and (found := powerless_players(game.whole)) is not None:
        return found, True
    low = absolute.value if absolute.low is None else absolute.low
    high = absolute.value if absolute.high is None else absolute.high
    weightless = np.ones(game.whole.players, dtype=bool)
    weightless[list(game.places)] = False
    none = weightless | (high <= 0)
    return tuple(np.flatnonzero(none).tolist()), bool((none | (low > 0)).all())


def _rounded_index(game: _Game, unit: int, *, orders: bool, progress: Progress | None) -> Index:
    """One index of rounded weights, with bounds."""
    if unit == 1:
        found = (
            quadrature.shapley_shubik(game.rows, game.room, progress)
            if orders
            else quadrature.banzhaf(game.rows, game.room)
        )
        return _index(game, found)
    rounded = rounding.rounded([row[0] for row in game.rows], game.room[0], unit)
    places = [player for player, weight in enumerate(rounded.weights) if weight]
    rows = [(rounded.weights[player],) for player in places]
    room = (rounded.rounded_room,)
    counted = count_swings(rows, room) if len(rows) <= counting.MOST_PLAYERS else None
    if counted is not None:
        values = from_swings(counted)[0 if orders else 1]
    else:
        values = (quadrature.shapley_shubik(rows, room, progress) if orders else quadrature.banzhaf(rows, room)).value
    own = np.zeros(len(game.rows))
    own[places] = values
    low, high = rounding.bounds(rounded, orders=orders, progress=progress)
    return Index(
        game.spread(own),
        "rounded",
        game.spread(np.minimum(low, own)),
        game.spread(np.maximum(high, own)),
        unit=unit * game.whole.steps[0],
    )


def _drawn(game: _Game, draws: int, seed: int, progress: Progress | None) -> PowerIndices:
    shapley = sampling.sampled_orders(game.rows, game.room, draws, seed, progress)
    absolute, share = sampling.sampled_coalitions(game.rows, game.room, draws, seed, progress)
    absolute = _spread(game, absolute)
    powerless, known = _powerless(game, absolute)
    return PowerIndices(_spread(game, shapley), absolute, _spread(game, share), None, powerless, powerless_known=known)


def _spread(game: _Game, index: Index) -> Index:
    low = None if index.low is None else game.spread(index.low)
    high = None if index.high is None else game.spread(index.high)
    return Index(game.spread(index.value), index.method, low, high, index.relative_error, index.unit, index.draws)
