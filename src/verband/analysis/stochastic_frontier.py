"""Stochastic frontier analysis on any columns: names and numbers in, estimates, tests and efficiencies out.

The models are those of :mod:`verband.numerics.stochastic_frontier`: a cross-section (Aigner, Lovell and Schmidt, 1977;
Meeusen and van den Broeck, 1977; Stevenson, 1980), a panel in which a firm keeps its inefficiency or lets it decay
(Battese and Coelli, 1992), and determinants of inefficiency (Battese and Coelli, 1995). Which one follows from what is
asked. What the engine refuses by position is said here in the reader's own names, with line and column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from verband.analysis.own_columns import Places, column_of, numbers_of, written_name
from verband.analysis.spread import too_few
from verband.analysis.stochastic_frontier_answer import LEVEL, EfficiencySpread, RowEfficiency, SfaAnswer
from verband.analysis.stochastic_frontier_question import (
    INTERCEPT,
    REFUSALS,
    Array,
    Given,
    SfaQuestion,
    refused,
    require_distinct,
    require_names,
    require_size,
)
from verband.errors import BadInputError
from verband.numerics import stochastic_frontier as engine
from verband.numerics.stochastic_frontier import Distribution, StochasticFrontier

__all__ = ["LEVEL", "EfficiencySpread", "Places", "RowEfficiency", "SfaAnswer", "SfaQuestion", "answer_sfa", "sfa"]


def sfa(
    columns: Mapping[str, npt.ArrayLike],
    *,
    y: str,
    x: Sequence[str],
    log: bool = False,
    cost: bool = False,
    distribution: Distribution | None = None,
    id: str | None = None,  # noqa: A002  the same name as the option of the command
    time: str | None = None,
    decay: bool = False,
    determinants: Sequence[str] = (),
    determinants_intercept: bool = True,
) -> SfaAnswer:
    """Fit a stochastic frontier.

    Parameters
    ----------
    columns
        Numbers by name of the column, each of shape (n,), such as a data frame; column ``id`` may be text.
    y
        Column with the output, or with ``cost`` the cost.
    x
        Columns of the frontier: inputs, or with ``cost`` outputs and prices. An intercept is added.
    log, cost, distribution, id, time, decay, determinants, determinants_intercept
        As in :class:`SfaQuestion`.

    Returns
    -------
    SfaAnswer
        Rows in the order given.

    Raises
    ------
    BadInputError
        If the question contradicts itself, or the numbers allow no estimate: with row (counted from 1) and column.
    UnknownNameError
        If a column is not there.
    """
    question = SfaQuestion(
        y=y,
        x=tuple(x),
        log=log,
        cost=cost,
        distribution=distribution,
        id=id,
        time=time,
        decay=decay,
        determinants=tuple(determinants),
        determinants_intercept=determinants_intercept,
    )
    return answer_sfa(question, columns)


def answer_sfa(question: SfaQuestion, columns: Mapping[str, npt.ArrayLike], places: Places | None = None) -> SfaAnswer:
    """Answer a question as :func:`sfa` does.

    Parameters
    ----------
    question
        What is asked.
    columns
        Numbers by name of the column, each of shape (n,).
    places
        Where the rows stand, for messages; counted from 1 by default.

    Raises
    ------
    BadInputError, UnknownNameError
        As :func:`sfa`.
    """
    given = _given(question, columns, places or Places())
    try:
        fit = _fit(question, given)
    except REFUSALS as refusal:
        raise refused(refusal, question, given) from refusal
    determinants = None
    if question.determinants:
        own = fit.determinants_intercept
        determinants = {} if own is None else {INTERCEPT: own}
        determinants |= dict(zip(question.determinants, fit.determinants, strict=True))
    return SfaAnswer(
        model=question.model,
        distribution=fit.distribution,
        cost=question.cost,
        log=question.log,
        n=fit.n,
        firms=fit.firms,
        coefficients={INTERCEPT: fit.intercept, **dict(zip(question.x, fit.coefficients, strict=True))},
        determinants=determinants,
        sigma_sq=fit.sigma_sq,
        gamma=fit.gamma,
        mu=fit.mu,
        eta=fit.eta,
        log_likelihood=fit.log_likelihood,
        log_likelihood_ols=fit.log_likelihood_ols,
        lr_statistic=fit.test.statistic,
        lr_df=fit.test.df,
        lr_p_value=fit.test.p_value,
        mean_efficiency=fit.mean_efficiency,
        spread=_spread(question, given, fit),
        efficiencies=_rows(given, fit),
        level=fit.efficiencies.level,
        converged=fit.converged,
        boundary=fit.boundary,
        warnings=fit.warnings,
    )


def _given(question: SfaQuestion, columns: Mapping[str, npt.ArrayLike], places: Places) -> Given:
    numbers = {name: numbers_of(columns, name, places) for name in question.numbers}
    firm = None
    if question.id is not None:
        firm = np.asarray(
            [written_name(item) for item in column_of(columns, question.id, places).tolist()], dtype=np.str_
        )
    _require_rows({**numbers, **({} if firm is None or question.id is None else {question.id: firm})}, places)
    if firm is not None and question.id is not None:
        require_names(firm, question.id, places)
        if question.time is None:
            require_distinct(firm, question.id, places)
    used = {name: _logarithm(numbers[name], name, places) for name in question.logarithms}
    y, *x = (used.get(name, numbers[name]) for name in (question.y, *question.x))
    for name, values in zip((question.y, *question.x), (y, *x), strict=True):
        require_size(values, name, places)
    for name in (*question.determinants, *(() if question.time is None else (question.time,))):
        require_size(numbers[name], name, places)
    return Given(
        y=y,
        x=np.column_stack(x),
        z=np.column_stack([numbers[name] for name in question.determinants] or [np.empty((len(y), 0))]),
        columns=numbers,
        firm=firm,
        time=None if question.time is None else numbers[question.time],
        places=places,
    )


def _require_rows(columns: Mapping[str, npt.NDArray[Any]], places: Places) -> None:
    """Refuse columns of different length."""
    (first, values), *others = columns.items()
    for name, other in others:
        if other.shape != values.shape:
            raise BadInputError(
                f"column {name} has another number of rows than {first}", where=places.file, todo="Give as many"
            )


def _fit(question: SfaQuestion, given: Given) -> StochasticFrontier:
    y, x, cost = given.y, given.x, question.cost
    if question.determinants:
        return engine.inefficiency_effects_frontier(
            y,
            x,
            given.z,
            intercept=question.determinants_intercept,
            cost=cost,
            firm=given.firm,
            time=given.time,
        )
    if given.firm is None or given.time is None:
        return engine.cross_section_frontier(y, x, distribution=question.distribution or "half-normal", cost=cost)
    return engine.panel_frontier(
        y,
        x,
        given.firm,
        given.time,
        decay=question.decay,
        distribution="truncated-normal" if question.distribution == "truncated-normal" else "half-normal",
        cost=cost,
    )


def _rows(given: Given, fit: StochasticFrontier) -> tuple[RowEfficiency, ...]:
    own = fit.efficiencies
    return tuple(
        RowEfficiency(
            id=str(given.places.number(row)) if given.firm is None else str(given.firm[row]),
            time=None if given.time is None else float(given.time[row]),
            efficiency=float(own.efficiency[row]),
            low=float(own.low[row]),
            high=float(own.high[row]),
            cost_ratio=None if own.cost_ratio is None else float(own.cost_ratio[row]),
        )
        for row in range(fit.n)
    )


def _spread(question: SfaQuestion, given: Given, fit: StochasticFrontier) -> EfficiencySpread:
    values = fit.efficiencies.efficiency
    if question.model == "time-invariant" and given.firm is not None:
        values = values[np.unique(given.firm, return_index=True)[1]]
    few = too_few(len(values))
    low, median, high = (None,) * 3 if few else (float(value) for value in np.quantile(values, (0.25, 0.5, 0.75)))
    return EfficiencySpread(len(values), float(values.min()), low, median, high, float(values.max()))


def _logarithm(values: Array, name: str, places: Places) -> Array:
    wrong = np.flatnonzero(values <= 0)
    if len(wrong):
        raise BadInputError(
            f"{values[wrong[0]]:.15g} is not above 0, so it has no logarithm",
            where=places.of(int(wrong[0]), name),
            todo="Mend it or leave the row out; or take the logarithms yourself, and ask none",
        )
    return np.asarray(np.log(values), dtype=np.float64)
