"""Nucleolus (Schmeidler, 1969), prenucleolus, per-capita nucleolus (Grotte, 1970), and the least core.

The nucleolus makes the largest excess as small as it can be, then the second largest, and so on. It is found by
successive linear programs (Maschler, Peleg and Shapley, 1979): each finds the least largest excess of the coalitions
whose sum is not settled yet, and settles those that have it in every solution; coalitions that are combinations of
settled ones are settled too (Potters, Reijnierse and Ansing, 1996), so that there are fewer than n programs, each
with the coalitions it needs. At the end shares and levels are solved anew from the settled equations, which leaves
the rounding of a linear system, and are checked by the criterion of Kohlberg
(:mod:`~verband.numerics.cooperative_games.kohlberg`). Shares that fail it, because levels lie closer together than the
tolerance of the programs, are found once more by refined programs.

The nucleolus lets nobody pay more than alone, the prenucleolus may; the per-capita nucleolus here divides every
excess by the number of players and has no such limit (the weak nucleolus of Young, Okada and Hashimoto, 1982).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verband.numerics.cooperative_games.coalitions import Array, Masks, members, sums
from verband.numerics.cooperative_games.excesses import Excesses, not_spanned
from verband.numerics.cooperative_games.games import TOLERANCE, TableGame
from verband.numerics.cooperative_games.kohlberg import is_nucleolus
from verband.numerics.cooperative_games.programs import Fixed, LowestExcess, UnsolvedError
from verband.numerics.cooperative_games.proportional import NoSharesError

_SAME_LEVEL = 1e-12
_NOTHING = 1e-13


@dataclass(frozen=True, slots=True)
class Nucleolus:
    """Shares with the least excesses.

    Attributes
    ----------
    shares
        Shape (n,).
    largest_excess
        Excess of the coalition that has most reason to leave (divided by the number of its players for the per-capita
        nucleolus); in the sign of the game, positive where it gains by leaving.
    least_core_unique
        Whether no other shares have as small a largest excess.
    programs
        Number of levels that were settled by a program.
    verified
        Whether the criterion of Kohlberg holds.
    """

    shares: Array
    largest_excess: float
    least_core_unique: bool
    programs: int
    verified: bool


def prenucleolus(game: TableGame, *, per_capita: bool = False) -> Nucleolus:
    """Return the prenucleolus, or the per-capita one.

    Parameters
    ----------
    game
        2 to 25 players.
    per_capita
        Divide excesses by the number of players.

    Raises
    ------
    UnsolvedError
        If a program was not solved.
    """
    return _found(game, per_capita=per_capita, limited=False)


def nucleolus(game: TableGame) -> Nucleolus:
    """Return the nucleolus, over shares that charge nobody more than alone.

    Raises
    ------
    NoSharesError
        If there are no such shares: alone all have less cost (more benefit) than together.
    UnsolvedError
        If a program was not solved.
    """
    room = float(game.alone.sum() - game.total) * game.sign
    if room < -game.players * game.tolerance:
        raise NoSharesError(
            "no shares leave everybody at least as well off as alone: together costs more than all apart"
            if not game.benefit
            else "no shares leave everybody at least as well off as alone: together earns less than all apart"
        )
    if room <= game.players * game.tolerance:
        # Only one set of shares is left.
        shares = game.alone + (game.total - game.alone.sum()) / game.players
        largest = Excesses(game.values * game.sign, game.players).largest(shares * game.sign)
        return Nucleolus(shares, largest, least_core_unique=False, programs=0, verified=True)
    return _found(game, per_capita=False, limited=True)


def _found(game: TableGame, *, per_capita: bool, limited: bool) -> Nucleolus:
    n = game.players
    # Even gains over standing alone, from which the excesses stay the same and numbers are small.
    start = game.alone + (game.total - game.alone.sum()) / n
    cost = (game.values - sums(start)) * game.sign
    cost[-1] = 0.0
    scale = max(float(cost.max()), -float(cost.min()))
    if scale <= _NOTHING * game.tolerance / TOLERANCE:
        return Nucleolus(start, 0.0, least_core_unique=True, programs=0, verified=True)
    cost /= scale
    excesses = Excesses(cost, n, per_capita)
    limit = float((game.alone.sum() - game.total) * game.sign / n / scale) if limited else None
    x, levels, verified = _checked(excesses, limit)
    largest = excesses.largest(x)
    shares = start + game.sign * scale * x
    shares += (game.total - shares.sum()) / n
    unique = min(levels) >= largest - _SAME_LEVEL
    return Nucleolus(shares, largest * scale, unique, len(levels), verified)


def _checked(excesses: Excesses, limit: float | None) -> tuple[Array, list[float], bool]:
    """Shares, the levels, and whether they pass the criterion; refined where levels lie too close together without."""
    try:
        x, levels = _settled(excesses, limit, refined=False)
    except UnsolvedError:
        pass
    else:
        if is_nucleolus(excesses, x, limit):
            return x, levels, True
    x, levels = _settled(excesses, limit, refined=True)
    return x, levels, is_nucleolus(excesses, x, limit)


def _settled(excesses: Excesses, limit: float | None, *, refined: bool) -> tuple[Array, list[float]]:
    """Shares and the levels."""
    n = excesses.players
    fixed = Fixed(n)
    programs = LowestExcess(excesses, limit, refined)
    groups: list[Masks] = []
    levels: list[float] = []
    limited: set[int] = set()
    while not fixed.complete:
        found = programs.solve(fixed, not_spanned(fixed.basis))
        before = len(fixed.rows)
        inside = members(found.binding, n)
        divisors = inside.sum(axis=1) if excesses.per_capita else np.ones(len(inside))
        reached = excesses.cost[found.binding] + found.level * divisors
        for row, value in zip(inside, reached.tolist(), strict=True):
            fixed.add(row, value)
        for player in found.at_limit:
            fixed.add(np.eye(n)[player], float(limit or 0.0))
            limited.add(player)
        if len(fixed.rows) == before:
            raise UnsolvedError("a program settled nothing")
        groups.append(found.binding)
        levels.append(found.level)
    x, exact = _solved_anew(excesses, groups, limited, limit)
    settled = np.linalg.solve(fixed.rows, fixed.values)
    if np.abs(x - settled).max() > 1e-6 * n:
        raise UnsolvedError("the settled equations contradict the programs")
    return x, exact


def _solved_anew(
    excesses: Excesses, groups: list[Masks], limited: set[int], limit: float | None
) -> tuple[Array, list[float]]:
    """Shares and levels together from ``x(S) - level = c(S)`` of every group, without the tolerance of the programs."""
    n, count = excesses.players, len(groups)
    rows, right = [np.append(np.ones(n), np.zeros(count))], [0.0]
    for number, group in enumerate(groups):
        inside = members(group, n)
        level = np.zeros((len(group), count))
        level[:, number] = -inside.sum(axis=1) if excesses.per_capita else -1.0
        rows += list(np.hstack([inside, level]))
        right += list(excesses.cost[group])
    for player in sorted(limited):
        rows.append(np.append(np.eye(n)[player], np.zeros(count)))
        right.append(float(limit or 0.0))
    found, *_ = np.linalg.lstsq(np.array(rows), np.array(right), rcond=None)
    return found[:n], [float(value) for value in found[n:]]
