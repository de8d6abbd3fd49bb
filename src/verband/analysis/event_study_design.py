"""The comparisons of an event study: which cells there are, who is in them, what could not be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from verband.analysis.event_study_answer import LeftOut, Phase
from verband.analysis.event_study_errors import FEW, Clustering
from verband.analysis.event_study_library import library_effects
from verband.analysis.event_study_question import EventStudyQuestion, Given, SetAside
from verband.analysis.own_columns import Places
from verband.errors import BadInputError
from verband.numerics.group_time import (
    Cells,
    CollinearCovariatesError,
    Method,
    Panel,
    SeparatedError,
    average,
    cell_plan,
    estimate_cells,
)
from verband.numerics.group_time.cells import NEVER, Planned

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
EVENTS_PER_COVARIATE = 10
"""Treated units per covariate below which a chance of treatment is not estimated (Peduzzi and others, 1996)."""
_MOST_LEFT_OUT = 200


@dataclass(frozen=True, slots=True)
class Design:
    """Cells with what they are.

    Attributes
    ----------
    panel
        Units that take part; periods from 1 on, cohorts at the first period that counts as treated.
    cells
        Estimated.
    plan
        Of each of the cells.
    clustering
        Of the units.
    event_time, phase
        Per cell, as the reader counts.
    counted, early
        Cells in averages of effects, and cells before anticipation; shape (m,).
    method, anticipation
        Used in the estimate.
    offset, shift
        Added to a period, and to a cohort, to get the reader's.
    not_estimated, set_aside, warnings
        In words.
    """

    panel: Panel
    cells: Cells
    plan: tuple[Planned, ...]
    clustering: Clustering
    event_time: Whole
    phase: tuple[Phase, ...]
    counted: Flags
    early: Flags
    method: Method
    anticipation: int
    offset: int
    shift: int
    not_estimated: tuple[str, ...]
    set_aside: tuple[SetAside, ...]
    warnings: tuple[str, ...]

    @property
    def base_of(self) -> Whole:
        """Base period per cell."""
        return self.panel.periods[[item.base for item in self.plan]]

    def plan_of(self, chosen: Flags) -> tuple[Planned, ...]:
        """The plan of some of the cells."""
        return tuple(self.plan[place] for place in np.flatnonzero(chosen))

    def label(self, value: int | np.int64, *, cohort: bool = False) -> int:
        """A period or cohort as the reader counts."""
        return int(value) + self.offset + (self.shift if cohort else 0)


def design_of(question: EventStudyQuestion, own: Given, places: Places) -> Design:
    """Estimate every cell.

    Parameters
    ----------
    question, own
        What is asked, of which panel.
    places
        Where the rows stand.

    Raises
    ------
    BadInputError
        If nothing can be compared, or the covariates allow no estimate.
    """
    shift = question.anticipation if question.effects_from == "anticipation" else 0
    offset = min(0, int(own.panel.periods[0]) - 1)
    cohort = np.where(own.panel.cohort == NEVER, NEVER, own.panel.cohort - shift - offset)
    panel = replace(own.panel, periods=own.panel.periods - offset, cohort=cohort)
    anticipation = question.anticipation - shift
    groups = sorted({int(value) for value in cohort} - {NEVER})
    plan = cell_plan(panel.periods, groups, anticipation=anticipation, base=question.base)
    warnings: list[str] = []
    method, few = _method(question, own, cohort, warnings)
    try:
        cells = estimate_cells(panel, plan, control=question.control, anticipation=anticipation, method=method)
    except (SeparatedError, CollinearCovariatesError) as refusal:
        raise _refused(refusal, question, places, own.rows) from refusal
    kept = {(int(group), int(time)) for group, time in zip(cells.group, cells.time, strict=True)}
    estimated = tuple(item for item in plan if (item.group, int(panel.periods[item.time])) in kept)
    missed = _missed(panel, [item for item in plan if item not in estimated], offset, shift)
    event_time = cells.time - cells.group - shift
    counted = event_time >= (-question.anticipation if shift else 0)
    if not counted.any():
        raise _nothing(question, places, own.rows, missed)
    if method == "regression" or not question.covariates:
        effects = library_effects(panel, cells, control=question.control, anticipation=anticipation, base=question.base)
        cells = replace(cells, effect=effects)
    inside = (cells.treated | cells.controls).any(axis=0)
    aside = tuple(
        SetAside(
            own.units[at],
            "never seen in both periods of a comparison"
            + (f" (treated from {own.panel.cohort[at]} on)" if cohort[at] != NEVER else ""),
        )
        for at in np.flatnonzero(~inside)
    )
    after = cells.treated[counted].any(axis=0)
    if len(lost := np.flatnonzero((cohort != NEVER) & inside & ~after)):
        shown = ", ".join(own.units[at] for at in lost[:5]) + (", ..." if len(lost) > 5 else "")
        warnings.append(
            f"{len(lost)} treated {'unit is' if len(lost) == 1 else 'units are'} not seen both in the base period and "
            f"from the start on, and only counted before: {shown}."
        )
    used, number = np.unique(own.cluster[inside], return_inverse=True)
    n_treated = len(np.unique(own.cluster[after]))
    few = few or len(used) < FEW or n_treated < FEW
    if few:
        warnings.insert(
            0,
            f"There are few clusters ({len(used)}, of which {n_treated} with treated units): errors are made for that, "
            "and the simple average is tested by randomisation too.",
        )
    return Design(
        panel=Panel(panel.outcome[inside], panel.periods, cohort[inside], panel.covariates[inside]),
        cells=replace(
            cells,
            influence=cells.influence[:, inside],
            treated=cells.treated[:, inside],
            controls=cells.controls[:, inside],
        ),
        plan=estimated,
        clustering=Clustering(number.astype(np.int64), len(used), question.cluster is not None, few),
        event_time=event_time,
        phase=tuple(_phase(question, int(value)) for value in event_time),
        counted=counted,
        early=event_time < -question.anticipation,
        method=method,
        anticipation=anticipation,
        offset=offset,
        shift=shift,
        not_estimated=missed,
        set_aside=aside,
        warnings=tuple(warnings),
    )


def left_out(question: EventStudyQuestion, design: Design, own: Given) -> tuple[LeftOut, ...]:
    """The simple average without each treated cluster in turn, and without each cohort.

    Parameters
    ----------
    question, design, own
        What was asked, its comparisons, and the names.
    """
    panel, plan = design.panel, design.plan_of(design.counted)
    treated = design.cells.treated[design.counted].any(axis=0)
    inside = set(own.units) - {item.unit for item in design.set_aside}
    names = np.array([own.clusters[at] for unit, at in zip(own.units, own.cluster, strict=True) if unit in inside])
    clusters, groups = np.unique(names[treated]), np.unique(panel.cohort[treated])
    turns: list[tuple[str, Sequence[tuple[str, Flags]]]] = []
    if 1 < len(clusters) <= _MOST_LEFT_OUT:
        turns.append(("cluster", [(str(name), names != name) for name in clusters]))
    if len(groups) > 1:
        turns.append(("group", [(str(design.label(value, cohort=True)), panel.cohort != value) for value in groups]))
    found = []
    for what, turn in turns:
        estimates = {}
        for name, keep in turn:
            part = Panel(panel.outcome[keep], panel.periods, panel.cohort[keep], panel.covariates[keep])
            try:
                cells = estimate_cells(
                    part, plan, control=question.control, anticipation=design.anticipation, method=design.method
                )
            except (SeparatedError, CollinearCovariatesError):
                continue
            if len(cells.effect):
                every = np.ones(len(cells.effect), dtype=np.bool_)
                estimates[name] = average(cells, every, part.cohort).estimate
        if estimates:
            low, high = min(estimates, key=estimates.__getitem__), max(estimates, key=estimates.__getitem__)
            found.append(LeftOut(what, len(estimates), estimates[low], estimates[high], low, high))
    return tuple(found)


def _phase(question: EventStudyQuestion, event_time: int) -> Phase:
    if event_time >= 0:
        return "after"
    return "anticipated" if event_time >= -question.anticipation else "before"


def _method(question: EventStudyQuestion, own: Given, cohort: Whole, warnings: list[str]) -> tuple[Method, bool]:
    """How covariates are used, and whether clusters are few."""
    treated = cohort != NEVER
    n_treated = len(np.unique(own.cluster[treated]))
    few = len(own.clusters) < FEW or n_treated < FEW
    if question.method is not None or not question.covariates:
        return question.method or "regression", few
    least = min(int((cohort == value).sum()) for value in np.unique(cohort[treated]))
    if few or least < EVENTS_PER_COVARIATE * len(question.covariates):
        why = "few clusters" if few else f"a cohort of {least} units for {len(question.covariates)} covariates"
        warnings.append(
            f"Covariates are used by outcome regression, since a chance of treatment cannot be trusted with {why}."
        )
        return "regression", few
    return "doubly-robust", few


def _missed(panel: Panel, plan: Sequence[Planned], offset: int, shift: int) -> tuple[str, ...]:
    """Cells without treated units or without controls, per cohort and reason."""
    seen = np.isfinite(panel.outcome)
    reasons: dict[tuple[int, str], list[int]] = {}
    for item in plan:
        both = seen[:, item.time] & seen[:, item.base]
        nobody = not (both & (panel.cohort == item.group)).any()
        why = "no treated unit is seen then and in the base period" if nobody else "there is nobody to compare with"
        reasons.setdefault((item.group, why), []).append(int(panel.periods[item.time]) + offset)
    return tuple(
        f"{group + offset + shift} in {', '.join(map(str, times))}: {why}" for (group, why), times in reasons.items()
    )


def _nothing(question: EventStudyQuestion, places: Places, rows: int, missed: Sequence[str]) -> BadInputError:
    gone = question.effects_from == "start" and question.anticipation
    return BadInputError(
        "no effect can be estimated: " + ("; ".join(missed) or "no period lies from a start on"),
        where=places.all(rows, question.start),
        todo="If units vanish at the start, count effects from the first anticipated period on: "
        "--effects-from anticipation"
        if gone
        else "Check the starts; where units vanish at the start, give the first period in which an effect is expected",
    )


def _refused(
    refusal: SeparatedError | CollinearCovariatesError, question: EventStudyQuestion, places: Places, rows: int
) -> BadInputError:
    named = ", ".join(question.covariates)
    if isinstance(refusal, SeparatedError):
        return BadInputError(
            f"{named} tell treated units from the others without error, so nobody is comparable",
            where=places.all(rows),
            todo="Name fewer covariates, or use outcome regression: --method regression",
        )
    return BadInputError(
        f"among the units compared with, the effects of {named} cannot be told apart",
        where=places.all(rows),
        todo="Leave out a covariate that is constant or follows from the others",
    )
