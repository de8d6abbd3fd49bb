"""Shapley value of many players whose coalitions differ by total weight and number of players alone.

With whole weights the chance ``D(k, w)`` that a random coalition of k players weighs w follows from adding player by
player (as Mann and Shapley, 1962, do for votes; in chances instead of numbers, which would run out of range):

    D(k, w) of j+1 players = ((j+1-k) D(k, w) + k D(k-1, w-m)) / (j+1)

and that without one player from taking it out again, ``((n) D(k, w) - k E(k-1, w-m)) / (n-k)``, which loses no
precision up to half of the players; the other half mirrors it. The Shapley value is the mean over k of the expected
change by joining.

Weights that are not whole, or too large for the stated budget, are rounded to a unit. The error is bounded: for a
coalition whose weight is off by d, and a player whose weight is off by e, the change by joining is off by ``d m + e
l``, with l a slope of the value in weight near there and m a difference of slopes with and without the player (mean
value theorem). Slopes come as proven ranges. The middle of the range of l corrects the share; half its width, and the
largest m as M, bound what is left. ``E[|d| M]`` is at most ``sqrt(E[d^2] E[M^2])``, of which the first is that of
sampling without replacement and the second is taken over ``E(k, w)``. Rounding keeps the total, so that shares add up
to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd

import numpy as np
import numpy.typing as npt

from verband.numerics.cooperative_games.coalitions import Array
from verband.numerics.cooperative_games.games import GameError, WeightGame
from verband.numerics.threads import one_thread

BUDGET = 25_000_000
"""Most of number of players times total weight in units that is computed exactly."""
Progress = Callable[[int, int], None]
Numbers = npt.NDArray[np.int64]
_COLUMNS = 512
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class WeightedShapley:
    """Shapley value with what it was computed from.

    Attributes
    ----------
    shares
        Shape (n,); sums to the total.
    unit
        In which weights were counted.
    rounded
        Whether weights were rounded to it.
    bound
        Shape (n,): no share is further off than this; 0 where nothing was rounded, infinite where nothing is proven.
    """

    shares: Array
    unit: float
    rounded: bool
    bound: Array


def whole_units(weights: Array) -> tuple[Numbers, float] | None:
    """Largest unit of which all weights are whole numbers, and these; none where numbers have too many decimals."""
    parts = [Fraction(repr(float(weight))) for weight in weights]
    denominator = reduce(lambda one, two: one * two // gcd(one, two), (part.denominator for part in parts), 1)
    numbers = [int(part * denominator) for part in parts]
    divisor = reduce(gcd, numbers, 0)
    if divisor == 0:
        return np.zeros(len(weights), dtype=np.int64), 1.0
    units = [number // divisor for number in numbers]
    if sum(units) >= 2**62:
        return None
    return np.array(units, dtype=np.int64), float(Fraction(divisor, denominator))


def fitting_unit(weights: Array) -> float:
    """Smallest of 1, 2, 5, 10, ... (and 0.1, 0.01, ...) with which the total weight stays within the budget."""
    least = float(weights.sum()) * len(weights) / BUDGET
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(power * step for step in (1, 2, 5, 10) if power * step >= least))


def rounded_to(weights: Array, unit: float) -> tuple[Numbers, float]:
    """Round weights to a unit; the total stays the same, so the unit is changed until it goes into it.

    Every weight above 0 keeps a unit at least; what rounding adds or takes is given back where it changes least.

    Raises
    ------
    GameError
        If the unit is not above 0, or so large that there are fewer units than players.
    """
    total = float(weights.sum())
    if not (np.isfinite(unit) and unit > 0):
        raise GameError(f"a unit of {unit:g} cannot be")
    count = round(total / unit)
    if count < np.count_nonzero(weights):
        raise GameError(f"with a unit of {unit:g} there are fewer units ({count}) than players")
    exact = weights * (count / total)
    whole = np.where(weights > 0, np.maximum(np.rint(exact), 1), 0).astype(np.int64)
    while (lacking := count - int(whole.sum())) != 0:
        step = 1 if lacking > 0 else -1
        cost = np.abs(whole + step - exact) - np.abs(whole - exact)
        cost[(weights == 0) | (whole + step < 1)] = np.inf
        whole[np.argsort(cost, kind="stable")[: min(abs(lacking), int(np.isfinite(cost).sum()))]] += step
    return whole, total / count


def shapley_of_weights(
    game: WeightGame, *, unit: float | None = None, progress: Progress | None = None
) -> WeightedShapley:
    """Return the Shapley value, exact where players times total weight is within ``BUDGET``.

    Parameters
    ----------
    game
        2 players or more.
    unit
        Round weights to this; by default they are not rounded where that can be, else to the smallest unit of 1, 2, 5,
        10, ... that fits.
    progress
        Called with players done and their number.

    Raises
    ------
    GameError
        If the function gives no number somewhere, or the unit cannot be.
    """
    n = game.players
    exactly = whole_units(game.weights)
    if unit is None and exactly is not None and n * int(exactly[0].sum()) <= BUDGET:
        units, size = exactly
        return _exact(game, units, size, progress)
    units, size = rounded_to(game.weights, fitting_unit(game.weights) if unit is None else unit)
    if n * int(units.sum()) > BUDGET:
        raise GameError(
            f"{n} players times {int(units.sum())} units is more than the {BUDGET} that can be computed exactly"
        )
    errors = game.weights - size * units
    if np.abs(errors).max() <= _ROUNDING * game.weights.max():
        return _exact(game, units, size, progress)
    with one_thread():
        shares, bound = _Table(game, units, size).shares(_Bounds(game, units, size, errors), progress)
    return WeightedShapley(shares, size, rounded=True, bound=bound)


def _exact(game: WeightGame, units: Numbers, size: float, progress: Progress | None) -> WeightedShapley:
    with one_thread():
        shares, _ = _Table(game, units, size).shares(None, progress)
    return WeightedShapley(shares, size, rounded=False, bound=np.zeros(game.players))


class _Table:
    """Chances of weights by number of players, and the values that belong to them."""

    def __init__(self, game: WeightGame, units: Numbers, size: float) -> None:
        self.game, self.units, self.n = game, units, len(units)
        order = np.sort(units)
        self.sums = np.concatenate([[0], np.cumsum(order)])
        self.total = int(self.sums[-1])
        self.values = self._evaluate(size)
        self.chances = self._chances(order)

    def _evaluate(self, size: float) -> Array:
        """Values, shape (n + 1, total + 1); only those of weights that some coalition has are looked at."""
        found = np.zeros((self.n + 1, self.total + 1))
        weight: Array = np.arange(self.total + 1, dtype=np.float64) * size
        for count in range(1, self.n + 1):
            low, high = self.reach(count)
            row = self.game.function(weight[low : high + 1], np.full(high + 1 - low, float(count)))
            if not np.isfinite(row).all():
                raise GameError("there is no finite value for some coalition")
            found[count, low : high + 1] = row
        return found

    def reach(self, count: int) -> tuple[int, int]:
        """Smallest and largest weight of that many players."""
        return int(self.sums[count]), int(self.total - self.sums[self.n - count])

    def _chances(self, order: Numbers) -> Array:
        """``D(k, w)`` for k up to half of the players."""
        half = self.n // 2
        found = np.zeros((half + 1, self.total + 1))
        found[0, 0] = 1.0
        spare = np.empty(self.total + 1)
        for number, weight in enumerate(order):
            before, after = int(self.sums[number]), number + 1
            for count in range(min(after, half), 0, -1):
                row, former = found[count], found[count - 1]
                low, high = int(self.sums[count - 1]), before - int(self.sums[number - (count - 1)])
                if count <= number:
                    row[int(self.sums[count]) : before - int(self.sums[number - count]) + 1] *= 1 - count / after
                part = np.multiply(former[low : high + 1], count / after, out=spare[: high + 1 - low])
                row[low + weight : high + weight + 1] += part
        return found

    def shares(self, bounds: _Bounds | None, progress: Progress | None) -> tuple[Array, Array]:
        """Shares and how far they can be off."""
        n, found = self.n, np.empty(self.n)
        distinct = np.unique(self.units)
        for number, weight in enumerate(distinct):
            who = np.flatnonzero(self.units == weight)
            found[who] = self._share(int(weight), bounds, who)
            if progress is not None:
                progress(number + 1, len(distinct))
        bound = np.zeros(n)
        if bounds is not None:
            found += bounds.correction
            bound = bounds.bound + abs(float(self.game.total - found.sum())) / n
        # What is left of the total by rounding belongs to nobody.
        return found + (self.game.total - found.sum()) / n, bound

    def _share(self, m: int, bounds: _Bounds | None, who: Numbers) -> float:
        """The mean over the number of others of what a player of weight m adds."""
        n, rest = self.n, self.total - m
        changes = 0.0
        without = np.zeros(rest + 1)
        without[0] = 1.0
        spare = np.empty(rest + 1)
        low, high = 0, 0
        for count in range((n - 1) // 2 + 1):
            if count:
                before = (low, high)
                low, high = self.reach(count)
                high = min(high, rest)
                kept = spare[low : high + 1]
                np.multiply(self.chances[count, low : high + 1], n / (n - count), out=kept)
                first, last = max(before[0] + m, low), min(before[1] + m, high)
                if last >= first:
                    spare[first : last + 1] -= (count / (n - count)) * without[first - m : last - m + 1]
                without, spare = spare, without
            chance = without[low : high + 1]
            changes += self._change(chance, count, low, high, m)
            if bounds is not None:
                bounds.add(who, chance, count, low, m)
            mirror = n - 1 - count
            if mirror != count:
                # A coalition of the others and what it leaves out are equally likely.
                chance = chance[::-1]
                changes += self._change(chance, mirror, rest - high, rest - low, m)
                if bounds is not None:
                    bounds.add(who, chance, mirror, rest - high, m)
        return changes / n

    def _change(self, chance: Array, count: int, low: int, high: int, m: int) -> float:
        joined = self.values[count + 1, low + m : high + m + 1]
        return float(chance @ joined) - (float(chance @ self.values[count, low : high + 1]) if count else 0.0)


class _Bounds:
    """How far rounding can move what a player adds."""

    def __init__(self, game: WeightGame, units: Numbers, size: float, errors: Array) -> None:
        self.errors, self.n = errors, len(units)
        self.correction, self.bound = np.zeros(self.n), np.zeros(self.n)
        self.down: Array | None = None
        self.up: Array | None = None
        if game.slopes is None:
            self.bound[:] = np.inf
            return
        n, total = self.n, int(units.sum())
        self.block = max(1, -(-(total + 1) // _COLUMNS))
        columns = total // self.block + 2
        ordered, true = np.sort(errors), np.concatenate([[0.0], np.cumsum(np.sort(game.weights))])
        least = np.concatenate([[0.0], np.cumsum(ordered)])
        most = np.concatenate([[0.0], np.cumsum(ordered[::-1])])
        off = np.maximum(np.abs(least), np.abs(most))[:, None]
        first = size * self.block * np.arange(columns)[None, :]
        counts = np.arange(n + 1, dtype=np.float64)[:, None]
        # Coalitions of a size never weigh less, or more, than the lightest and heaviest of that size.
        lightest = np.minimum(true, size * np.concatenate([[0], np.cumsum(np.sort(units))]))[:, None]
        heaviest = np.maximum(true[-1] - true[::-1], size * (total - np.cumsum(np.append(0, np.sort(units)))[::-1]))
        low = np.maximum(first - off, lightest)
        high = np.minimum(first + size * (self.block - 1) + off, heaviest[:, None])
        high = np.maximum(high, low)
        self.down, self.up = game.slopes(low, high, np.broadcast_to(counts, low.shape))

    def add(self, who: Numbers, chance: Array, count: int, low: int, m: int) -> None:
        """Add what one number of others means for players of one weight."""
        if self.down is None or self.up is None:
            return
        n, errors = self.n, self.errors[who]
        blocks = np.arange(low // self.block, (low + len(chance) - 1) // self.block + 1)
        starts = np.maximum(blocks * self.block - low, 0)
        by_block = np.maximum(np.add.reduceat(chance, starts), 0.0)
        one = (blocks * self.block + m) // self.block
        two = np.minimum(one + 1, self.down.shape[1] - 1)
        down = np.minimum(self.down[count + 1, one], self.down[count + 1, two])
        up = np.maximum(self.up[count + 1, one], self.up[count + 1, two])
        likely = by_block > 0
        if not (np.isfinite(down[likely]).all() and np.isfinite(up[likely]).all()):
            self.bound[who] = np.inf
            return
        self.correction[who] += errors * float(by_block[likely] @ (down + up)[likely]) / 2 / n
        self.bound[who] += np.abs(errors) * float(by_block[likely] @ (up - down)[likely]) / 2 / n
        if count == 0:
            return
        apart = np.maximum(up - self.down[count, blocks], self.up[count, blocks] - down)
        square = float(by_block[likely] @ apart[likely] ** 2)
        # The rest of the errors adds up to minus that of the player, as the total is kept.
        mean = -errors / (n - 1)
        spread = np.maximum(((self.errors**2).sum() - errors**2) / (n - 1) - mean**2, 0.0)
        variance = count * (n - 1 - count) / max(n - 2, 1) * spread
        self.bound[who] += np.sqrt((variance + (count * mean) ** 2) * square) / n
