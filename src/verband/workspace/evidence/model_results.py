"""Gathering what the model results need: own pay per task (M5), and known memberships with cost functions (M13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import polars as pl

from verband.analysis.evidence.one_person_functions import one_person_functions
from verband.analysis.evidence.own_interests import own_interests
from verband.analysis.evidence.partnership_games import (
    COMPULSORY,
    FEWEST_MEMBERS,
    MOST_MEMBERS,
    NO_MUNICIPALITY,
    NO_TASKS,
    Partnership,
    TaskTable,
)
from verband.analysis.evidence.result import Findings, SetAside
from verband.analysis.scale import LeftOut
from verband.domain.arrangement import Arrangement
from verband.domain.staff_pay import pay_per_fte
from verband.errors import MissingDataError
from verband.workspace.arrangements import SOURCE_TABLES, Arrangements
from verband.workspace.evidence.staff_and_keys import keys_in_use, staff_lists
from verband.workspace.evidence.tables import EvidenceTables
from verband.workspace.function_staffing import every_own_pay
from verband.workspace.scale import gather_models


def own_pay_year(tables: EvidenceTables) -> int | None:
    """Newest accounts with own pay per task for which pay per full-time equivalent is stated; ``None`` for none."""
    held = tables.warehouse.query("own_pay_reports").filter(pl.col("report") == tables.facts.report)
    for year in held["year"].sort(descending=True):
        try:
            pay_per_fte(year)
        except MissingDataError:
            continue
        return int(year)
    return None


def _demanded_pay_year(tables: EvidenceTables) -> int:
    tables.warehouse.require("task_accounts")
    year = own_pay_year(tables)
    if year is None:
        raise MissingDataError(
            "the workspace holds no own pay per task of a year for which pay per full-time equivalent is stated",
            todo="Load the task accounts of 2023",
        )
    return year


def own_pay_source(tables: EvidenceTables, year: int) -> str:
    """The files of own pay per task of a year."""
    return tables.warehouse.source_of("task_accounts", scope=f"{year} {tables.facts.report}")


def prepare_one_person_functions(tables: EvidenceTables, seed: int = 1) -> partial[Findings]:
    """M5 with its tables: staff lists decide, own pay per task is for the model beside them; either may be missing."""
    lists = staff_lists(tables)
    sources = tables.sources("own_staff")
    try:
        year = _demanded_pay_year(tables)
    except MissingDataError as error:
        why = f"{error.what}. {error.todo}" if error.todo else error.what
        return partial(one_person_functions, (), year=0, sources=sources, lists=lists, no_pay=why)
    members = every_own_pay(tables.warehouse, year=year, report=tables.facts.report)
    known = {item.code for item in members}
    return partial(
        one_person_functions,
        members,
        year=year,
        without_pay=tuple(code for code in tables.names.listed(year) if code not in known),
        sources=(*sources, own_pay_source(tables, year)),
        seed=seed,
        lists=lists,
    )


def prepare_own_interests(tables: EvidenceTables, seed: int = 1) -> partial[Findings]:
    """M13 with its tables: arrangements of three to eight municipalities with tasks whose cost can be told.

    Raises
    ------
    MissingDataError
        If no source of arrangements, no cost per task or no volumes of the grant are loaded.
    """
    memberships, set_aside = known_partnerships(tables)
    found, models = tables.scale_rows, gather_models(tables.warehouse, tables.folder, facts=tables.facts)
    # As `verband share --task` asks: where differences between sizes cannot be told there is no game.
    told = {item.task: item for item in models.tasks if not item.misfit and item.apart not in ("hosted", "bookkeeping")}
    partnerships, needed = [], set()
    for item in memberships:
        tasks = tuple(task for task in told if set(task.split("+")) <= set(item.tasks))
        if not tasks:
            reason = f"{item.name}: what {', '.join(item.tasks)} costs at another size cannot be told"
            set_aside.append(SetAside(item.arrangement_id, reason))
            continue
        needed |= set(tasks)
        partnerships.append(replace(item, tasks=tasks))
    costs = {}
    for task in sorted(needed):
        asked = next(item for item in found.all_asked if item.code == task)
        rows = found.rows(asked)
        if isinstance(rows, LeftOut):
            raise MissingDataError(f"the cost of {task} cannot be modelled: {rows.reason}")
        known = rows.rows.filter(pl.col("inhabitants") > 0, pl.col("cost_keur") > 0).drop_nulls(list(rows.names))
        latest = rows.everything.filter(pl.col("year") == known["year"].max())
        costs[task] = TaskTable(known, latest, rows.names)
    sources = tables.sources(*SOURCE_TABLES, "cost_per_task", "grant_volumes")
    return partial(
        own_interests,
        costs,
        tuple(partnerships),
        set_aside=tuple(set_aside),
        sources=sources,
        seed=seed,
        own=keys_in_use(tables, partnerships),
        codes=tuple(tables.names.listed(tables.facts.boundaries)),
    )


def known_partnerships(tables: EvidenceTables) -> tuple[list[Partnership], list[SetAside]]:
    """Arrangements whose partners are three to eight municipalities, with tasks; and those left out, with the reason.

    In the boundaries of the latest list: old lists are carried through the genealogy. Those with more or fewer
    partners are not named, for they are no partnership of this kind.

    Raises
    ------
    MissingDataError
        If no source of arrangements is loaded.
    """
    year = tables.facts.boundaries
    arrangements = Arrangements(tables.warehouse, tables.names, on=date(year, 1, 1))
    each: dict[str, Arrangement] = {}
    for code in tables.names.listed(year):
        for item in arrangements.of(code).items:
            each.setdefault(item.arrangement_id, item)
    found, set_aside = [], []
    for identifier, item in sorted(each.items()):
        members = tuple(sorted({part.code for part in item.participants if part.code is not None}))
        if not FEWEST_MEMBERS <= len(members) <= MOST_MEMBERS:
            continue
        reason = None
        if any(part.code is None for part in item.participants):
            reason = NO_MUNICIPALITY
        elif item.status == "compulsory":
            reason = COMPULSORY
        elif not item.tasks:
            reason = NO_TASKS
        if reason:
            set_aside.append(SetAside(identifier, f"{item.name}: {reason}"))
        else:
            names = tuple(tables.names.name(code) for code in members)
            listed = item.participants_as_of.year if item.participants_as_of else None
            found.append(Partnership(identifier, item.name, members, names, item.tasks, listed))
    return found, set_aside
