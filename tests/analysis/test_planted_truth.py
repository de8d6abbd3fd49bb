"""The fictional province against its specification, clause by clause, in the tables that a workspace reads.

What was planted comes back within an interval computed here from loaded tables, by simple methods; the elasticities are
those of ``verband scale``.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from planted_truth import (
    estimates,
    holm,
    plans,
    prediction,
    straight_line,
)
from scipy import special, stats

from verband.domain.municipality import FIRST_FICTIONAL_CODE
from verband.numerics.least_squares import least_squares
from verband.sources.sample import Parameters, province
from verband.sources.sample.accounts import ABSENT, NOT_FILED

PLANTED = Parameters()
YEARS = range(2017, 2025)
MERGING = ("merger", "split", "continuation")


@pytest.fixture(scope="module")
def table(sample_workspace):
    """Loaded tables by name, each read once."""
    known = {}

    def read(name):
        if name not in known:
            known[name] = sample_workspace.table(name)
        return known[name]

    return read


@pytest.fixture(scope="module")
def people(table):
    return {
        (code, year): count
        for code, year, count in table("inhabitants").select("code", "year", "inhabitants").iter_rows()
    }


@pytest.fixture(scope="module")
def cost(table):
    """Cost of the accounts in thousand euro by code, year and task."""
    rows = table("cost_per_task").filter(pl.col("report") == "accounts", pl.col("cost_keur").is_not_null())
    return {key[:3]: key[3] for key in rows.select("code", "year", "task", "cost_keur").iter_rows()}


@pytest.fixture(scope="module")
def paid(table):
    """Contributions in euro by arrangement, participant and year, from the own files."""
    rows = table("own_arrangements").drop_nulls("contribution_eur_per_year")
    names = ("arrangement_id", "participant", "contribution_year", "contribution_eur_per_year")
    return {key[:3]: key[3] for key in rows.select(names).iter_rows()}


@pytest.fixture(scope="module")
def merged(table):
    """Codes that took part in a merger in the years of the accounts, old and new."""
    rows = table("boundary_changes").filter(pl.col("type").is_in(MERGING))
    return set(rows["old_code"]) | set(rows["new_code"])


@pytest.fixture(scope="module")
def today(table):
    return set(table("municipality_list").filter(pl.col("year") == 2026)["code"])


def number_of(arrangement):
    """Identifier of an arrangement in the own files."""
    return str(900_000 + arrangement)


# The specification.


def test_some_24_municipalities_of_4000_to_240000_inhabitants(today, people):
    sizes = [people[code, 2026] for code in today]
    assert len(sizes) == 24
    assert 4_000 <= min(sizes) < 4_500
    assert 230_000 < max(sizes) < 250_000


def test_every_municipality_has_a_code_that_marks_it_as_fictional(table):
    for name in ("municipality_list", "inhabitants", "key_totals", "cost_per_task", "neighbours"):
        columns = [column for column in table(name).columns if column.startswith("code")]
        assert all((table(name)[column] >= FIRST_FICTIONAL_CODE).all() for column in columns)


def test_the_neighbours_are_those_whose_borders_touch(table, today):
    edges, points = {}, {}
    for code, geometry in table("municipality_borders").select("code", "geometry").iter_rows():
        ring = [tuple(point) for point in json.loads(geometry)["coordinates"][0]]
        edges[code] = {frozenset(edge) for edge in pairwise(ring)}
        points[code] = set(ring)
    assert edges.keys() == today
    given = {"border": set(), "point": set(), "near": set()}
    for one, other, contact in table("neighbours").select("code_a", "code_b", "contact").iter_rows():
        given[contact].add(frozenset((one, other)))
    pairs = {frozenset((one, other)) for one in today for other in today if one < other}
    touching = {pair for pair in pairs if set.intersection(*(edges[code] for code in pair))}
    assert given["border"] == touching
    assert given["point"] == {pair for pair in pairs - touching if set.intersection(*(points[code] for code in pair))}
    assert set().union(*given["border"], *given["near"]) == today
    counts = Counter(code for pair in touching for code in pair)
    assert dict(table("centroids").select("code", "border_neighbours").iter_rows()) == {
        code: counts[code] for code in today
    }


def test_two_mergers_in_the_past_and_one_to_come(table, today):
    changes = table("boundary_changes").filter(pl.col("effective_date").dt.year() > YEARS[0])
    mergers = changes.filter(pl.col("type") == "merger")
    assert {(day.year, code) for day, code in mergers.select("effective_date", "new_code").iter_rows()} == {
        (2019, "GM9040"),
        (2021, "GM9002"),
    }
    listed = {year: set(part["code"]) for (year,), part in table("municipality_list").group_by("year")}
    for year in range(YEARS[0] + 1, 2027):
        gone = changes.filter(pl.col("effective_date").dt.year() == year, pl.col("type") != "continuation")
        assert listed[year - 1] - listed[year] == set(gone["old_code"])
    coming = table("own_procedures").row(0, named=True)
    assert table("own_procedures").height == 1
    assert coming["intended_date"].year > 2026
    partners = set(coming["municipalities"].split("+"))
    assert partners <= today
    border = table("neighbours").filter(pl.col("contact") == "border").select("code_a", "code_b")
    assert partners in [set(pair) for pair in border.iter_rows()]


def test_some_30_arrangements_with_status_key_votes_exit_clause_and_contribution(table):
    rows = table("own_arrangements").filter(pl.col("contribution_year") == 2026)
    by_name = {name: part for (name,), part in rows.group_by("arrangement")}
    assert 28 <= len(by_name) <= 32
    assert set(by_name) == {
        row["title"].removeprefix("Gemeenschappelijke regeling ")
        for row in table("register_arrangements").to_dicts()
        if row["out_of_force"] is None
    }
    assert {part["status"].item(0) for part in by_name.values()} == {"compulsory", "voluntary"}
    assert len({part["key"].item(0) for part in by_name.values()}) == 4
    assert len({part["form"].item(0) for part in by_name.values()}) == 5
    for part in by_name.values():
        assert part.height >= 2
        assert part["exit_clause"].null_count() == part["contribution_eur_per_year"].null_count() == 0
        assert (part["contribution_eur_per_year"] > 0).all()
        assert part["status"].n_unique() == part["key"].n_unique() == part["form"].n_unique() == 1
        if part["share"].null_count() == 0:
            assert part["share"].sum() == pytest.approx(1, abs=1e-5)
            fractions = part["contribution_eur_per_year"] / part["contribution_eur_per_year"].sum()
            assert (fractions - part["share"]).abs().max() < 1e-5


def test_votes_add_up_where_the_form_has_a_board_and_there_are_none_where_it_has_not(table):
    """An arrangement without a body and a centre municipality have no general board (Wgr art. 8)."""
    rows = table("own_arrangements").filter(pl.col("contribution_year") == 2026)
    for (form, _), part in rows.group_by("form", "arrangement"):
        if form in ("regeling zonder meer", "centrumregeling"):
            assert part["votes"].null_count() == part["total_votes"].null_count() == part.height
        else:
            assert {part["votes"].sum()} == set(part["total_votes"])


def test_contributions_are_known_for_every_year_of_the_accounts_and_lie_within_what_was_paid(paid, table, merged):
    given = Counter()
    for (_, code, year), amount in paid.items():
        given[code, year] += amount / 1000
    rows = table("key_totals").filter(pl.col("report") == "accounts").drop_nulls("paid_to_arrangements_keur")
    totals = {key[:2]: key[2] for key in rows.select("code", "year", "paid_to_arrangements_keur").iter_rows()}
    assert {year for _, year in totals} == set(YEARS)
    for (code, year), amount in totals.items():
        # One arrangement ended in 2020; it is in no own file.
        share = given[code, year] / amount
        assert share == pytest.approx(1, abs=1e-9) if year > 2020 else 0.9 < share <= 1 + 1e-9, (code, year)


def test_budgets_and_accounts_of_all_years_but_for_the_planted_gaps(table):
    listed = set(table("municipality_list").filter(pl.col("year").is_in(YEARS)).select("code", "year").iter_rows())
    status = table("report_status").filter("filed")
    for kind in ("accounts", "budget"):
        gaps = {(code, year) for code, year, report in NOT_FILED | ABSENT if report == kind}
        found = set(status.filter(pl.col("report") == kind).select("code", "year").iter_rows())
        assert {key for key in found if key[1] in YEARS} == listed - gaps


def test_staff_lists_by_function_indicators_and_a_procedure_come_from_own_files(table, sample_workspace):
    staff = table("own_staff")
    assert staff["municipality"].n_unique() >= 3
    assert staff["function"].n_unique() >= 8
    assert (staff["holders"] >= staff["required"]).all()
    indicators = table("own_indicators")
    assert set(indicators["arrangement"]) <= set(table("own_arrangements")["arrangement"])
    assert indicators["indicator"].n_unique() >= 5
    assert indicators["realised"].drop_nulls().len() > 30
    assert table("bbv_indicators").height >= 5
    files = {
        file.name: file.tables for source in sample_workspace.status().sources for file in source.files if file.tables
    }
    own = {"own_arrangements", "own_staff", "own_indicators", "own_procedures", "own_prices", "own_quality"}
    for name, made in files.items():
        assert name.startswith("own/") == bool(own & set(made)), name
    assert own <= {made for tables in files.values() for made in tables}


def test_the_ordinary_readers_take_every_file_but_the_statement_that_all_is_fiction(sample_workspace, sample_folder):
    status = sample_workspace.status()
    read = {file.name for source in status.sources for file in source.files}
    written = {path.relative_to(sample_folder).as_posix() for path in sample_folder.rglob("*") if path.is_file()}
    assert written - read == set(status.unrecognised) == {"README.txt"}
    assert "Fictief: alles in deze map is verzonnen." in (sample_folder / "README.txt").read_text(encoding="utf-8")


# What was planted comes back.


def test_rows_made_without_files_are_those_of_the_workspace(sample_workspace):
    """So what the study of 200 provinces finds is true of ``verband scale``."""
    asked = {item.task: item for item in sample_workspace.scale().tasks}
    at = asked["0.1"].at_inhabitants
    for task, found in estimates(province(1), at_inhabitants=at).items():
        for name in ("elasticity", "low", "high", "at_inhabitants", "without_drivers"):
            assert getattr(found, name) == pytest.approx(getattr(asked[task], name), rel=1e-8), task
        assert found.n_observations == asked[task].n_observations


def test_the_elasticity_of_no_task_is_refused(sample_workspace):
    """At 1%, corrected for the number of tasks; how often the intervals are right is tested over 200 provinces."""
    chances = {}
    for found in sample_workspace.scale().tasks:
        if found.task in plans():
            reach = (found.high - found.elasticity) / found.standard_error
            freedom = special.stdtridf(0.975, reach)
            planted = PLANTED.elasticity_at(found.task, found.at_inhabitants)
            away = abs(found.elasticity - planted) / found.standard_error
            chances[found.task] = float(2 * stats.t.sf(away, freedom))
    assert chances.keys() == plans().keys()
    assert {task: chance for task, chance in holm(chances).items() if chance < 0.01} == {}


@pytest.mark.parametrize("task", sorted(PLANTED.curvature))
def test_the_planted_cheapest_scale_lies_in_its_interval_well_inside_the_sizes(sample_workspace, task, people, today):
    planted = PLANTED.cheapest_scale(task)
    sizes = sorted(people[code, 2026] for code in today)
    assert sizes[3] < planted < sizes[-4]
    found = sample_workspace.scale(task).tasks[0]
    assert not found.misfit
    assert found.cheapest_low < planted < found.cheapest_high
    # An interval that spans all sizes would tell nothing.
    assert found.cheapest_high < 4 * found.cheapest_low


@pytest.mark.parametrize("task", sorted(PLANTED.curvature))
@pytest.mark.parametrize("inhabitants", [10_000, 100_000])
def test_the_elasticity_at_another_size_is_the_planted_one_there(sample_workspace, task, inhabitants):
    planted = PLANTED.elasticity_at(task, inhabitants)
    found = sample_workspace.scale(task, at_inhabitants=inhabitants).tasks[0]
    assert found.low < planted < found.high
    # Not that of the reference size: the curvature was seen.
    assert not found.low < PLANTED.elasticity[task] < found.high


def claims(table, people, cost, merged, today):
    """Log cost of the claim tasks in the last accounts before a merger less that of the years before, with controls.

    Returns
    -------
    list of (cohort, code, part that others bear, difference, weight)
    """
    through_arrangements = {
        task for tasks in table("own_arrangements")["tasks"].drop_nulls() for task in tasks.split("+")
    }
    tasks = [task for task in PLANTED.claim_tasks if task not in through_arrangements]
    assert len(tasks) >= 5

    def level(code, year):
        return np.mean([np.log(cost[code, year, task]) for task in tasks])

    largest = {}
    for day, new, old, share in (
        table("boundary_changes")
        .filter(pl.col("type").is_in(MERGING))
        .select("effective_date", "new_code", "old_code", "share")
        .iter_rows()
    ):
        part = share * people[old, day.year - 1] / people[new, day.year]
        if part > largest.get(old, (0, 0.0))[1]:
            largest[old] = day.year - 1, part
    rows = []
    for last in sorted({year for year, _ in largest.values()}):
        before = range(YEARS[0], last)
        taking_part = {code: 1 - part for code, (year, part) in largest.items() if year == last}
        for code in sorted(today - merged | taking_part.keys()):
            difference = level(code, last) - np.mean([level(code, year) for year in before])
            rows.append((last, code, taking_part.get(code, 0.0), difference, 1 / (1 + 1 / len(before))))
    return rows


def test_the_claim_before_a_merger_is_the_planted_one_and_larger_for_the_smaller_share(
    table, people, cost, merged, today
):
    rows = claims(table, people, cost, merged, today)
    root = np.sqrt([row[4] for row in rows])
    cohorts = sorted({row[0] for row in rows})
    columns = [[row[2] for row in rows], *([float(row[0] == year) for row in rows] for year in cohorts)]
    weighted = [np.array(column) * root for column in columns]
    _, low, high = straight_line([row[3] for row in rows] * root, weighted)[0]
    assert low < PLANTED.claim < high
    assert low > 0.3
    usual = {year: np.mean([row[3] for row in rows if row[0] == year and not row[2]]) for year in cohorts}
    claim = {row[1]: row[3] - usual[row[0]] for row in rows if row[2]}
    bears = {row[1]: row[2] for row in rows if row[2]}
    assert len(claim) == 8
    small, middle, large = (
        [claim[code] for code, other in bears.items() if low <= other < high]
        for low, high in ((0.8, 1), (0.5, 0.8), (0, 0.5))
    )
    assert min(small) > max(middle) > min(middle) > max(large)


def test_one_arrangement_grows_beyond_its_index_by_the_planted_drift(paid, people, table, merged):
    """Growth of the contribution per inhabitant over the index of prices, per member without a merger."""
    index = {}
    level = 1.0
    for year, change in table("consumer_prices").sort("year").select("year", "change_percent").iter_rows():
        level *= 1 + change / 100
        index[year] = level
    first, last = YEARS[0], YEARS[-1]
    growth = {}
    for arrangement, code, year in paid:
        if year == first and code not in merged:
            per_head = [paid[arrangement, code, at] / people[code, at] / index[at] for at in (first, last)]
            growth.setdefault(arrangement, []).append(np.log(per_head[1] / per_head[0]) / (last - first))
    drifting = growth[number_of(PLANTED.drift.arrangement)]
    assert len(drifting) >= 4
    same_task = [value for number in (7, 8) for value in growth[number_of(number)]]
    found = stats.ttest_ind(drifting, same_task, equal_var=False).confidence_interval(0.95)
    assert found.low < np.log(1 + PLANTED.drift.rate) < found.high
    assert found.high - found.low < 0.002
    # Per inhabitant of all members together no other arrangement comes near it, whatever its task.
    whole = {}
    for arrangement in {key[0] for key in paid}:
        year = max(first, min(at for number, _, at in paid if number == arrangement))
        per_head = [
            sum(amount for key, amount in paid.items() if key[::2] == (arrangement, at))
            / sum(people[code, at] for number, code, then in paid if (number, then) == (arrangement, at))
            / index[at]
            for at in (year, last)
        ]
        whole[arrangement] = np.log(per_head[1] / per_head[0]) / (last - year)
    drift = whole.pop(number_of(PLANTED.drift.arrangement))
    assert drift > 2 * max(whole.values())


def test_under_the_unfair_key_small_members_pay_more_than_alone_while_a_large_one_gains(paid, people, cost, today):
    """Cost alone: what those outside it spend on the task at that size, with a 95% prediction interval."""
    unfair, years = number_of(PLANTED.unfair_key), (2021, 2022, 2024)
    members = {code for number, code, year in paid if number == unfair and year == 2024}
    for year in years:
        assert len({paid[unfair, code, year] for code in members}) == 1, "the key is equal parts"

    def log_mean(code):
        return np.mean([np.log(cost[code, year, "5.5"]) for year in years])

    def log_size(code):
        return np.mean([np.log(people[code, year]) for year in years])

    outside = sorted(today - members)
    assert len(outside) >= 15
    line = [log_mean(code) for code in outside], [log_size(code) for code in outside]
    alone = {code: prediction(*line, log_size(code)) for code in members}
    losing = {code for code in members if log_mean(code) > alone[code][2]}
    gaining = {code for code in members if log_mean(code) < alone[code][1]}
    smallest = sorted(members, key=log_size)
    assert losing == set(smallest[:2])
    assert smallest[-1] in gaining
    assert gaining.isdisjoint(smallest[:3])


@pytest.mark.parametrize("key", ["use", "inhabitants"])
@pytest.mark.parametrize("bound", ["low", "elasticity", "high"])
def test_the_planted_alternative_is_the_cheapest(table, people, today, sample_workspace, key, bound):
    """By the cost function at both ends of the interval of the elasticity, whichever of two keys is used."""
    best = PLANTED.best_alternative
    elasticity = getattr(sample_workspace.scale(best.task).tasks[0], bound)
    rows = table("own_arrangements").filter(pl.col("tasks") == best.task, pl.col("contribution_year") == 2026)
    members = {number: set(part["participant"]) for (number,), part in rows.group_by("arrangement_id")}
    inside = set().union(*members.values())
    assert len(members) == 2
    assert best.municipality not in inside
    budget = table("cost_per_task").filter(
        pl.col("year") == 2026, pl.col("report") == "budget", pl.col("task") == best.task, pl.col("code").is_in(inside)
    )
    through = rows["contribution_eur_per_year"].sum() / 1000 / budget["cost_keur"].sum()
    assert 0.7 < through < 0.9

    def against_alone(others):
        """Cost when the part that others can do is done together with them, against doing all alone."""
        own, sizes = people[best.municipality, 2026], [people[code, 2026] for code in others]
        weights = [size ** (elasticity if key == "use" else 1) for size in (own, *sizes)]
        joint = (own + sum(sizes)) ** elasticity * weights[0] / sum(weights)
        return 1 - through + through * joint / own**elasticity

    touching = table("neighbours").filter(pl.col("contact") == "border").select("code_a", "code_b").iter_rows()
    around = {code for pair in touching if best.municipality in pair for code in pair} - {best.municipality}
    outside = today - inside - {best.municipality}
    options = {("alone",): 1.0, ("new", "all outside"): against_alone(outside)}
    options |= {("join", number): against_alone(codes) for number, codes in members.items()}
    options |= {("centre", code): against_alone({code}) for code in today - {best.municipality}}
    options |= {("new", "neighbours outside"): against_alone(around - inside)}
    ranked = sorted(options, key=options.get)
    assert ranked[0] == (best.kind, number_of(best.arrangement))
    assert options[ranked[0]] < 0.97 * options[ranked[1]]
    assert around & members[number_of(best.arrangement)], "a neighbour is in it"


def test_hired_staff_follows_the_solvency_of_the_year_before(table):
    own = ("wages_keur", "hired_staff_keur", "equity_keur", "balance_total_keur")
    rows = table("key_totals").filter(pl.col("report") == "accounts").drop_nulls(own)
    known = {key[:2]: key[2:] for key in rows.select("code", "year", *own).iter_rows()}
    # The merged have no solvency of their own the year before; own pay of the outsourced is elsewhere.
    unknown = {(code, 2021) for code in ("GM9002", "GM9005", "GM9006")}
    hired, solvency, codes = [], [], []
    for (code, year), (wages, external, *_) in known.items():
        before = known.get((code, year - 1))
        if before and code not in PLANTED.outsourced and (code, year) not in unknown:
            hired.append(external / (wages + external))
            solvency.append(before[2] / before[3] - 0.35)
            codes.append(int(code[2:]))
    assert len(hired) > 120
    # All that disturbs is rounding to thousands of euro, which hardly changes from year to year: by municipality.
    fit = least_squares(np.array(hired), np.column_stack([np.ones(len(hired)), solvency]), np.array(codes))
    share, slope = fit.contrast(np.array([1.0, 0.0])), fit.contrast(np.array([0.0, 1.0]))
    assert share.low < PLANTED.hiring_share < share.high
    assert slope.low < PLANTED.hiring_per_solvency < slope.high
    assert slope.high - slope.low < 0.01


def test_a_budget_shows_the_planted_part_of_the_hired_staff(table):
    rows = table("key_totals").drop_nulls(["wages_keur", "hired_staff_keur"]).filter(pl.col("year").is_in(YEARS))
    share = pl.col("hired_staff_keur") / (pl.col("wages_keur") + pl.col("hired_staff_keur"))
    both = (
        rows.with_columns(share.alias("share")).pivot(on="report", index=["code", "year"], values="share").drop_nulls()
    )
    both = both.filter(~pl.col("code").is_in(PLANTED.outsourced))
    found, _, _ = straight_line(both["budget"], [both["accounts"]])[0]
    # Exact but for rounding.
    assert found == pytest.approx(PLANTED.budgeted_hiring, abs=1e-3)


@pytest.mark.parametrize(("task", "year", "around"), [("6.3", 2020, (2019, 2021)), ("6.1", 2022, (2021,))])
def test_the_shock_on_one_task_is_the_planted_one(cost, merged, today, task, year, around):
    """Against the tasks of the same main task that have none, per municipality without a merger."""
    factor = next(factor for name, first, _, factor in PLANTED.shocks if (name, first) == (task, year))
    quiet = ("6.2", "6.5", "6.6", "6.71")

    def rise(code, name):
        return np.log(cost[code, year, name]) - np.mean([np.log(cost[code, at, name]) for at in around])

    rises = [rise(code, task) - np.mean([rise(code, name) for name in quiet]) for code in sorted(today - merged)]
    found = stats.ttest_1samp(rises, np.log(factor)).confidence_interval(0.95)
    assert found.low < np.log(factor) < found.high
    assert found.high - found.low < 0.1


def test_the_outsourced_are_found(sample_workspace):
    found = {item.code for item in sample_workspace.staffing(year=2024).municipalities if item.answer.outsourced}
    assert found == set(PLANTED.outsourced)
