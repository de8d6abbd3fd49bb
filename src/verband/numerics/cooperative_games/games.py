"""Games: by a table over all coalitions, or as a function of total weight and number of players.

The empty coalition costs and earns nothing, whatever a formula says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from verband.numerics.cooperative_games.coalitions import MOST_PLAYERS, Array, all_but_one, sizes, sums

TOLERANCE = 1e-11
"""Of comparisons, as a fraction of the largest value of the game."""
Function = Callable[[Array, Array], Array]
"""From total weight and number of players to value, element by element."""
Slopes = Callable[[Array, Array, Array], tuple[Array, Array]]
"""From ends of a range of total weight and number of players to a range that the slope in weight surely lies in."""


class GameError(ValueError):
    """Numbers that make no game."""


@dataclass(frozen=True, slots=True)
class TableGame:
    """A game by its value for every coalition.

    Attributes
    ----------
    values
        Shape (2^n,), by mask; 0 for the empty coalition.
    benefit
        Whether value is earned; else it is cost.
    players
        n, 2 to 25.
    tolerance
        Differences up to this are none: ``TOLERANCE`` times the largest absolute value.

    Raises
    ------
    GameError
        If the shape is no power of two, a value is not finite, or the empty coalition has one.
    """

    values: Array
    benefit: bool = False
    players: int = field(init=False)
    tolerance: float = field(init=False)

    def __post_init__(self) -> None:
        """Check."""
        count = self.values.size.bit_length() - 1
        if self.values.shape != (1 << count,):
            raise GameError(f"{self.values.size} values are not those of all coalitions of a number of players")
        if not 2 <= count <= MOST_PLAYERS:
            raise GameError(f"a table takes 2 to {MOST_PLAYERS} players, not {count}")
        if self.values[0] != 0:
            raise GameError("the empty coalition has a value")
        largest = max(float(self.values.max()), -float(self.values.min()))
        if not np.isfinite(largest):
            raise GameError("a value is no finite number")
        object.__setattr__(self, "players", count)
        object.__setattr__(self, "tolerance", TOLERANCE * largest)

    @property
    def total(self) -> float:
        """Value of all together."""
        return float(self.values[-1])

    @property
    def alone(self) -> Array:
        """Value of each player alone, shape (n,)."""
        return np.asarray(self.values[1 << np.arange(self.players)])

    @property
    def separable(self) -> Array:
        """What each adds when it comes last, shape (n,)."""
        return np.asarray(self.total - self.values[all_but_one(self.players)])

    @property
    def sign(self) -> int:
        """1 for cost, -1 for benefit: what makes a cost game of it."""
        return -1 if self.benefit else 1


@dataclass(frozen=True, slots=True)
class WeightGame:
    """A game whose values depend on total weight and number of players alone.

    Attributes
    ----------
    weights
        Shape (n,), 0 or more, finite.
    function
        Value of a coalition that is not empty.
    benefit
        Whether value is earned; else it is cost.
    slopes
        Proven ranges of the slope in weight; without them weights cannot be rounded with a bound.
    """

    weights: Array
    function: Function
    benefit: bool = False
    slopes: Slopes | None = None

    def __post_init__(self) -> None:
        """Check."""
        if self.weights.ndim != 1 or len(self.weights) < 2:
            raise GameError("a game takes two players or more")
        if not np.isfinite(self.weights).all() or (self.weights < 0).any():
            raise GameError("a weight is below 0 or no finite number")

    @property
    def players(self) -> int:
        """Number of players."""
        return len(self.weights)

    @property
    def tolerance(self) -> float:
        """Differences up to this are none: ``TOLERANCE`` times the largest of the values that are looked at."""
        return TOLERANCE * max(abs(self.total), float(np.abs(self.alone).max()))

    @property
    def total(self) -> float:
        """Value of all together."""
        return float(self._of(np.array([self.weights.sum()]), np.array([self.players]))[0])

    @property
    def alone(self) -> Array:
        """Value of each player alone, shape (n,)."""
        return self._of(self.weights, np.ones(self.players))

    @property
    def separable(self) -> Array:
        """What each adds when it comes last, shape (n,)."""
        others = self.weights.sum() - self.weights
        return self.total - self._of(others, np.full(self.players, self.players - 1))

    @property
    def sign(self) -> int:
        """1 for cost, -1 for benefit."""
        return -1 if self.benefit else 1

    def table(self) -> TableGame:
        """All values, for 25 players or fewer.

        Raises
        ------
        GameError
            If there are more, or the function gives no number for a coalition.
        """
        if self.players > MOST_PLAYERS:
            raise GameError(f"a table takes 2 to {MOST_PLAYERS} players, not {self.players}")
        values = np.asarray(self.function(sums(self.weights), sizes(self.players).astype(np.float64)), dtype=np.float64)
        values = np.array(np.broadcast_to(values, (1 << self.players,)))
        values[0] = 0.0
        return TableGame(values, self.benefit)

    def _of(self, weight: Array, count: Array) -> Array:
        found = np.broadcast_to(self.function(weight, np.asarray(count, dtype=np.float64)), weight.shape)
        if not np.isfinite(found).all():
            raise GameError("there is no finite value for some coalition")
        return np.array(found, dtype=np.float64)


Game = TableGame | WeightGame
