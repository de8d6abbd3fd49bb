"""M13: how often some group of partners would pay less by leaving, under the shares that are in use.

What each partner pays is what users filled in: its stated share, or else its part of the contributions of one year. The
shares divide the cost of all in every draw of the game of own levels
(:mod:`verband.analysis.evidence.partnership_games`), and a group gains by leaving where it would pay more than the task
would cost it alone, so that the shares are not in the core (Gillies, 1959). The key is measured; what a group would pay
alone is modelled. The interval is over arrangements: the wider of Student's t and the exact binomial one (Clopper and
Pearson, 1934), which holds where an arrangement is in conflict in all draws or in none, as most are, and which has a
width where no two arrangements differ. It is also the more careful one because one cost function stands behind all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from verband.analysis.cost_function import CostFunction
from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.partnership_games import Partnership, TaskTable, drawn_games, games_of, size_only
from verband.analysis.evidence.result import Finding, SetAside
from verband.analysis.evidence.statements import statement
from verband.analysis.evidence.verdict import LEVEL
from verband.errors import MissingDataError
from verband.numerics.cooperative_games.core import stability
from verband.numerics.cooperative_games.games import TableGame
from verband.numerics.grouped_counts import chance_below, exact_proportion

Array = npt.NDArray[np.float64]
COMPONENT = "conflict_under_own_key"
FEWEST = 3
"""Arrangements, below which nothing is said about more than these."""
_METHOD = (
    "cost games of each member's own level, divided by the shares in use; mean over arrangements of the part of the "
    "draws in which some group would pay less alone; the wider of Student's t and the exact binomial interval over "
    "arrangements"
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
    """Of one arrangement: part of the draws in which some group gains, by the shares used; and with size alone."""

    partnership: Partnership
    year: int
    used: float
    contributed: float | None
    size_alone: float


def add_own_keys(
    found: Collection,
    own: OwnKeys,
    models: Mapping[str, CostFunction],
    tables: Mapping[str, TaskTable],
    *,
    seed: int,
    draws: int,
) -> tuple[SetAside, ...]:
    """Add the conflict under the keys in use, with its variants.

    Parameters
    ----------
    found
        What is added to.
    own
        Keys of users.
    models, tables
        Cost function and cost by task.
    seed, draws
        Of the games.

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
            told.append(_conflict(key, models, tables, seed=seed, draws=draws))
        except MissingDataError as error:
            aside.append(SetAside(key.partnership.arrangement_id, f"{key.partnership.name}: {error.what}"))
    used = [item.used for item in told]
    paid = [item for item in told if item.contributed is not None]
    single = [item for item in told if len(item.partnership.tasks) == 1]
    found.add(None, COMPONENT, _finding, used, told, draws, own.loaded)
    found.add(
        "contributions instead of stated shares",
        COMPONENT,
        _finding,
        [item.contributed for item in paid if item.contributed is not None],
        paid,
        draws,
        own.loaded,
    )
    found.add("partners differ in size only", COMPONENT, _finding, [i.size_alone for i in told], told, 1, own.loaded)
    found.add(
        "arrangements with one task only", COMPONENT, _finding, [i.used for i in single], single, draws, own.loaded
    )
    return tuple(aside)


def _conflict(
    key: OwnKey, models: Mapping[str, CostFunction], tables: Mapping[str, TaskTable], *, seed: int, draws: int
) -> _Conflict:
    games = games_of(models, tables, key.partnership)
    shares = [np.array(item) for item in (key.stated, key.contributed) if item is not None]
    drawn = list(drawn_games(games, key.partnership, seed=seed, draws=draws))
    # The stated share comes first: it is what the arrangement says itself.
    chances = [float(np.mean([_some_gain(game, item) for game in drawn])) for item in shares]
    return _Conflict(
        key.partnership,
        games[0].year,
        chances[0],
        chances[-1] if key.contributed is not None else None,
        float(_some_gain(size_only(games), shares[0])),
    )


def _some_gain(game: TableGame, shares: Array) -> bool:
    return not stability(game, shares * game.total).in_core


def _finding(chances: Sequence[float], told: Sequence[_Conflict], draws: int, loaded: int) -> Finding:
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415  slow to start

    number = len(chances)
    if number < FEWEST:
        raise CannotEstimateError(
            f"shares or contributions of {loaded} arrangements are loaded, {number} of them can be tested (not "
            f"compulsory, three to eight municipalities, cost at another size known), and {FEWEST} are needed"
        )
    values = np.array(chances)
    mean, error = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(number)
    reach = float(stdtrit(number - 1, 0.5 + LEVEL / 2)) * error
    low, high = exact_proportion(number * mean, number, level=LEVEL)
    limit = statement("M13").rule(COMPONENT).smallest_effect
    p_value = None
    if limit is not None:
        by_t = 0.0 if error == 0 else 1 - float(stdtr(number - 1, (mean - limit / 100) / error))
        p_value = max(by_t, chance_below(number * mean, number, limit / 100))
    return Finding(
        COMPONENT,
        100 * mean,
        100 * max(0.0, min(low, mean - reach)),
        100 * min(1.0, max(high, mean + reach)),
        100 * error if error > 0 else None,
        number * draws,
        len({code for item in told for code in item.partnership.members}),
        number,
        tuple(sorted({item.year for item in told})),
        _METHOD,
        degrees_of_freedom=number - 1,
        p_value=p_value,
        note=_NOTE,
    )
