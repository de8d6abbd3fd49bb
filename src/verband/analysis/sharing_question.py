"""A game whose members have names: from a table, from an array, or from a formula of weight and number of members.

Coalitions that have no sensible value are refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.errors import BadInputError
from verband.numerics.cooperative_games.arithmetic import FormulaError, arithmetic
from verband.numerics.cooperative_games.coalitions import MOST_PLAYERS, Array, sizes, sums
from verband.numerics.cooperative_games.games import Game, GameError, TableGame, WeightGame

KEYS = (
    "equal",
    "weight",
    "stand-alone",
    "scrb",
    "shapley",
    "nucleolus",
    "prenucleolus",
    "per-capita-nucleolus",
    "least-core",
    "tau",
)
"""All keys, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class SharedGame:
    """What is shared, and by whom.

    Attributes
    ----------
    members
        Names.
    game
        Costs or benefits; players in the order of the names.
    weights
        Shape (n,), for the key by weight.
    today
        What each pays (or gets) today, shape (n,).
    where
        File and place, for messages.
    """

    members: tuple[str, ...]
    game: Game
    weights: Array | None = None
    today: Array | None = None
    where: str = ""

    def __post_init__(self) -> None:
        """Refuse names that cannot be told apart and numbers for other members."""
        twice = next((name for name in self.members if self.members.count(name) > 1), None)
        if twice is not None:
            raise BadInputError(f"two members are named {twice}", where=self.where, todo="Rename one of them")
        if len(self.members) != self.game.players:
            raise BadInputError(
                f"{len(self.members)} names for a game of {self.game.players}", where=self.where, todo="Name each once"
            )
        for what, given in (("weights", self.weights), ("amounts of today", self.today)):
            if given is not None and (given.shape != (self.game.players,) or not np.isfinite(given).all()):
                raise BadInputError(f"the {what} are not one number per member", where=self.where, todo="Give each one")
        if self.weights is not None and (self.weights < 0).any():
            name = self.members[int(np.flatnonzero(self.weights < 0)[0])]
            raise BadInputError(f"the weight of {name} is below 0", where=self.where, todo="Mend it")

    def names(self, mask: int) -> tuple[str, ...]:
        """The members of a coalition, in order."""
        return tuple(name for number, name in enumerate(self.members) if mask >> number & 1)


def coalition_game(
    values: Mapping[str | Iterable[str], float],
    *,
    members: Sequence[str] | None = None,
    benefit: bool = False,
    weights: Mapping[str, float] | None = None,
    today: Mapping[str, float] | None = None,
) -> SharedGame:
    """Make a game from the cost (or worth) of every coalition.

    Parameters
    ----------
    values
        Per coalition, written as ``"A+B"`` or as several names: ``("A", "B")``.
    members
        Their order; by default that of the coalitions of one.
    benefit
        Whether values are worth, not cost.
    weights, today
        Per member.

    Raises
    ------
    BadInputError
        If a coalition is missing, given twice or with an unknown member.
    """
    named: dict[frozenset[str], float] = {}
    order: list[str] = []
    for key, value in values.items():
        parts = [part.strip() for part in key.split("+")] if isinstance(key, str) else list(key)
        coalition = frozenset(parts)
        if coalition in named:
            raise BadInputError(f"{'+'.join(parts)} is given twice", todo="Give every coalition once")
        named[coalition] = float(value)
        if len(coalition) == 1:
            order += parts[:1]
    names = tuple(order if members is None else members)
    if len(names) > MOST_PLAYERS:
        raise BadInputError(
            f"{len(names)} members are too many for a table, which takes {MOST_PLAYERS}", todo="Give a formula"
        )
    for coalition in named:
        if unknown := sorted(coalition - set(names)):
            raise BadInputError(f"{unknown[0]} is no known member", todo=f"Members are {', '.join(names)}")
    found = np.full(1 << len(names), np.nan)
    bit = {name: 1 << number for number, name in enumerate(names)}
    for coalition, value in named.items():
        found[sum(bit[name] for name in coalition)] = value
    found[0] = 0.0
    if len(missing := np.flatnonzero(np.isnan(found))):
        lacking = "+".join(name for name in names if int(missing[0]) & bit[name])
        raise BadInputError(f"{lacking} has no number ({len(missing)} lack one)", todo="Give every coalition one")
    return array_game(names, found, benefit=benefit, weights=weights, today=today)


