"""Fair shares (M13): who pays what under each key, and who would be better off leaving.

Ten keys on one game, each with its stability; definitions are those of :mod:`verband.numerics.cooperative_games`. The
excess of a coalition is what it gains by leaving: ``x(S) - c(S)`` where cost is shared, ``v(S) - x(S)`` where worth
is. A key that does not exist for a game has no shares and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from verband.analysis.sharing_answer import KeyAnswer, SharingAnswer
from verband.analysis.sharing_question import KEYS, SharedGame, array_game, coalition_game, formula_game
from verband.errors import BadInputError, UnknownNameError
from verband.numerics.cooperative_games.coalitions import MOST_PLAYERS, Array
from verband.numerics.cooperative_games.core import minimum_subsidy, stability
from verband.numerics.cooperative_games.games import GameError, TableGame, WeightGame
from verband.numerics.cooperative_games.nucleolus import Nucleolus, nucleolus, prenucleolus
from verband.numerics.cooperative_games.programs import UnsolvedError
from verband.numerics.cooperative_games.proportional import (
    NoSharesError,
    by_stand_alone,
    by_weight,
    equal,
    separable_costs_remaining_benefits,
)
from verband.numerics.cooperative_games.rounding import is_multiple, largest_remainder
from verband.numerics.cooperative_games.shapley import shapley
from verband.numerics.cooperative_games.shapley_sampling import SQUARES, sampled_shapley
from verband.numerics.cooperative_games.shapley_weights import shapley_of_weights
from verband.numerics.cooperative_games.subadditivity import MOST_FOR_PAIRS, Subadditivity, subadditivity
from verband.numerics.cooperative_games.tau import tau

__all__ = [
    "KEYS",
    "KeyAnswer",
    "SharedGame",
    "SharingAnswer",
    "array_game",
    "coalition_game",
    "formula_game",
    "share",
]

Progress = Callable[[int, int, str], None]
_EXACT: Mapping[str, Any] = {"computed": "exact"}


@dataclass(frozen=True, slots=True)
class _Found:
    """Shares of one key with how they were come by."""

    shares: Array
    low: Array | None = None
    high: Array | None = None
    unique: bool = True
    how: Mapping[str, Any] = field(default_factory=lambda: _EXACT)
    reason: str | None = None


def share(
    game: SharedGame,
    methods: Sequence[str] | str = "all",
    *,
    round_to: float | None = None,
    unit: float | None = None,
    orders: int | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> SharingAnswer:
    """Share the total of a game by keys.

    Parameters
    ----------
    game
        From :func:`coalition_game`, :func:`array_game` or :func:`formula_game`.
    methods
        Keys from ``KEYS``, or ``"all"``.
    round_to
        Give shares in whole multiples of this too, which add up to the total.
    unit
        Shapley value of a formula: round weights to this unit.
    orders
        Shapley value of a formula: estimate it from so many random orders, each with all its rotations.
    seed
        Of the random orders.
    progress
        Called with steps done, their number and what is going on.

    Returns
    -------
    SharingAnswer
        With the keys that were asked, in the order asked.

    Raises
    ------
    BadInputError
        If the question contradicts itself or the game has no numbers that can be worked with.
    UnknownNameError
        If there is no such key.
    """
    keys = _keys(methods)
    _demand(game, round_to, unit, orders, seed)
    said = progress or (lambda _done, _total, _what: None)
    try:
        return _Sharing(game, keys, round_to, unit, orders, seed, said).answer()
    except GameError as error:
        raise BadInputError(str(error), where=game.where, todo="Check the numbers") from error
    except UnsolvedError as error:
        raise BadInputError(
            f"a linear program of this game was not solved ({error})",
            where=game.where,
            todo="Check whether its numbers are all in the same unit",
        ) from error


def _keys(methods: Sequence[str] | str) -> tuple[str, ...]:
    asked = (methods,) if isinstance(methods, str) else tuple(methods)
    if not asked:
        raise BadInputError("no key is asked", todo=f"Choose from {', '.join(KEYS)}, or all")
    keys = KEYS if "all" in asked else tuple(dict.fromkeys(asked))
    unknown = next((key for key in keys if key not in KEYS), None)
    if unknown is not None:
        raise UnknownNameError(f"there is no key {unknown!r}", todo=f"Choose from {', '.join(KEYS)}, or all")
    return keys


def _demand(game: SharedGame, round_to: float | None, unit: float | None, orders: int | None, seed: int) -> None:
    if round_to is not None and not (np.isfinite(round_to) and round_to > 0):
        raise BadInputError(f"shares cannot be rounded to {round_to:g}", todo="Give a number above 0, such as 0.01")
    if unit is not None and orders is not None:
        raise BadInputError("weights are rounded, or orders drawn, not both", todo="Leave one of them out")
    for what, value in (("unit", unit), ("number of random orders", orders)):
        if value is None:
            continue
        if not isinstance(game.game, WeightGame):
            raise BadInputError(
                f"a {what} is for a formula of weight; a table is computed exactly",
                where=game.where,
                todo="Leave it out",
            )
        if not (np.isfinite(value) and value > 0):
            raise BadInputError(f"a {what} of {value:g} cannot be", todo="Give a number above 0")
    if seed < 0:
        raise BadInputError(f"the seed is {seed}", todo="Give 0 or more")


class _Sharing:
    """Keys for one game; what several of them need is computed once."""

    def __init__(
        self,
        shared: SharedGame,
        keys: tuple[str, ...],
        round_to: float | None,
        unit: float | None,
        orders: int | None,
        seed: int,
        progress: Progress,
    ) -> None:
        self.shared, self.keys, self.round_to = shared, keys, round_to
        self.unit, self.orders, self.seed, self.progress = unit, orders, seed, progress
        self.game = shared.game
        self.table = self._table()
        self._pre: Nucleolus | None = None

    def _table(self) -> TableGame | None:
        if isinstance(self.game, TableGame):
            return self.game
        return self.game.table() if self.game.players <= MOST_PLAYERS else None

    @property
    def _too_many(self) -> str:
        return (
            f"{self.game.players} members have too many coalitions to look at all of them "
            f"({MOST_PLAYERS} members is the most)"
        )

    def answer(self) -> SharingAnswer:
        """Answer everything."""
        steps = [*self.keys, "core", "pairs"]
        methods = {}
        for number, key in enumerate(self.keys):
            self.progress(number, len(steps), key)
            methods[key] = self._key(key)
        self.progress(len(self.keys), len(steps), "core")
        epsilon, subsidy = self._core()
        self.progress(len(self.keys) + 1, len(steps), "pairs of coalitions")
        together = self._together()
        game, names = self.game, self.shared.members
        tolerance = (self.table or game).tolerance
        apart = None
        if together.violation is not None:
            one, two = (self.shared.names(mask) for mask in together.violation)
            apart = (one, two, together.by)
        return SharingAnswer(
            members=names,
            benefit=game.benefit,
            total=game.total,
            alone=self._named(game.alone),
            subadditive=None if game.benefit else together.holds,
            superadditive=together.holds if game.benefit else None,
            better_apart=apart,
            core_empty=None if epsilon is None else epsilon > tolerance,
            minimum_subsidy=subsidy,
            least_core_epsilon=epsilon,
            tolerance=tolerance,
            methods=methods,
            remarks=tuple(self._remarks(methods)),
            reason=self._reason(together),
            today=None if self.shared.today is None else self._named(self.shared.today),
        )

    def _core(self) -> tuple[float | None, float | None]:
        if self.table is None:
            return None, None
        epsilon = self._prenucleolus().largest_excess
        empty = epsilon > self.table.tolerance
        return epsilon, minimum_subsidy(self.table) if empty else 0.0

    def _together(self) -> Subadditivity:
        if self.table is None:
            return Subadditivity(None)
        return subadditivity(self.table, lambda done, total: self.progress(done, total, "pairs of coalitions"))

    def _reason(self, together: Subadditivity) -> str | None:
        if self.table is None:
            return f"{self._too_many}: core, subsidy and pairs are not judged"
        if together.holds is None:
            return f"with more than {MOST_FOR_PAIRS} members not all pairs of coalitions are looked at"
        return "subadditive is for cost; for worth it is superadditive" if self.game.benefit else None

    def _key(self, key: str) -> KeyAnswer:
        try:
            found = self._shares(key)
        except NoSharesError as error:
            return KeyAnswer(
                key=key, shares=None, shares_rounded=None, exact=None, unique=None, in_core=None,
                individually_rational=None, individual_gain=None, change_from_today=None, worst_coalition=None,
                worst_excess=None, interval=None, how={}, reason=str(error),
            )  # fmt: skip
        return self._judged(key, found)

    def _judged(self, key: str, found: _Found) -> KeyAnswer:
        """Say what shares are worth."""
        game, shares = self.game, found.shares
        today, interval, reason = self.shared.today, None, found.reason
        in_core = worst = excess = None
        rational: bool | None
        if found.low is not None and found.high is not None:
            interval = {
                name: (float(low), float(high))
                for name, low, high in zip(self.shared.members, found.low, found.high, strict=True)
            }
            worse, better = (found.high, found.low) if not game.benefit else (found.low, found.high)
            over = game.sign * (worse - game.alone) > game.tolerance
            surely = game.sign * (better - game.alone) > game.tolerance
            rational = False if surely.any() else None if over.any() else True
            reason = reason or ("the shares are not exact" if rational is None else None)
        else:
            rational = bool((game.sign * (shares - game.alone) <= (self.table or game).tolerance).all())
        if self.table is None:
            reason = reason or f"{self._too_many}: stability is not judged"
        elif interval is None:
            how = stability(self.table, shares)
            in_core, worst, excess = how.in_core, self.shared.names(how.worst_coalition), how.worst_excess
        else:
            reason = reason or "the shares are not exact: stability is not judged"
        rounded = None
        if self.round_to is not None:
            rounded = largest_remainder(shares.tolist(), game.total, self.round_to)
        return KeyAnswer(
            key=key,
            shares=self._named(shares),
            shares_rounded=None if rounded is None else dict(zip(self.shared.members, rounded, strict=True)),
            exact=interval is None,
            unique=found.unique,
            in_core=in_core,
            individually_rational=rational,
            individual_gain=self._named(game.sign * (game.alone - shares)),
            change_from_today=None if today is None else self._named(shares - today),
            worst_coalition=worst,
            worst_excess=excess,
            interval=interval,
            how=found.how,
            reason=reason,
        )

    def _shares(self, key: str) -> _Found:
        simple: dict[str, Callable[[], Array]] = {
            "equal": lambda: equal(self.game),
            "weight": self._by_weight,
            "stand-alone": lambda: by_stand_alone(self.game),
            "scrb": lambda: separable_costs_remaining_benefits(self.game),
        }
        if key in simple:
            return _Found(simple[key]())
        if key == "shapley":
            return self._shapley()
        if self.table is None:
            raise NoSharesError(self._too_many)
        table = self.table
        searched: dict[str, Callable[[], _Found]] = {
            "nucleolus": lambda: _verified(nucleolus(table)),
            "prenucleolus": lambda: _verified(self._prenucleolus()),
            "per-capita-nucleolus": lambda: _verified(prenucleolus(table, per_capita=True)),
            "least-core": self._least_core,
            "tau": lambda: _Found(tau(table)),
        }
        return searched[key]()

    def _least_core(self) -> _Found:
        found = self._prenucleolus()
        unique = found.least_core_unique
        why = None if unique else "the least core holds more than one set of shares: the prenucleolus stands for them"
        return _verified(found, unique=unique, reason=why)

    def _by_weight(self) -> Array:
        if self.shared.weights is None:
            raise NoSharesError("no weights are given")
        return by_weight(self.game, self.shared.weights)

    def _prenucleolus(self) -> Nucleolus:
        if self.table is None:
            raise NoSharesError(self._too_many)
        if self._pre is None:
            self._pre = prenucleolus(self.table)
        return self._pre

    def _shapley(self) -> _Found:
        game = self.game
        if self.table is not None and self.unit is None and self.orders is None:
            return _Found(shapley(self.table))
        assert isinstance(game, WeightGame)  # noqa: S101  only these have no table, or take a unit
        if self.orders is None:
            found = shapley_of_weights(
                game, unit=self.unit, progress=lambda done, total: self.progress(done, total, "Shapley value")
            )
            if not found.rounded:
                return _Found(found.shares, how={"computed": "exact", "unit": found.unit})
            if np.isfinite(found.bound).all():
                low, high = found.shares - found.bound, found.shares + found.bound
                return _Found(found.shares, low, high, how={"computed": "rounded", "unit": found.unit})
            if self.unit is not None:
                raise NoSharesError("how far rounded weights can be off is not bounded for this formula")
        drawn = sampled_shapley(
            game,
            seed=self.seed,
            squares=self.orders or SQUARES,
            progress=lambda done, total: self.progress(done, total, "Shapley value"),
        )
        how = {"computed": "sampled", "orders": drawn.squares, "level": 0.95, "seed": drawn.seed}
        return _Found(drawn.shares, drawn.low, drawn.high, how=how)

    def _named(self, values: Array) -> dict[str, float]:
        return {name: float(value) for name, value in zip(self.shared.members, values, strict=True)}

    def _remarks(self, methods: Mapping[str, KeyAnswer]) -> list[str]:
        remarks = []
        if self.round_to is not None and not is_multiple(self.game.total, self.round_to):
            remarks.append(
                f"The total is no multiple of {self.round_to:g}: rounded shares add up to the nearest multiple."
            )
        scrb = methods.get("scrb")
        late = self.game.sign * (self.game.alone - self.game.separable) < -self.game.tolerance
        if scrb is not None and scrb.shares is not None and late.any():
            who = ", ".join(name for name, flag in zip(self.shared.members, late, strict=True) if flag)
            remarks.append(
                f"scrb: joining last costs more than standing alone for {who}, so remaining benefits are below 0."
            )
        return remarks


def _verified(found: Nucleolus, *, unique: bool = True, reason: str | None = None) -> _Found:
    """Only what the criterion of Kohlberg bears out is shown."""
    if not found.verified:
        raise NoSharesError("the shares that were found do not pass the criterion of Kohlberg")
    return _Found(found.shares, unique=unique, reason=reason, how={"computed": "exact", "verified": "Kohlberg"})
