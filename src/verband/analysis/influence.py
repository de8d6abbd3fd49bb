"""Influence in a vote, on any table of votes: who decides how often, beside what each pays.

The indices are those of :mod:`verband.numerics.voting_power`: Shapley-Shubik (Shapley and Shubik, 1954) and Banzhaf
(Penrose, 1946; Banzhaf, 1965; Coleman, 1971), for one majority or two at once. What the engine says by position is said
here in the reader's own names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from verband.analysis.influence_answer import (
    InfluenceAnswer,
    Interval,
    MemberPower,
    Precision,
    SmallestChange,
)
from verband.analysis.influence_change import smallest_change
from verband.analysis.influence_question import Given, InfluenceQuestion, given, name_column, quota_of
from verband.analysis.own_columns import Places
from verband.errors import BadInputError
from verband.numerics.voting_power.game import MajorityGame, UnitError, VotingPowerError, exact_game
from verband.numerics.voting_power.indices import Index, PowerIndices
from verband.numerics.voting_power.power import power_of
from verband.numerics.voting_power.sampling import LEVEL

__all__ = [
    "InfluenceAnswer",
    "InfluenceQuestion",
    "MemberPower",
    "Precision",
    "SmallestChange",
    "answer_influence",
    "influence",
    "name_column",
    "quota_of",
]

Progress = Callable[[int, int], None]


def influence(
    columns: Mapping[str, npt.ArrayLike],
    *,
    quota: float,
    votes: str = "votes",
    second_votes: str | None = None,
    second_quota: float | None = None,
    stake: str | None = None,
    id: str | None = None,  # noqa: A002  the same name as the option of the command
    unit: float | None = None,
    samples: int | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> InfluenceAnswer:
    """Measure the power of every member in a vote.

    Parameters
    ----------
    columns
        Numbers by name of the column, each of shape (n,), such as a data frame; the column with names is text.
    quota, votes, second_votes, second_quota, stake, id, unit, samples, seed
        As in :class:`InfluenceQuestion`.
    progress
        Called with the steps done and their number.

    Returns
    -------
    InfluenceAnswer
        Members in the order given.

    Raises
    ------
    BadInputError
        If the question contradicts itself, or the numbers are no votes: with row (counted from 1) and column.
    UnknownNameError
        If a column is not there.
    """
    question = InfluenceQuestion(
        quota=quota,
        votes=votes,
        second_votes=second_votes,
        second_quota=second_quota,
        stake=stake,
        id=id,
        unit=unit,
        samples=samples,
        seed=seed,
    )
    return answer_influence(question, columns, progress=progress)


def answer_influence(
    question: InfluenceQuestion,
    columns: Mapping[str, npt.ArrayLike],
    places: Places | None = None,
    *,
    progress: Progress | None = None,
) -> InfluenceAnswer:
    """Answer a question as :func:`influence` does.

    Parameters
    ----------
    question
        What is asked.
    columns
        Numbers by name of the column, each of shape (n,).
    places
        Where the rows stand, for messages; counted from 1 by default.
    progress
        As in :func:`influence`.

    Raises
    ------
    BadInputError, UnknownNameError
        As :func:`influence`.
    """
    found = given(question, columns, places or Places())
    try:
        game = exact_game(found.votes.T.tolist(), question.quotas)
        power = power_of(game, unit=question.unit, draws=question.samples, seed=question.seed, progress=progress)
    except UnitError as error:
        raise BadInputError(str(error), where="unit", todo="Give another unit, or none") from error
    except VotingPowerError as error:
        column = None if error.majority is None else question.vote_columns[error.majority]
        place = found.places.all(len(found.names), column)
        raise BadInputError(str(error), where=place, todo="Check the votes, or round them") from error
    change, reason = smallest_change(game, found.names)
    members = _members(found, game, power)
    indices = {
        "shapley_shubik": power.shapley_shubik,
        "banzhaf_absolute": power.banzhaf_absolute,
        "banzhaf": power.banzhaf,
    }
    drawn = any(index.draws is not None for index in indices.values())
    return InfluenceAnswer(
        quota=question.quota,
        second_quota=question.second_quota,
        total_votes=_total(game, 0),
        total_second_votes=_total(game, 1) if game.majorities > 1 else None,
        method=power.method,
        precision={key: _precision(index) for key, index in indices.items()},
        members=members,
        without_power=tuple(found.names[player] for player in power.powerless),
        smallest_change=change,
        seed=question.seed if drawn else None,
        warnings=tuple(_warnings(question, game)),
        remarks=tuple(_remarks(question, members, power, reason)),
        kinds=_kinds(question, power),
    )


def _total(game: MajorityGame, axis: int) -> float:
    return float(sum(row[axis] for row in game.given_weights) * game.grains[axis])


def _members(found: Given, game: MajorityGame, power: PowerIndices) -> tuple[MemberPower, ...]:
    total = _total(game, 0)
    paid = None if found.stake is None else float(found.stake.sum())
    second = found.votes[1] if len(found.votes) > 1 else None
    members = []
    for row, name in enumerate(found.names):
        share = float(power.banzhaf.value[row])
        stake = None if found.stake is None else float(found.stake[row])
        without = (
            sum(other[axis] for other in game.given_weights) - game.given_weights[row][axis] < quota
            for axis, quota in enumerate(game.given_quotas)
        )
        members.append(
            MemberPower(
                name=name,
                votes=float(found.votes[0][row]),
                second_votes=None if second is None else float(second[row]),
                votes_share=float(found.votes[0][row]) / total if total else None,
                shapley_shubik=float(power.shapley_shubik.value[row]),
                banzhaf_absolute=float(power.banzhaf_absolute.value[row]),
                banzhaf=None if np.isnan(share) else share,
                pivotal=None if power.swings is None else power.swings[row],
                veto=not game.decided and any(without),
                stake=stake,
                stake_share=stake / paid if stake is not None and paid else None,
                interval=_interval(power, row),
            )
        )
    return tuple(members)


def _interval(power: PowerIndices, row: int) -> dict[str, Interval] | None:
    found = {}
    for key in ("shapley_shubik", "banzhaf_absolute", "banzhaf"):
        index: Index = getattr(power, key)
        if index.low is not None and index.high is not None:
            found[key] = (float(index.low[row]), float(index.high[row]))
    return found or None


def _precision(index: Index) -> Precision:
    bound = None
    if index.method == "exact":
        value = np.nan_to_num(index.value)
        bound = float(index.relative_error * value.max(initial=0.0))
    elif index.method == "rounded" and index.low is not None and index.high is not None:
        bound = float(np.maximum(index.high - index.value, index.value - index.low).max())
    return Precision(
        method=index.method,
        unit=None if index.unit is None else float(index.unit),
        bound=bound,
        draws=index.draws,
        level=None if index.draws is None else LEVEL,
    )


def _warnings(question: InfluenceQuestion, game: MajorityGame) -> list[str]:
    warnings = []
    for axis, (column, quota) in enumerate(zip(question.vote_columns, question.quotas, strict=True)):
        total = sum(row[axis] for row in game.given_weights)
        shown = f"{_total(game, axis):.15g}"
        if game.given_quotas[axis] > total:
            warnings.append(
                f"The quota of {quota:.15g} is above the sum of {column}, {shown}: no proposal can ever pass, so "
                "nobody has power and shares of power do not exist."
            )
        elif 2 * game.given_quotas[axis] <= total:
            warnings.append(
                f"The quota of {quota:.15g} is not above half of {column}, {shown} in all: a proposal and its opposite "
                "can both pass."
            )
    return warnings


def _remarks(
    question: InfluenceQuestion, members: tuple[MemberPower, ...], power: PowerIndices, reason: str | None
) -> list[str]:
    remarks = []
    shapley, banzhaf = power.shapley_shubik, power.banzhaf_absolute
    both = (shapley.method, shapley.draws) == (banzhaf.method, banzhaf.draws) and shapley.method == "sampled"
    named = [("Both indices", shapley)] if both else [("Shapley-Shubik", shapley), ("Banzhaf", banzhaf)]
    for key, index in named:
        if index.method == "rounded" and index.unit is not None:
            bound = _precision(index).bound or 0.0
            remarks.append(
                f"{key}: votes rounded to {float(index.unit):.15g}; the exact value of each member lies between the "
                f"bounds of its interval, at most {100 * bound:.2g} percentage points away."
            )
        elif index.method == "sampled":
            remarks.append(f"{key}: from {index.draws} draws with seed {question.seed}, with 95% intervals per member.")
    alone = next((member for member in members if member.shapley_shubik == 1), None)
    if alone is not None and power.method == "exact":
        remarks.append(f"{alone.name} decides alone.")
    if not power.powerless_known:
        remarks.append("Whether other members have no power at all cannot be told from rounded or drawn figures.")
    if question.stake is not None and all(member.stake_share is None for member in members):
        remarks.append(f"The sum of {question.stake} is 0, so there are no shares of it.")
    if reason is not None:
        remarks.append(reason)
    return remarks


def _kinds(question: InfluenceQuestion, power: PowerIndices) -> dict[str, str]:
    """Kind of every figure: power is arithmetic on votes, unless it was drawn."""
    found = {"votes": "measured"}
    if question.second_votes is not None:
        found["second_votes"] = "measured"
    if question.stake is not None:
        found["stake_share"] = "derived"
    for key in ("shapley_shubik", "banzhaf_absolute", "banzhaf"):
        index: Index = getattr(power, key)
        found[key] = "derived" if index.method == "exact" else "estimated"
    if power.swings is not None:
        found["pivotal"] = "derived"
    return found
