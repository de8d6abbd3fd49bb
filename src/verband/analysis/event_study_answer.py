"""What an event study says: effects with their errors, tests, and who was left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from verband.analysis.event_study_question import SetAside

Phase = Literal["before", "anticipated", "after"]
SOURCES = (
    "Callaway and Sant'Anna (2021), Journal of Econometrics 225(2), 200-230",
    "Sant'Anna and Zhao (2020), Journal of Econometrics 219(1), 101-122",
    "Bell and McCaffrey (2002), Survey Methodology 28(2), 169-181",
)


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect with its uncertainty.

    Attributes
    ----------
    estimate
        In the unit of the outcome.
    se, low, high, p_value
        Standard error, interval and two-sided p-value, for this effect on its own; ``None`` where one cluster is
        treated, so that nothing tells its error.
    band_low, band_high
        Band that holds all effects of its table at once.
    degrees_of_freedom
        Of Student's t; ``None`` for the normal distribution.
    n_treated, n_treated_clusters
        Units that are treated and counted, and their clusters.
    n_controls
        Units compared with.
    """

    estimate: float
    se: float | None
    low: float | None
    high: float | None
    p_value: float | None
    band_low: float | None
    band_high: float | None
    degrees_of_freedom: float | None
    n_treated: int
    n_treated_clusters: int
    n_controls: int

    def as_record(self) -> dict[str, Any]:
        """Everything by name."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class GroupTimeEffect:
    """Effect on the units first treated in ``group``, at ``time``; ``base`` is the period it is compared with."""

    group: int
    time: int
    base: int
    event_time: int
    phase: Phase
    effect: Effect


@dataclass(frozen=True, slots=True)
class DynamicEffect:
    """Effect at a distance from the start, over the cohorts seen there."""

    event_time: int
    phase: Phase
    effect: Effect


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """Mean effect on the units first treated in ``group``."""

    group: int
    effect: Effect


@dataclass(frozen=True, slots=True)
class PreTrend:
    """Whether treated units moved differently before.

    Attributes
    ----------
    test
        ``wald`` of all effects before, or ``randomisation`` of the largest t among distances before.
    statistic, degrees_of_freedom, p_value, effects
        Of that test; ``degrees_of_freedom`` of the chi-square distribution, ``None`` with randomisation; ``None``
        altogether where it cannot be done.
    reading
        In a plain sentence.
    """

    test: str | None
    statistic: float | None
    degrees_of_freedom: int | None
    p_value: float | None
    effects: int
    reading: str


@dataclass(frozen=True, slots=True)
class FewClusters:
    """Inference about the simple average that does not count on many clusters.

    Attributes
    ----------
    randomisation_p_value, randomisation_low, randomisation_high
        Starts dealt out anew among the clusters, t statistic; ``None`` where it cannot be done.
    wild_p_value, wild_weights
        Wild cluster bootstrap with the null imposed; ``None`` where it cannot be done.
    draws
        How many.
    notes
        What could not be done and why, what to keep in mind.
    """

    randomisation_p_value: float | None
    randomisation_low: float | None
    randomisation_high: float | None
    wild_p_value: float | None
    wild_weights: str | None
    draws: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The simple average without one of the treated clusters, or without one cohort.

    Attributes
    ----------
    what
        ``cluster`` or ``group``.
    n
        How many were left out in turn.
    low, high
        Least and largest average.
    without_low, without_high
        Whose absence gives them.
    """

    what: str
    n: int
    low: float
    high: float
    without_low: str
    without_high: str


