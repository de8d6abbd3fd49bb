"""An invented municipality, Vlierbeek, with figures that are easy to check by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl

from verband.analysis.comparison_group import Features, comparison_group
from verband.analysis.dependence import Dependence
from verband.analysis.finances import BalanceSheet, Ratio
from verband.analysis.portrait import (
    CostFacts,
    DependenceFacts,
    FinanceFacts,
    FunctionStaff,
    Identity,
    Indicator,
    Lead,
    Portrait,
    Predecessor,
    Provenance,
    StaffFacts,
)
from verband.analysis.scale import MAINLY_ARRANGEMENTS, WITH_ZEROS, LeftOut, Scale, Variant
from verband.analysis.scale_models import ScaleModels
from verband.analysis.spread import Spread, spread
from verband.analysis.staffing import Staffing
from verband.analysis.task_costs import TaskCost
from verband.domain.arrangement import Arrangement, ArrangementList, Deadline, Participant

CODE = "GM9901"
ON = date(2026, 3, 1)
ALIKE = {f"GM99{number:02}": 100.0 * number for number in range(2, 14)}


def arrangement(name="Veiligheidsregio Verzonnen", **changes):
    base = Arrangement(
        arrangement_id="een",
        name=name,
        form="public_body",
        status="compulsory",
        status_kind="derived",
        basis="Wet veiligheidsregio's art. 8-10",
        tasks=("1.1",),
        tasks_kind="derived",
        participants=(Participant(CODE, "Vlierbeek", None, None), Participant("GM9902", "Elders", None, None)),
        participants_as_of=date(2016, 1, 1),
        share=None,
        votes=None,
        total_votes=None,
        contribution_eur=None,
        contribution_year=None,
        key=None,
        entry=None,
        exit=None,
        exit_clause=None,
        deadlines=(),
        origin="list",
        source="lijst.csv",
        as_of=date(2016, 1, 1),
        kind="measured",
        note=None,
    )
    return replace(base, **changes)


def own_arrangement():
    return arrangement(
        "Sociale <Dienst> & Werk Verzonnen met een lange naam",
        arrangement_id="twee",
        status="voluntary",
        status_kind="measured",
        basis=None,
        tasks=("6.3", "6.5"),
        tasks_kind="measured",
        share=0.125,
        votes=3.0,
        total_votes=40.0,
        contribution_eur=1234567.0,
        contribution_year=2026,
        key="per inwoner",
        exit_clause="opzegtermijn van twee jaar",
        deadlines=(Deadline("ontwerpbegroting 2027", date(2026, 4, 1), date(2026, 6, 24)),),
        origin="own",
        as_of=date(2026, 1, 1),
    )


def _dependence(year, share, per_head, *, doubt=False):
    doubtful = (CODE,) if share == 0 or doubt else ()
    return Dependence("x", year, "accounts", 1, int(share is not None), 1, share, per_head, (), doubtful)


def _in_doubt(whole, name):
    """With newest accounts of a name that book a little, but too little to be all."""
    own = (_dependence(2023, 0.1, 300.0), _dependence(2024, 0.005, 12.3, doubt=True))
    return replace(whole, dependence=replace(whole.dependence, own=own, doubts=((2024, (name,)),)))


def _task(task, title, cost, per_head):
    group = spread(per_head, ALIKE)
    return TaskCost(task, title, cost, group, group)


def _tasks():
    return (
        _task("0.4", "Overhead", 8_000_000.0, 400.0),
        _task("7.3", "Afval", 2_000_000.0, 100.0),
        _task("0.8", "Overige baten en lasten", -100_000.0, -4.9),
        _task("7.5", "Begraafplaatsen en crematoria", None, None),
    )


def _scale(task, **changes):
    base = Scale(
        task=task,
        at_inhabitants=30_000.0,
        elasticity=0.7,
        standard_error=0.05,
        low=0.6,
        high=0.8,
        level=0.95,
        without_drivers=0.75,
        cheapest_scale=None,
        cheapest_low=None,
        cheapest_high=None,
        n_observations=80,
        n_municipalities=40,
        years=(2023, 2024),
        verdict="economies",
        drivers=(),
        flags=(),
        variants=(),
    )
    return replace(base, **changes)


def _expected(task, code, cost, change=(None, None, None), factor=None):
    expected = (None,) * 5 if factor is None else (90.0, 80.0, 101.0, 70.0, 110.0)
    usual = ("usual_low_eur", "usual_high_eur")
    names = ("task", "code", "inhabitants", "cost_eur", "expected_eur", "low_eur", "high_eur", *usual, "factor")
    values = (task, code, 20_123.0, cost, *expected, factor, *change)
    return dict(zip((*names, "change", "change_low", "change_high"), values, strict=True))


def scale_models():
    """Overhead falls with size, waste does not; three stand apart, youth care is too unlike, harbours unspent."""
    zeros = Variant(WITH_ZEROS, 1.1, 0.9, 1.3, 90)
    tasks = (
        _scale("0.4"),
        _scale("1.1", flags=(f"{MAINLY_ARRANGEMENTS}: 60% of the cost",), apart="arrangements"),
        _scale("6.81", verdict="inconclusive", apart="hosted"),
        _scale("6.82", verdict="inconclusive", apart="bookkeeping"),
        _scale("2.3", variants=(zeros,)),
        _scale("6.72", elasticity=1.1, low=0.9, high=1.3, verdict="inconclusive"),
        _scale("7.3", elasticity=1.0, low=0.9, high=1.1, verdict="inconclusive"),
    )
    own = (
        _expected("0.4", CODE, 400.0, (-0.18, -0.24, -0.12), 2.0),
        _expected("1.1", CODE, 80.0, (-0.1, -0.2, -0.01), 2.0),
        _expected("2.3", CODE, None, (-0.1, -0.2, -0.01), 2.0),
        _expected("6.72", CODE, 70.0),
        _expected("6.81", CODE, 60.0, (0.5, 0.2, 0.8), 2.0),
        _expected("6.82", CODE, 50.0, (0.5, 0.2, 0.8), 2.0),
        _expected("7.3", CODE, 100.0, (0.01, -0.05, 0.07), 2.0),
    )
    others = [
        {**_expected(item.task, f"GM97{number:02}", 50.0 + 5 * number), "inhabitants": 3_000.0 * (number + 1)}
        for item in tasks
        for number in range(25)
    ]
    curve = [
        {"task": item.task, "inhabitants": size, "expected_eur": 95.0, "low_eur": 85.0, "high_eur": 106.0}
        for item in tasks
        for size in (5_000.0, 20_000.0, 80_000.0)
    ]
    left_out = (LeftOut("0.5", "mainly financial"),)
    return ScaleModels(2024, tasks, left_out, pl.DataFrame(curve), pl.DataFrame([*own, *others]))


def portrait(**changes):
    features = tuple(
        Features(code, f"Plaats {code[-2:]}", 10_000 + 1_000 * index, 250.0 + index, 2_000.0 + 10 * index)
        for index, code in enumerate([CODE, *ALIKE, *(f"GM98{number:02}" for number in range(10, 30))])
    )
    group = comparison_group(CODE, features)
    group = replace(group, alike=tuple(replace(item, distance=item.distance / 10) for item in group.alike))
    class_spread = spread(0.2, {code: value / 10_000 for code, value in ALIKE.items()})
    base = Portrait(
        identity=Identity(
            CODE,
            "Vlierbeek",
            "",
            2026,
            20_123,
            (Predecessor("GM9902", "Oud Vlierbeek", 0.4, date(2021, 1, 1)),),
            ("Plaats 02", "Plaats 03"),
        ),
        group=group,
        arrangements=ArrangementList(
            CODE,
            "Vlierbeek",
            ON,
            (arrangement(), own_arrangement()),
            ((arrangement("Oude regeling", exit=date(2020, 1, 1)), "left on 2020-01-01 (lijst.csv)"),),
        ),
        dependence=DependenceFacts(
            year=2024,
            compared_in=2024,
            boundaries=2026,
            own=(
                _dependence(2021, 0.18, 480.0),
                _dependence(2022, None, None),
                _dependence(2023, 0.19, 500.0),
                _dependence(2024, 0.2, 520.4),
            ),
            in_class=(),
            by_size=(Dependence("10000-20000", 2024, "accounts", 2, 2, 2, 0.15, 400.0, ()),),
            class_spread=tuple((year, class_spread) for year in (2021, 2022, 2023, 2024)),
            alike=class_spread,
            alike_eur_per_inhabitant=spread(520.4, ALIKE),
            paid_eur=((2021, 9_600_000.0), (2022, None), (2023, 10_000_000.0), (2024, 10_472_000.0)),
            gaps=((2022, ("Vlierbeek",)),),
            doubts=((2021, ("Oud Vlierbeek",)),),
            size_spread=(("10000-20000", class_spread),),
        ),
        costs=CostFacts(
            2024, TaskCost("total", "Totaal", 60_000_000.0, spread(3_000.0, ALIKE), spread(3_000.0, ALIKE)), _tasks()
        ),
        staff=StaffFacts(
            year=2024,
            own=Staffing(CODE, 600.0, 100.0, 1 / 7, outsourced=False),
            alike=spread(1 / 7, {code: value / 10_000 for code, value in ALIKE.items()}),
            in_class=spread(1 / 7, {code: value / 10_000 for code, value in ALIKE.items()}),
            everyone=tuple((code, value / 10_000) for code, value in ALIKE.items()),
            outsourced=("Plaats 20",),
        ),
        finances=FinanceFacts(
            accounts=(
                Ratio("solvency_ratio", 0.4, 2024, "accounts", 2026, "measured", "neutral"),
                Ratio("structural_operating_margin", 0.01, 2024, "accounts", 2026, "measured", "favourable"),
                Ratio("tax_capacity", None, 2024, "accounts", 2026, "measured", None),
            ),
            budget=(Ratio("solvency_ratio", 0.38, 2026, "budget", 2026, "derived", "neutral"),),
            balance=(
                BalanceSheet(2022, 20e6, 50e6),
                BalanceSheet(2023, None, None),
                BalanceSheet(2024, 22e6, 55e6),
            ),
        ),
        provenance=tuple(
            Provenance(table, table, (f"{table}.csv",), "CBS", "CC BY 4.0", ("1 row <odd>",), 1)
            for table in ("inhabitants", "key_totals", "cost_per_task", "arrangement_participants", "own_arrangements")
        ),
        lacking=("register_participants",),
        snapshot="0123456789abcdef",
        loaded=datetime(2026, 2, 1, tzinfo=UTC),
        fictional=True,
        led_from=None,
        on=ON,
        features=features,
        scale=scale_models().of(CODE),
        indicators=(Indicator("Veiligheidsregio Verzonnen", "opkomsttijd", "minuten", "lower", 2025, 8.0, 7.5),),
        functions=(
            FunctionStaff("jurist", 1, 0, date(2025, 12, 31)),
            FunctionStaff("consulent", 4, None, date(2025, 12, 31)),
        ),
    )
    return replace(base, **changes)


EMPTY_SPREAD = Spread(None, None, None, None, 0, (), None)


def bare():
    """A portrait of which nearly everything is missing."""
    return portrait(
        identity=Identity(CODE, "Vlierbeek", "", 2026, None, (), ()),
        group=None,
        arrangements=None,
        dependence=None,
        costs=None,
        staff=None,
        finances=FinanceFacts((), (), ()),
        provenance=(),
        lacking=("arrangement_participants", "neighbours", "boundary_changes"),
        features=(),
        indicators=(),
        functions=(),
        scale=None,
    )


def _only(*tasks):
    """Scale with these tasks only."""
    found = scale_models().of(CODE)
    return replace(found, tasks=tuple(item for item in found.tasks if item.scale.task in tasks))


def variants():
    """Portraits that differ in what is known, by name."""
    whole = portrait()
    assert whole.dependence is not None
    assert whole.staff is not None
    assert whole.arrangements is not None
    newest_missing = replace(
        whole.dependence,
        own=(*whole.dependence.own[:-1], _dependence(2024, None, None)),
        compared_in=2023,
        alike_eur_per_inhabitant=spread(500.0, ALIKE),
        gaps=((2022, ("Vlierbeek",)), (2024, ("Vlierbeek",))),
    )
    outsourced = replace(
        whole.staff,
        own=Staffing(CODE, 40.0, 80.0, 2 / 3, outsourced=True),
        alike=spread(None, ALIKE),
        in_class=spread(None, ALIKE),
    )
    four = tuple(
        arrangement(f"Regeling {status}", arrangement_id=status, status=status)
        for status in ("compulsory", "cooperate", "voluntary", "unknown")
    )
    doubt = "the law asks one body for this duty and the list names more: which holds is unknown"
    twice_by_law = tuple(
        arrangement(name, arrangement_id=name, note=doubt, doubtful=True) for name in ("Veiligheidsregio", "GHOR")
    )
    only_lists = replace(whole.arrangements, items=four, ended=())
    past = replace(
        own_arrangement(), deadlines=(Deadline("stuk", None, date(2025, 1, 1)),), share=None, exit_clause=None
    )
    three = spread(0.2, {"GM9902": 0.1, "GM9903": 0.2, "GM9904": None})
    few_in_class = replace(
        whole,
        group=replace(whole.group, in_class=whole.group.in_class[:3]),
        dependence=replace(whole.dependence, class_spread=tuple((year, three) for year in (2021, 2022, 2023, 2024))),
        costs=replace(
            whole.costs,
            total=replace(whole.costs.total, in_class=three),
            tasks=tuple(replace(item, in_class=three) for item in whole.costs.tasks),
        ),
        staff=replace(whole.staff, in_class=three),
    )
    few_alike = replace(
        few_in_class,
        group=replace(few_in_class.group, in_class=(), alike=whole.group.alike[:2]),
        dependence=replace(few_in_class.dependence, alike=three, alike_eur_per_inhabitant=three),
        costs=replace(
            few_in_class.costs,
            total=replace(few_in_class.costs.total, alike=three),
            tasks=tuple(replace(item, alike=three) for item in few_in_class.costs.tasks),
        ),
        staff=replace(few_in_class.staff, alike=three),
    )
    return {
        "whole": whole,
        "few in class": few_in_class,
        "few alike": few_alike,
        "bare": bare(),
        "real": replace(
            whole, fictional=False, identity=replace(whole.identity, province="Zeeland", predecessors=(), neighbours=())
        ),
        "half as large": replace(
            whole,
            scale=replace(
                whole.scale,
                tasks=tuple(
                    replace(item, factor=0.5, change=0.2, change_low=0.1, change_high=0.3) for item in whole.scale.tasks
                ),
            ),
        ),
        "no difference": replace(whole, scale=_only("7.3", "6.72")),
        "too unlike": replace(whole, scale=_only("6.72", "1.1")),
        "no estimate": replace(whole, scale=_only()),
        "led": replace(whole, lead=Lead("GM9902", "Oud Vlierbeek", date(2021, 1, 1), ("Elders",)), led_from="..."),
        "newest missing": replace(
            whole,
            dependence=newest_missing,
            costs=replace(whole.costs, year=2023),
            staff=replace(whole.staff, year=2023),
            scale=replace(whole.scale, tasks=tuple(replace(item, cost_eur=None) for item in whole.scale.tasks)),
        ),
        "never filed": replace(
            whole,
            dependence=replace(
                whole.dependence,
                own=(_dependence(2024, None, None),),
                alike=EMPTY_SPREAD,
                alike_eur_per_inhabitant=spread(None, ALIKE),
            ),
        ),
        "no group": replace(bare(), lacking=()),
        "large change": replace(
            whole,
            dependence=replace(whole.dependence, own=(_dependence(2023, 0.1, 300.0), _dependence(2024, 0.2, 520.4))),
        ),
        "far": replace(
            whole,
            group=replace(whole.group, alike=tuple(replace(item, distance=1.2) for item in whole.group.alike)),
        ),
        "hardly any hiring": replace(
            whole, staff=replace(whole.staff, own=Staffing(CODE, 640.0, 1.05, 0.0016, outsourced=False, doubtful=True))
        ),
        "negative task": replace(
            whole, costs=replace(whole.costs, tasks=(*whole.costs.tasks, _task("6.71", "Wmo", -1_700_000.0, -84.5)))
        ),
        "renamed": replace(
            whole,
            identity=replace(
                whole.identity,
                predecessors=(
                    Predecessor("GM9902", "Oud Vlierbeek", 1.0, date(2018, 1, 1), renamed=True),
                    Predecessor("GM9903", "Vlierdam", 1.0, date(2015, 1, 1)),
                ),
            ),
        ),
        "staff through arrangement": replace(
            whole,
            staff=outsourced,
            dependence=replace(whole.dependence, alike_eur_per_inhabitant=spread(1760.0, ALIKE)),
        ),
        "doubtful years": replace(
            whole,
            dependence=replace(whole.dependence, doubts=tuple((year, ("Vlierbeek",)) for year in (2021, 2022, 2023))),
        ),
        "outsourced": replace(whole, staff=outsourced),
        "partly joint": replace(whole, staff=replace(whole.staff, own=replace(whole.staff.own, partly_joint=True))),
        "lists only": replace(whole, arrangements=only_lists, indicators=(), functions=()),
        "duties in doubt": replace(
            whole, arrangements=replace(whole.arrangements, items=(*twice_by_law, *four[1:])), indicators=()
        ),
        "all own": replace(
            whole,
            arrangements=replace(
                whole.arrangements,
                items=(
                    own_arrangement(),
                    replace(
                        own_arrangement(),
                        arrangement_id="drie",
                        name="Centrumregeling",
                        form="arrangement_only",
                        votes=None,
                        total_votes=None,
                        contribution_eur=3 * 1234567.0,
                    ),
                ),
            ),
        ),
        "carried": replace(
            whole,
            arrangements=replace(
                whole.arrangements,
                items=(
                    arrangement(),
                    arrangement(
                        "Recreatieschap",
                        arrangement_id="r",
                        status="unknown",
                        status_kind=None,
                        kind="derived",
                        note="Oud Vlierbeek is now Vlierbeek",
                    ),
                ),
            ),
        ),
        "no arrangement": replace(whole, arrangements=replace(whole.arrangements, items=(), ended=())),
        "past deadline": replace(whole, arrangements=replace(whole.arrangements, items=(past,))),
        "open indicator": replace(whole, indicators=(replace(whole.indicators[0], realised=None),)),
        "zero": replace(
            whole,
            dependence=replace(whole.dependence, own=(_dependence(2023, 0.1, 10.0), _dependence(2024, 0.0, 0.0))),
        ),
        "too little": _in_doubt(whole, whole.identity.name),
        "too little in a part": _in_doubt(whole, "Oud Vlierbeek"),
        "too little before": replace(
            whole,
            dependence=replace(
                whole.dependence, own=(_dependence(2023, 0.002, 5.0, doubt=True), _dependence(2024, 0.2, 520.4))
            ),
        ),
    }
