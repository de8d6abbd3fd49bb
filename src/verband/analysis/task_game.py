"""A task as a game between municipalities (M13), from its cost function (M1) with each member's own effect.

Partners who do a task together have the modelled scale of their joint size, and each brings the level of cost that is
its own: ``c(S) = D exp(f(ln N_S)) sum over i in S of (N_i / N_S) r_i``, with ``f`` the size part of the cost function
in the latest year, ``N`` inhabitants, and ``r_i = exp(g'(x_i - mean x) + u_i)`` the own level: drivers and effect.
The effect ``u_i`` is the mean residual of the municipality over the years, shrunken towards 0 by its reliability
(best linear unbiased predictor; Henderson, 1975; variances by the method of moments, Swamy and Arora, 1972); ``D``
takes the rest of the residuals from the mean logarithm to the mean (Duan, 1983). The game of size alone has all
``r_i`` equal: it merely restates the scale of typical cost of the task.

``D`` is one constant in both games, unlike in the cost function, where it may go with size
(:mod:`verband.analysis.smearing`). There it tells that large municipalities differ less from one another, so that
their mean lies less far above what is typical. A group of municipalities is no municipality of that size: its members
keep their own levels, and the level of the group is the mean of theirs, weighted by inhabitants, however large it is. A
factor that falls with size would count that as a saving of joining.

Uncertainty: whole municipalities are drawn anew for the coefficients, and effects are drawn around their shrunken
value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from verband.analysis.cost_function import CostFunction
from verband.analysis.sharing_question import SharedGame
from verband.errors import BadInputError, MissingDataError
from verband.numerics.cooperative_games.coalitions import Array, sums
from verband.numerics.cooperative_games.games import TableGame

MOST_MEMBERS = 20


@dataclass(frozen=True, slots=True)
class OwnEffects:
    """What is a municipality's own in the cost of a task.

    Attributes
    ----------
    effect
        Shrunken mean residual, in logarithms, shape (groups,).
    reliability
        How much of the mean residual is left, 0 to 1, shape (groups,).
    spread
        Standard deviation of the effect given the data, shape (groups,).
    smearing
        Mean of ``exp`` of what the effects leave.
    """

    effect: Array
    reliability: Array
    spread: Array
    smearing: float


def own_effects(model: CostFunction, coefficients: Array | None = None) -> OwnEffects:
    """Predict the effects of all municipalities.

    Parameters
    ----------
    model
        The cost function.
    coefficients
        Others than those of the fit, shape (k,), such as of a bootstrap.
    """
    residuals, index = model.residuals(coefficients), model.fit.index
    count = np.bincount(index).astype(np.float64)
    mean = np.bincount(index, weights=residuals) / count
    within = residuals - mean[index]
    freedom = max(len(residuals) - len(count), 1)
    variance = float((within**2).sum()) / freedom
    between = max(float(mean.var(ddof=1)) - variance * float((1 / count).mean()), 0.0)
    noise = between + variance / count
    reliability = np.where(noise > 0, between / np.where(noise > 0, noise, 1.0), 0.0)
    effect = reliability * mean
    return OwnEffects(
        effect=effect,
        reliability=reliability,
        spread=np.sqrt(between * (1 - reliability)),
        smearing=float(np.exp(residuals - effect[index]).mean()),
    )


def typical_to_mean(model: CostFunction, coefficients: Array | None = None) -> float:
    """Factor from typical to mean cost where all are equal but for their size: the mean of ``exp`` of residuals.

    Parameters
    ----------
    model, coefficients
        As of :func:`own_effects`.
    """
    return float(np.exp(model.residuals(coefficients)).mean())


@dataclass(frozen=True, slots=True)
class Member:
    """A municipality as a member of the game.

    Attributes
    ----------
    code, name
        Who.
    inhabitants
        In the year of the cost.
    level
        Its own level of cost against a typical municipality of its size (1), by drivers and effect.
    effect, reliability
        The effect in it as a factor, and how much of its mean residual was kept.
    cost_eur
        What it published; ``None`` where missing.
    """

    code: str
    name: str
    inhabitants: float
    level: float
    effect: float
    reliability: float
    cost_eur: float | None


@dataclass(frozen=True, slots=True)
class TaskGame:
    """A task as a game.

    Attributes
    ----------
    year
        Of the cost.
    members
        In the order asked.
    own
        With each member's own level.
    size_only
        With size alone.
    """

    year: int
    members: tuple[Member, ...]
    own: SharedGame
    size_only: SharedGame
    _model: CostFunction
    _drivers: Array
    _groups: Array

    def draws(self, count: int, *, seed: int) -> Iterator[TableGame]:
        """Games with other coefficients and effects, as uncertain as the estimates are; fewer where a draw fails.

        Parameters
        ----------
        count
            Number of draws.
        seed
            The same seed gives the same games.
        """
        rng = np.random.default_rng(seed)
        for drawn in self._model.bootstrap(draws=count, rng=rng):
            if not np.isfinite(drawn).all():
                continue
            effects = own_effects(self._model, drawn)
            own = effects.effect[self._groups] + effects.spread[self._groups] * rng.normal(size=len(self._groups))
            yield TableGame(self._costs(drawn, own, effects.smearing))

    def costs(self, coefficients: Array, effects: Array, smearing: float) -> Array:
        """Cost in euro of every coalition with other coefficients and effects, shape (2^n,).

        Parameters
        ----------
        coefficients
            Shape (k,).
        effects
            Of all municipalities of the cost function, in the order of its codes, in logarithms.
        smearing
            From the mean logarithm to the mean.
        """
        return self._costs(coefficients, effects[self._groups], smearing)

    def costs_by_size(self, coefficients: Array, smearing: float) -> Array:
        """Cost in euro of every coalition with other coefficients where all members are equal but for their size."""
        people = np.array([member.inhabitants for member in self.members])
        return _cost(self._model, coefficients, people, np.ones(len(people)), self.year) * smearing

    def _costs(self, coefficients: Array, own: Array, smearing: float) -> Array:
        people = np.array([member.inhabitants for member in self.members])
        level = np.exp(self._drivers @ _driver_part(self._model, coefficients) + own)
        return _cost(self._model, coefficients, people, level, self.year) * smearing


def task_game(model: CostFunction, rows: pl.DataFrame, names: Sequence[str], year: int) -> TaskGame:
    """Make the game of some municipalities for one task.

    Parameters
    ----------
    model
        The cost function of the task.
    rows
        A row per member in the order of the names: ``code, inhabitants, cost_keur`` and the drivers of the model;
        only the cost may be null.
    names
        Names of the members.
    year
        One of the years of the model.

    Raises
    ------
    BadInputError
        If there are fewer than 2 members, or more than 20.
    MissingDataError
        If a member has no figure to tell its own level by, or the joint size is beyond what the data support.
    """
    if not 2 <= len(names) <= MOST_MEMBERS:
        raise BadInputError(
            f"{len(names)} member{'s' * (len(names) != 1)} cannot share a task here", todo=f"Name 2 to {MOST_MEMBERS}"
        )
    place = {code: number for number, code in enumerate(model.codes)}
    for code, name in zip(rows["code"], names, strict=True):
        if code not in place:
            raise MissingDataError(
                f"{name} ({code}) has no figures for this task in the model, so its own level is not known",
                todo="Leave it out",
            )
    people = rows["inhabitants"].to_numpy().astype(np.float64)
    together = float(people.sum())
    if not model.supports(together):
        raise MissingDataError(
            f"together they have {together:,.0f} inhabitants, more than the data support: what the task would cost "
            "at that size cannot be told",
            todo="Name fewer members",
        )
    groups = np.array([place[code] for code in rows["code"]])
    effects = own_effects(model)
    coefficients = model.fit.coefficients
    columns = [rows[name].to_numpy().astype(np.float64) for name in model.drivers]
    drivers = (np.column_stack(columns) if columns else np.empty((len(people), 0))) - np.array(model.driver_means)
    level = np.exp(drivers @ _driver_part(model, coefficients) + effects.effect[groups])
    own = _cost(model, coefficients, people, level, year) * effects.smearing
    size_only = _cost(model, coefficients, people, np.ones(len(people)), year) * typical_to_mean(model)
    published = rows["cost_keur"].cast(pl.Float64).to_list()
    return TaskGame(
        year=year,
        members=tuple(
            Member(
                code=str(rows["code"][number]),
                name=name,
                inhabitants=float(people[number]),
                level=float(level[number]),
                effect=float(np.exp(effects.effect[groups[number]])),
                reliability=float(effects.reliability[groups[number]]),
                cost_eur=None if published[number] is None else 1000 * float(published[number]),
            )
            for number, name in enumerate(names)
        ),
        own=SharedGame(tuple(names), TableGame(own), people),
        size_only=SharedGame(tuple(names), TableGame(size_only), people),
        _model=model,
        _drivers=drivers,
        _groups=groups,
    )


def _driver_part(model: CostFunction, coefficients: Array) -> Array:
    return np.asarray(coefficients[2 + len(model.years) :])


def _cost(model: CostFunction, coefficients: Array, people: Array, level: Array, year: int) -> Array:
    """Cost in euro of every coalition before smearing, shape (2^n,)."""
    joint = sums(people)
    joint[0] = 1.0
    size = np.log(joint) - model.centre
    effect = coefficients[2 + model.years.index(year)]
    cost = 1000 * np.exp(coefficients[0] * size + coefficients[1] * size**2 + effect) * sums(people * level) / joint
    cost[0] = 0.0
    return np.asarray(cost)
