"""The one object a library user holds: a workspace that loads published files and answers questions.

from verband import Workspace
workspace = Workspace("build/example")
workspace.load("data")
workspace.national(2023).amounts_eur["cost_eur"]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from verband.analysis.function_staffing import DRAWS
from verband.analysis.national import NationalTotals, national_totals
from verband.analysis.portrait import Portrait
from verband.domain.arrangement import ArrangementList
from verband.domain.municipality import Municipality, provinces
from verband.domain.size_class import size_class
from verband.errors import BadInputError, UnknownNameError
from verband.warehouse.building import Progress, silent
from verband.workspace.arrangements import gather_arrangements
from verband.workspace.data_folder import DataFolder
from verband.workspace.efficiency import EfficiencyAnswer, gather_efficiency
from verband.workspace.first_answers import (
    DependenceAnswer,
    StaffingAnswer,
    gather_dependence,
    gather_staffing,
)
from verband.workspace.function_staffing import FunctionAnswer, gather_functions
from verband.workspace.naming import Names
from verband.workspace.network import NetworkAnswer, gather_network
from verband.workspace.participation import ParticipationAnswer, gather_participation
from verband.workspace.portrait import Portraits, predecessors
from verband.workspace.scale import SEED, ScaleAnswer, demand_size, gather_scale
from verband.workspace.series import Series, gather_series
from verband.workspace.sharing import TaskSharingAnswer, gather_task_sharing
from verband.workspace.steering_loss import SteeringAnswer, gather_steering_loss

if TYPE_CHECKING:
    from verband.analysis.evidence.result import Evidence
    from verband.workspace.evidence.background import Background


class Workspace(DataFolder):
    """A folder with one warehouse, and the questions that can be asked of it.

    Parameters
    ----------
    folder
        Where the workspace is; by default the environment variable ``VERBAND_WORKSPACE``, else the user's data
        folder.
    """

    def municipalities(self, year: int | None = None) -> tuple[Municipality, ...]:
        """List the municipalities on 1 January of a year (the latest list by default), by code.

        Raises
        ------
        UnknownNameError
            If there is no list of that year.
        """
        with self._open() as warehouse:
            names = Names(warehouse)
            year = names.years[-1] if year is None else year
            names.demand_year(year)
            people = warehouse.table("inhabitants").filter(pl.col("year") == year)
            inhabitants = dict(people.select("code", "inhabitants").iter_rows())
            known = names.lists.filter(pl.col("province_code").is_not_null()).sort("year")
            province = dict(known.select("code", "province_code").iter_rows())
        latest = date(names.years[-1], 1, 1)
        found = []
        for code in names.lists.filter(pl.col("year") == year)["code"].sort():
            number = inhabitants.get(code)
            successor = names.changes.successor(code, latest)
            found.append(
                Municipality(
                    code=code,
                    name=names.name(code),
                    province=provinces().get(province.get(code, "")),
                    inhabitants=number,
                    size_class=size_class(number).code if number is not None else None,
                    predecessors=tuple(
                        item.code for item in predecessors(names, code) if item.effective_date <= date(year, 1, 1)
                    ),
                    successor=None if successor == code else successor,
                )
            )
        return tuple(found)

    def arrangements(self, municipality: str, *, on: date) -> ArrangementList:
        """List the arrangements a municipality takes part in on a day, with source, date and kind of each.

        Parameters
        ----------
        municipality
            Name or code; a dissolved one leads to its successor.
        on
            The day; boundaries are those of 1 January of its year (at most the latest list).

        Raises
        ------
        UnknownNameError
            If no municipality, or more than one, is meant.
        MissingDataError
            If no source of arrangements is loaded.
        """
        with self._open() as warehouse:
            return gather_arrangements(warehouse, municipality, on=on)

    def series(
        self,
        municipality: str,
        task: str,
        *,
        report: str = "accounts",
        boundaries: int | None = None,
        allocate: bool = False,
    ) -> Series:
        """Give the cost of a task over the years, missing years and breaks included.

        Parameters
        ----------
        municipality
            Name or code in the boundaries asked.
        task
            Iv3 task code, a sum (``6.72+6.82``), or a code of a stated year (``6.72@2023``).
        report
            ``accounts`` or ``budget``.
        boundaries
            Sum the predecessors in the boundaries of 1 January of this year; each year's own by default.
        allocate
            Give figures of later years than the boundaries too, divided by inhabitants: assumed.

        Raises
        ------
        UnknownNameError
            If the municipality, the task or the year is unknown.
        """
        _demand_report(report)
        with self._open() as warehouse:
            return gather_series(warehouse, municipality, task, report=report, boundaries=boundaries, allocate=allocate)

    def national(self, year: int, *, report: str = "accounts") -> NationalTotals:
        """Add up the key totals of one year and report over all municipalities that filed it.

        Raises
        ------
        UnknownNameError
            If the data hold no such report.
        """
        _demand_report(report)
        with self._open() as warehouse:
            warehouse.require("key_totals", "municipality_list", "inhabitants")
            status = warehouse.table("report_status")
            years = sorted(status.filter(pl.col("report") == report)["year"].unique().to_list())
            if year not in years:
                span = f"from {years[0]} to {years[-1]}" if years else "of no year"
                raise UnknownNameError(f"there is no {report} of {year}", todo=f"The workspace holds {report} {span}")
            return national_totals(
                warehouse.table("key_totals"),
                status,
                warehouse.table("inhabitants"),
                year=year,
                report=report,
                source=warehouse.source_of("key_totals"),
            )

    def dependence(self, *, year: int | None = None) -> DependenceAnswer:
        """Say which share of the cost runs through arrangements, per size class and municipality (M6, M9).

        Parameters
        ----------
        year
            Year of the accounts, the latest by default; boundaries of that year.

        Raises
        ------
        UnknownNameError
            If the data hold no accounts of that year.
        """
        with self._open() as warehouse:
            return gather_dependence(warehouse, year=year)

    def participation(self, municipality: str | None = None, *, on: date) -> ParticipationAnswer:
        """Count the arrangements that municipalities take part in on a day, compulsory and voluntary apart (M9, M6).

        Parameters
        ----------
        municipality
            Name or code of one, with the groups that it is in; all by default.
        on
            The day; boundaries are those of 1 January of its year (at most the latest list).

        Raises
        ------
        UnknownNameError
            If no municipality, or more than one, is meant, or there is no list of the year.
        MissingDataError
            If no source of arrangements or no inhabitants are loaded.
        """
        with self._open() as warehouse:
            return gather_participation(warehouse, municipality, on=on)

    def network(self, municipality: str | None = None, *, on: date, progress: Progress = silent) -> NetworkAnswer:
        """Say where municipalities stand in the network of arrangements on a day (M11).

        Parameters
        ----------
        municipality
            Name or code of one, beside the others; all by default.
        on
            The day; boundaries are those of 1 January of its year (at most the latest list).
        progress
            Told municipalities whose arrangements are known, of all.

        Raises
        ------
        UnknownNameError
            If no municipality, or more than one, is meant, or there is no list of the year.
        MissingDataError
            If no source of arrangements or no inhabitants are loaded.
        """
        with self._open() as warehouse:
            return gather_network(warehouse, municipality, on=on, progress=progress)

    def staffing(self, *, year: int | None = None) -> StaffingAnswer:
        """Say what own and hired staff cost, per size class and municipality (M4); outsourced organisations apart.

        Parameters
        ----------
        year
            Year of the accounts, the latest by default; boundaries of that year.

        Raises
        ------
        UnknownNameError
            If the data hold no accounts of that year.
        """
        with self._open() as warehouse:
            return gather_staffing(warehouse, year=year)

    def functions(
        self,
        municipality: str,
        *,
        partners: Sequence[str] = (),
        year: int | None = None,
        report: str = "accounts",
        seed: int = SEED,
        draws: int = DRAWS,
    ) -> FunctionAnswer:
        """Estimate how many functions rest on one, and on two, people, from own pay per task (M4, M5).

        A model result on assumed sizes of functions, alone and pooled with partners.

        Parameters
        ----------
        municipality
            Name or code; a dissolved one leads to its successor.
        partners
            Names or codes of those to pool with; a text may hold several between commas.
        year, report
            Year of the ``accounts`` or ``budget``, the latest by default; boundaries of 1 January of that year.
        seed, draws
            Of the draws from the assumed ranges; the same call gives the same answer.

        Raises
        ------
        UnknownNameError
            If no municipality, or more than one, is meant, or there is no own pay of that year.
        BadInputError
            If a municipality is named twice.
        MissingDataError
            If no own pay per task is loaded, one of them filed none, or no pay per full-time equivalent is stated.
        """
        _demand_report(report)
        with self._open() as warehouse:
            return gather_functions(
                warehouse, municipality, partners=partners, year=year, report=report, seed=seed, draws=draws
            )

    def scale(
        self,
        task: str | None = None,
        *,
        at_inhabitants: float | None = None,
        seed: int = SEED,
        progress: Progress = silent,
    ) -> ScaleAnswer:
        """Estimate how the cost of a task goes with the number of inhabitants (M1); of all tasks by default.

        The answer on all tasks is kept in the workspace until other data are loaded.

        Parameters
        ----------
        task
            Iv3 code or words of its title.
        at_inhabitants
            Where to take the elasticity; the geometric mean by default.
        seed
            For the bootstrap of the cheapest scale; the same seed gives the same answer.
        progress
            Called before each task.

        Raises
        ------
        UnknownNameError
            If there is no such task.
        BadInputError
            If ``at_inhabitants`` is beyond what a municipality can be.
        """
        demand_size(at_inhabitants)
        with self._open() as warehouse:
            return gather_scale(
                warehouse, self.folder, task, at_inhabitants=at_inhabitants, seed=seed, progress=progress
            )

    def efficiency(
        self,
        task: str,
        *,
        year: int | None = None,
        method: str = "dea",
        seed: int = SEED,
        progress: Progress = silent,
    ) -> EfficiencyAnswer:
        """Compare the cost of a task with the least cost of the same volumes (M1, M8): no saving that can be had.

        Parameters
        ----------
        task
            Iv3 code or words of its title.
        year
            Year of the accounts, the latest by default.
        method
            ``dea`` (envelopment of one year) or ``sfa`` (stochastic cost frontier on all years).
        seed
            For the bootstrap of envelopment; the same seed gives the same answer.
        progress
            Called during the bootstrap.

        Raises
        ------
        UnknownNameError
            If there is no such task, or no accounts of that year.
        BadInputError
            If the task is financial, or there is no such method.
        MissingDataError
            If the workspace lacks the tables or the volumes, or there are too few municipalities.
        """
        with self._open() as warehouse:
            return gather_efficiency(warehouse, task, year=year, method=method, seed=seed, progress=progress)

    def share_task(
        self,
        task: str,
        members: Sequence[str],
        *,
        methods: Sequence[str] | str = "all",
        round_to: float | None = None,
        seed: int = SEED,
        progress: Progress = silent,
    ) -> TaskSharingAnswer:
        """Share the cost of a task between named municipalities by keys, and say who would gain by leaving (M13).

        Parameters
        ----------
        task
            Iv3 code, words of its title, or a sum of codes.
        members
            Names or codes, 2 to 20.
        methods
            Keys of :data:`verband.analysis.sharing.KEYS`, or ``"all"``.
        round_to
            Give shares in whole multiples of this too.
        seed
            Of the draws; the same seed gives the same answer.
        progress
            Called with draws done and their number.

        Raises
        ------
        UnknownNameError
            If a task, a municipality or a key is unknown.
        BadInputError
            If fewer than 2 or more than 20 members are named, or one twice.
        MissingDataError
            If the workspace lacks the tables, or the cost at these sizes cannot be told.
        """
        with self._open() as warehouse:
            return gather_task_sharing(
                warehouse, task, members, methods=methods, round_to=round_to, seed=seed, progress=progress
            )

    def evidence(
        self,
        mechanisms: Sequence[str] = (),
        *,
        workers: int = 1,
        seed: int = SEED,
        fresh: bool = False,
        progress: Progress = silent,
    ) -> tuple[Evidence, ...]:
        """Say per mechanism M1 to M16 what the loaded data show, by rules that were stated beforehand.

        Parameters
        ----------
        mechanisms
            ``M1`` to ``M16``; all by default.
        workers
            Processes; the answer is the same for any number. Inside ``joblib.parallel_config(backend=...)`` that
            backend does the work.
        seed
            Of all draws; the same seed gives the same answer.
        fresh
            Compute anew what is kept in the workspace.
        progress
            Called with mechanisms done, their number, and what is next.

        Raises
        ------
        UnknownNameError
            If there is no such mechanism.
        MissingDataError
            If the workspace lacks the lists, inhabitants or key totals.
        """
        from verband.workspace.evidence.gathering import gather_evidence  # noqa: PLC0415  all mechanisms: only here

        with self._open() as warehouse:
            return gather_evidence(
                warehouse, self.folder, mechanisms, workers=workers, seed=seed, fresh=fresh, progress=progress
            )

    def evidence_background(self) -> Background:
        """Names of municipalities and the loaded files, for a page that tells :meth:`evidence`.

        Raises
        ------
        MissingDataError
            If the workspace lacks the lists of municipalities.
        """
        from verband.workspace.evidence.background import gather_background  # noqa: PLC0415  only for pages

        with self._open() as warehouse:
            return gather_background(warehouse)

    def steering_loss(self) -> SteeringAnswer:
        """Say whether cost, or its growth, rises with the share that runs through arrangements (M8).

        Raises
        ------
        MissingDataError
            If the workspace lacks the lists, inhabitants or key totals.
        """
        with self._open() as warehouse:
            return gather_steering_loss(warehouse)

    def portrait(self, municipality: str, *, on: date) -> Portrait:
        """Gather all facts about one municipality that a dossier shows; parts without data are ``None`` and named.

        Raises
        ------
        UnknownNameError
            If no municipality, or more than one, is meant.
        MissingDataError
            If the workspace lacks the lists, inhabitants or key totals.
        """
        with self.open_portraits(on=on) as found:
            return found.of(municipality)

    def portraits(self, municipalities: Iterable[str] | None = None, *, on: date) -> Iterator[Portrait]:
        """Gather the portraits of many municipalities (all of the latest list, by code, by default), one at a time.

        The tables are read once; the warehouse stays open until the last portrait, or until the iterator is closed.

        Raises
        ------
        UnknownNameError, MissingDataError
            As :meth:`portrait`, when the portrait is reached.
        """
        with self.open_portraits(on=on) as found:
            for municipality in found.codes if municipalities is None else municipalities:
                yield found.of(municipality)

    @contextmanager
    def open_portraits(self, *, on: date) -> Iterator[Portraits]:
        """Open the workspace to gather portraits in any order, for the length of a ``with`` block.

        Raises
        ------
        MissingDataError
            If the workspace lacks the lists, inhabitants or key totals.
        """
        with self._open() as warehouse:
            yield Portraits(warehouse, on=on)


def _demand_report(report: str) -> None:
    if report not in ("accounts", "budget"):
        raise BadInputError(f"there is no report {report!r}", todo="Ask accounts or budget")