def array_game(
    members: Sequence[str],
    values: npt.ArrayLike,
    *,
    benefit: bool = False,
    weights: Mapping[str, float] | None = None,
    today: Mapping[str, float] | None = None,
    where: str = "",
) -> SharedGame:
    """Make a game from an array over all coalitions, for 2 to 25 members.

    Parameters
    ----------
    members
        Names, n of them.
    values
        Shape (2^n,): at place ``S`` the value of the coalition of all members ``i`` whose bit ``2^i`` is in ``S``; 0
        at place 0.
    benefit
        Whether values are worth, not cost.
    weights, today
        Per member.
    where
        File, for messages.

    Raises
    ------
    BadInputError
        If these are no numbers of a game.
    """
    names = tuple(members)
    try:
        game = TableGame(np.ascontiguousarray(values, dtype=np.float64), benefit)
    except GameError as error:
        raise BadInputError(str(error), where=where, todo="Give a number for every coalition") from error
    return SharedGame(names, game, _of_each(names, weights, "weight"), _of_each(names, today, "amount"), where)


def formula_game(
    members: Mapping[str, float | None] | Sequence[str],
    formula: str,
    parameters: Mapping[str, float] | None = None,
    *,
    benefit: bool = False,
    today: Mapping[str, float] | None = None,
    where: str = "",
) -> SharedGame:
    """Make a game from a formula of total weight and number of members.

    Parameters
    ----------
    members
        Weight of each, 0 or more; or names alone, if the formula does not ask for weight.
    formula
        Arithmetic on ``weight`` (of all members of the coalition), ``members`` (their number) and the parameters.
    parameters
        Named numbers.
    benefit
        Whether the formula gives worth, not cost.
    today
        Per member.
    where
        File and place, for messages.

    Raises
    ------
    BadInputError
        If the formula is anything but arithmetic, or gives no number for some coalition.
    """
    weights = dict(members) if isinstance(members, Mapping) else dict.fromkeys(members)
    names = tuple(weights)
    given = {name: float(value) for name, value in (parameters or {}).items()}
    try:
        found = arithmetic(formula, {*given, "weight", "members"})
    except FormulaError as error:
        raise BadInputError(
            f"the formula is refused at character {error.column}: {error}",
            where=where,
            todo="Use numbers, the names given, + - * / ** and brackets only",
        ) from error
    known = all(value is not None for value in weights.values())
    if "weight" in found.names and not known:
        raise BadInputError("the formula names weight, and not every member has one", where=where, todo="Give each one")
    each = np.array([0.0 if value is None else float(value) for value in weights.values()])

    def function(weight: Array, count: Array) -> Array:
        return np.broadcast_to(found.values({**given, "weight": weight, "members": count}), np.shape(weight))

    def slopes(low: Array, high: Array, count: Array) -> tuple[Array, Array]:
        return found.slopes({**given, "members": count}, "weight", low, high)

    try:
        game = WeightGame(each, function, benefit, slopes)
        _demand_numbers(names, game, where)
    except GameError as error:
        raise BadInputError(
            str(error), where=where, todo="Give two members or more, with weights of 0 or more"
        ) from error
    return SharedGame(names, game, each if known else None, _of_each(names, today, "amount"), where)


def _demand_numbers(names: Sequence[str], game: WeightGame, where: str) -> None:
    """Refuse a formula that gives no number for some coalition; of many members those are looked at that come first."""
    if game.players <= MOST_PLAYERS:
        weight, count = sums(game.weights)[1:], sizes(game.players)[1:].astype(np.float64)
    else:
        weight = np.concatenate([game.weights, game.weights.sum() - game.weights, [game.weights.sum()]])
        count = np.repeat([1.0, game.players - 1.0, float(game.players)], [game.players, game.players, 1])
    bad = np.flatnonzero(~np.isfinite(game.function(weight, count)))
    if not len(bad):
        return
    first = int(bad[0])
    if game.players <= MOST_PLAYERS:
        whose = "+".join(name for number, name in enumerate(names) if (first + 1) >> number & 1)
    else:
        whose = names[first] if first < game.players else "all members but one, or all"
    raise BadInputError(
        f"the formula gives no number for {whose} (weight {weight[first]:g}, members {count[first]:g})",
        where=where,
        todo="Mend the formula, such as a division by 0 or a root of a negative number",
    )


def _of_each(names: Sequence[str], given: Mapping[str, float] | None, what: str) -> Array | None:
    if given is None:
        return None
    lacking = next((name for name in names if name not in given), None)
    if lacking is not None:
        raise BadInputError(f"{lacking} has no {what}", todo="Give every member one, or none")
    return np.array([float(given[name]) for name in names])