@dataclass(frozen=True, slots=True)
class EventStudy:
    """Effects of a treatment that starts at different times.

    Attributes
    ----------
    group_time
        Per cohort and time.
    dynamic, dynamic_overall
        Per distance from the start, and their mean from the start on; ``None`` where no cell counts.
    simple
        Mean over all treated cells, weighted by the size of the cohort.
    group, group_overall
        Per cohort, and their mean weighted by size.
    pre_trend, few_clusters, leave_one_out
        Tests; ``few_clusters`` is ``None`` with many.
    inference
        How standard errors were made.
    n_observations, n_units, n_treated_units, n_clusters, n_treated_clusters
        What took part.
    periods
        Of the panel.
    control, anticipation, effects_from, base, method, cluster, covariates, level, draws, seed
        What was asked, or followed from it.
    not_estimated
        Cells without treated units or without controls, in words.
    set_aside, warnings
        Who was left out; what a reader should know.
    kind, sources
        ``estimated``; the literature.
    """

    group_time: tuple[GroupTimeEffect, ...]
    dynamic: tuple[DynamicEffect, ...]
    dynamic_overall: Effect
    simple: Effect
    group: tuple[GroupEffect, ...]
    group_overall: Effect
    pre_trend: PreTrend
    few_clusters: FewClusters | None
    leave_one_out: tuple[LeftOut, ...]
    inference: str
    n_observations: int
    n_units: int
    n_treated_units: int
    n_clusters: int
    n_treated_clusters: int
    periods: tuple[int, ...]
    control: str
    anticipation: int
    effects_from: str
    base: str
    method: str
    cluster: str | None
    covariates: tuple[str, ...]
    level: float
    draws: int
    seed: int
    not_estimated: tuple[str, ...]
    set_aside: tuple[SetAside, ...]
    warnings: tuple[str, ...]
    kind: str = "estimated"
    sources: tuple[str, ...] = SOURCES

    def as_record(self) -> dict[str, Any]:
        """Everything under the names that are the contract of the JSON."""
        return {
            "group_time": [
                {"group": item.group, "time": item.time, "base": item.base, "event_time": item.event_time,
                 "phase": item.phase, **item.effect.as_record()}
                for item in self.group_time
            ],
            "dynamic": {
                "overall": self.dynamic_overall.as_record(),
                "effects": [
                    {"event_time": item.event_time, "phase": item.phase, **item.effect.as_record()}
                    for item in self.dynamic
                ],
            },
            "simple": self.simple.as_record(),
            "group": {
                "overall": self.group_overall.as_record(),
                "effects": [{"group": item.group, **item.effect.as_record()} for item in self.group],
            },
            "pre_trend": _record(self.pre_trend),
            "few_clusters": None if self.few_clusters is None else _record(self.few_clusters),
            "leave_one_out": [_record(item) for item in self.leave_one_out],
            "inference": self.inference,
            "n_observations": self.n_observations,
            "n_units": self.n_units,
            "n_treated_units": self.n_treated_units,
            "n_clusters": self.n_clusters,
            "n_treated_clusters": self.n_treated_clusters,
            "periods": list(self.periods),
            "control": self.control,
            "anticipation": self.anticipation,
            "effects_from": self.effects_from,
            "base": self.base,
            "method": self.method,
            "cluster": self.cluster,
            "covariates": list(self.covariates),
            "level": self.level,
            "draws": self.draws,
            "seed": self.seed,
            "not_estimated": list(self.not_estimated),
            "set_aside": [_record(item) for item in self.set_aside],
            "warnings": list(self.warnings),
            "kind": self.kind,
            "sources": list(self.sources),
        }  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """One row per effect, for a table: which table it is of, its cohort, time and distance, and its figures."""
        blank = {"group": None, "time": None, "event_time": None, "phase": None}
        lines = [
            {"table": "group_time", "group": item.group, "time": item.time, "event_time": item.event_time,
             "phase": item.phase, **item.effect.as_record()}
            for item in self.group_time
        ]  # fmt: skip
        lines += [
            {"table": "dynamic", **blank, "event_time": item.event_time, "phase": item.phase, **item.effect.as_record()}
            for item in self.dynamic
        ]
        lines += [{"table": "group", **blank, "group": item.group, **item.effect.as_record()} for item in self.group]
        for name, effect in (
            ("dynamic_overall", self.dynamic_overall), ("group_overall", self.group_overall), ("simple", self.simple)
        ):  # fmt: skip
            lines.append({"table": name, **blank, **effect.as_record()})
        return lines


def _record(item: Any) -> dict[str, Any]:  # noqa: ANN401  any of the small classes above
    values = {name: getattr(item, name) for name in item.__slots__}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
