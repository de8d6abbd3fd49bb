"""M13: how often some group of partners would pay less by leaving, under the shares that are in use.

What each partner pays is what users filled in: its stated share, or else its part of the contributions of one year. The
shares divide the cost of all in every draw of the game of own levels
(:mod:`verband.analysis.evidence.partnership_games`), and a group gains by leaving where it would pay less alone by a
part that matters (rule ``smallest_gain``); with any gain at all the shares are not in the core (Gillies, 1959). The key
is measured; what a group would pay alone is modelled.

Two things are uncertain. One cost function stands behind all arrangements with a task, so an error in it shifts them
together: that is what the draws tell, which all arrangements share. And they are a few of many. In a draw each
arrangement is in conflict or not, for which the exact interval of Clopper and Pearson (1934) holds, also where no two
differ. Both together: the mean over the draws of the confidence distribution of that interval
(:func:`verband.numerics.grouped_counts.proportion_over_draws`), in which the two add up as independent errors
do; the wider of the two intervals would be too narrow, and the outer ends of those of all draws too wide. The p-value
is that of the same distribution. That the arrangements are a random sample of many remains an assumption.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from verband.analysis.cost_function import CostFunction
from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.common_draws import TaskDraws
from verband.analysis.evidence.evidence_rules import evidence_rule, fewest_groups
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.partnership_games import (
    Partnership,
    TaskTable,
    drawn_games,
    drawn_games_by_size,
    games_of,
    when_listed,
)
from verband.analysis.evidence.result import Finding, SetAside
from verband.analysis.evidence.statements import statement
from verband.analysis.evidence.verdict import LEVEL
from verband.errors import MissingDataError
from verband.numerics.cooperative_games.games import TableGame
from verband.numerics.cooperative_games.relative_gain import ROUNDING, largest_gain
from verband.numerics.grouped_counts import chance_below_over_draws, proportion_over_draws

Array = npt.NDArray[np.float64]
COMPONENT = "conflict_under_own_key"
_METHOD = (
    "cost games of {game}, divided by the shares in use; mean over arrangements of the part of the draws in which "
    "some group would pay {least} less alone; interval over the arrangements (Clopper and Pearson) and over the draws "
    "of the cost functions together"
)
_NOTE = (
    "the shares are those in use, what a group would pay alone is modelled; what leaving costs is not in it, and these "
    "arrangements are no random sample"
)
_NO_KEYS = (
    "no shares in use are loaded: fill in shares or contributions of all members in `verband template arrangements`"
)


@dataclass(frozen=True, slots=True)
class OwnKey:
    """What the partners of an arrangement pay, as fractions that sum to 1, in the order of its members.

    Attributes
    ----------
    partnership
        The arrangement.
    stated
        By the shares that are filled in; ``None`` where not all are.
    contributed
        By the contributions of one year; ``None`` where no year has those of all.
    """

    partnership: Partnership
    stated: tuple[float, ...] | None
    contributed: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """Keys of users.

    Attributes
    ----------
    keys
        Of arrangements that can be judged.
    loaded
        Arrangements of which some share or contribution is loaded.
    set_aside
        Those that cannot be judged, with the reason.
    """

    keys: tuple[OwnKey, ...] = ()
    loaded: int = 0
    set_aside: tuple[SetAside, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Conflict:
    """Of one arrangement: the largest gain of a group as a fraction of what it pays, (draws,), nan where none is known.

    By the shares used, by contributions, and by the shares used with size alone.
    """

    partnership: Partnership
    year: int
    used: Array
    contributed: Array | None
    size_alone: Array


def add_own_keys(
    found: Collection,
    own: OwnKeys,
    models: Mapping[str, CostFunction],
    tables: Mapping[str, TaskTable],
    common: Mapping[str, TaskDraws],
) -> tuple[SetAside, ...]:
    """Add the conflict under the keys in use, with its variants.

    Parameters
    ----------
    found
        What is added to.
    own
        Keys of users.
    models, tables, common
        Cost function, cost, and draws of the cost function, by task.

    Returns
    -------
    tuple of SetAside
        Arrangements that were left out.
    """
    if not own.loaded:
        found.not_found[COMPONENT] = _NO_KEYS
        return own.set_aside
    told, aside = [], list(own.set_aside)
    for key in own.keys:
        try:
            told.append(_conflict(key, models, tables, common))
        except MissingDataError as error:
            aside.append(SetAside(key.partnership.arrangement_id, f"{key.partnership.name}: {error.what}"))
    used = [(item, item.used) for item in told]
    paid = [(item, item.contributed) for item in told if item.contributed is not None]
    single = [(item, item.used) for item in told if len(item.partnership.tasks) == 1]
    smallest = evidence_rule("smallest_gain")
    found.add(None, COMPONENT, _finding, used, smallest, own.loaded)
    found.add("any gain at all", COMPONENT, _finding, used, ROUNDING, own.loaded)
    found.add("contributions instead of stated shares", COMPONENT, _finding, paid, smallest, own.loaded)
    by_size = [(item, item.size_alone) for item in told]
    found.add("partners differ in size only", COMPONENT, _finding, by_size, smallest, own.loaded, game="size alone")
    found.add("arrangements with one task only", COMPONENT, _finding, single, smallest, own.loaded)
    return tuple(aside)


def _conflict(
    key: OwnKey, models: Mapping[str, CostFunction], tables: Mapping[str, TaskTable], common: Mapping[str, TaskDraws]
) -> _Conflict:
    games = games_of(models, tables, key.partnership)
    shares = [np.array(item) for item in (key.stated, key.contributed) if item is not None]
    drawn = drawn_games(games, key.partnership, common)
    # The stated share comes first: it is what the arrangement says itself.
    gains = [_gains(drawn, item) for item in shares]
    return _Conflict(
        key.partnership,
        games[0].year,
        gains[0],
        gains[-1] if key.contributed is not None else None,
        _gains(drawn_games_by_size(games, key.partnership, common), shares[0]),
    )


def _gains(drawn: Sequence[TableGame | None], shares: Array) -> Array:
    return np.array([math.nan if game is None else largest_gain(game, shares * game.total) for game in drawn])


def _finding(
    told: Sequence[tuple[_Conflict, Array]], smallest: float, loaded: int, *, game: str = "each member's own level"
) -> Finding:
    if len(told) < fewest_groups():
        raise CannotEstimateError(
            f"shares or contributions of {loaded} arrangements are loaded, {len(told)} of them can be tested (not "
            f"compulsory, three to eight municipalities, cost at another size known), and {fewest_groups()} are needed"
        )
    gains = np.array([item for _, item in told])
    gains = gains[:, ~np.isnan(gains).any(axis=0)]
    if not gains.size:
        raise CannotEstimateError("no draw of the cost functions could be fitted for all of them")
    number = np.full(gains.shape[1], float(len(told)))
    hits = (gains >= smallest).sum(axis=0).astype(np.float64)
    low, high = proportion_over_draws(hits, number, level=LEVEL)
    limit = statement("M13").rule(COMPONENT).smallest_effect
    partnerships = [item.partnership for item, _ in told]
    years = tuple(sorted({item.year for item, _ in told}))
    return Finding(
        COMPONENT,
        100 * float((hits / number).mean()),
        100 * low,
        100 * high,
        None,
        len(told),
        len({code for item in partnerships for code in item.members}),
        len(told),
        years,
        _METHOD.format(game=game, least="something" if smallest == ROUNDING else f"at least {100 * smallest:g}%"),
        p_value=None if limit is None else chance_below_over_draws(hits, number, limit / 100),
        note=f"{_NOTE}; {when_listed(partnerships, years[-1])}",
    )
