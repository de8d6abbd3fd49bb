"""Weighted majority games in exact whole numbers.

A coalition wins when its weight reaches the quota, in every majority at once. Von Neumann and Morgenstern (1944,
section 50); Felsenthal and Machover (1998, chapter 2). Decimal weights are scaled to whole numbers and divided by
their greatest common divisor, which changes no coalition.

All calculations look at the players that stand outside (or inside, if that takes fewer sums): a set is *small* while
its weight stays within ``room`` in every majority. Player ``i`` decides over a set without it that is small and no
longer is with it. With ``room = total - quota`` the sets are those that a coalition can do without; with one majority
the losing coalitions, ``room = quota - 1``, serve as well, and give the same indices in the mirror.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

Number = int | float | Fraction | Decimal | str


class VotingPowerError(ValueError):
    """A game that cannot be.

    Attributes
    ----------
    player
        Number of the player at fault, from 0; ``None`` where it is none.
    majority
        Number of the majority at fault, from 0; ``None`` where it is none.
    """

    def __init__(self, what: str, *, player: int | None = None, majority: int | None = None) -> None:
        super().__init__(what)
        self.player, self.majority = player, majority


class UnitError(VotingPowerError):
    """A unit that weights cannot be rounded to."""


@dataclass(frozen=True, slots=True)
class MajorityGame:
    """A game in whole numbers.

    Attributes
    ----------
    weights
        Per player a weight in every majority, 0 or more.
    quotas
        Per majority; a coalition wins when it reaches all.
    steps
        What weights and quotas are counted in, per majority: a weight of 3 is 3 steps of the weights as given.
    given_weights, given_quotas, grains
        The same before the common divisor was taken out: whole numbers of grains, the last decimal that is used.
    """

    weights: tuple[tuple[int, ...], ...]
    quotas: tuple[int, ...]
    steps: tuple[Fraction, ...]
    given_weights: tuple[tuple[int, ...], ...]
    given_quotas: tuple[int, ...]
    grains: tuple[Fraction, ...]

    @property
    def players(self) -> int:
        """Number of players."""
        return len(self.weights)

    @property
    def majorities(self) -> int:
        """Number of majorities."""
        return len(self.quotas)

    @property
    def totals(self) -> tuple[int, ...]:
        """Weight of all players together, per majority."""
        return tuple(sum(row[axis] for row in self.weights) for axis in range(self.majorities))

    @property
    def decided(self) -> bool:
        """Whether no player can decide anything: nobody can win, or nobody can lose."""
        none = any(total < quota for total, quota in zip(self.totals, self.quotas, strict=True))
        return none or all(quota <= 0 for quota in self.quotas)

    def room(self) -> tuple[int, ...]:
        """Weight within which a set is small, per majority; the choice that takes the fewest sums."""
        outside = tuple(total - quota for total, quota in zip(self.totals, self.quotas, strict=True))
        if self.majorities == 1:
            return (min(outside[0], self.quotas[0] - 1),)
        return tuple(min(room, total) for room, total in zip(outside, self.totals, strict=True))


def exact_game(weights: Sequence[Sequence[Number]], quotas: Sequence[Number]) -> MajorityGame:
    """Make a game of whole numbers from weights as they are written.

    Parameters
    ----------
    weights
        Per player a weight in every majority, 0 or more. A float counts as the shortest decimal that stands for it, so
        that 0.1 is one tenth.
    quotas
        Per majority the weight at which a coalition wins.

    Raises
    ------
    VotingPowerError
        If there are no players, a weight is negative or no finite number, or the rows have other lengths than
        ``quotas``.
    """
    if not weights:
        raise VotingPowerError("there are no players")
    if not quotas:
        raise VotingPowerError("there is no quota")
    limits = [_exact(quota, None, axis) for axis, quota in enumerate(quotas)]
    rows: list[list[Fraction]] = []
    for player, row in enumerate(weights):
        if len(row) != len(quotas):
            raise VotingPowerError(f"{len(row)} weights and {len(quotas)} quotas", player=player)
        rows.append([_exact(value, player, axis) for axis, value in enumerate(row)])
        negative = next((axis for axis, value in enumerate(rows[-1]) if value < 0), None)
        if negative is not None:
            raise VotingPowerError("a weight is negative", player=player, majority=negative)
    whole, given, reduced, heights, steps, grains = [], [], [], [], [], []
    for axis, limit in enumerate(limits):
        column = [row[axis] for row in rows]
        parts = _grains(math.lcm(*(value.denominator for value in (*column, limit))))
        counts = [int(value * parts) for value in column]
        common = math.gcd(*counts) or 1
        whole.append(counts)
        given.append(int(limit * parts))
        reduced.append([count // common for count in counts])
        heights.append(-(-given[-1] // common))
        steps.append(Fraction(common, parts))
        grains.append(Fraction(1, parts))
    return MajorityGame(
        weights=tuple(zip(*reduced, strict=True)),
        quotas=tuple(heights),
        steps=tuple(steps),
        given_weights=tuple(zip(*whole, strict=True)),
        given_quotas=tuple(given),
        grains=tuple(grains),
    )


def _grains(parts: int) -> int:
    """A power of ten where decimals are in use: 0.25 is 25 grains of 0.01, not one of a quarter."""
    rest, twos, fives = parts, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return parts if rest > 1 else int(10 ** max(twos, fives))


def _exact(value: Number, player: int | None, axis: int) -> Fraction:
    try:
        if isinstance(value, Fraction | int):
            return Fraction(value)
        return Fraction(Decimal(value if isinstance(value, str | Decimal) else repr(float(value))))
    except (ValueError, OverflowError, InvalidOperation) as error:
        raise VotingPowerError(f"{value!r} is no finite number", player=player, majority=axis) from error


def with_quotas(game: MajorityGame, quotas: Sequence[int]) -> MajorityGame:
    """Return the same players under other quotas, in steps."""
    return MajorityGame(game.weights, tuple(quotas), game.steps, game.given_weights, game.given_quotas, game.grains)


def weighty(game: MajorityGame) -> list[int]:
    """Numbers of the players with any weight; the others never decide, and change nothing for the rest."""
    return [player for player, row in enumerate(game.weights) if any(row)]
