"""Functions on one or two people with the published own pay: ranges that have a reason, and own FTE against counts.

The numbers of functions have no published counterpart. What has one is own FTE: the Personeelsmonitor (national), the
BBV indicators of single municipalities and the FTE of 2014 (table ``staff_2014_links``).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from verband.analysis.function_staffing import function_staffing
from verband.analysis.own_pay import OwnPay, pay_by_field
from verband.analysis.staffing import staffing
from verband.domain.function import functions, policy_fields
from verband.warehouse.store import FILE_NAME, opened
from verband.workspace.function_staffing import _totals

pytestmark = pytest.mark.published
BOARD = next(item.fte.mid for item in functions(2023) if item.independence == "elected") / 20


@pytest.fixture(scope="module")
def members(published_workspace):
    with opened(published_workspace.folder / FILE_NAME) as warehouse:
        rows = warehouse.query("own_pay_per_task", year=2023, report="accounts")
    totals = _totals(rows)
    flags = {item.code: item for item in staffing(totals)}
    return {
        code: OwnPay(
            code,
            code,
            people,
            dict(
                rows.filter((pl.col("code") == code) & pl.col("wages_keur").is_not_null())
                .select("task", "wages_keur")
                .iter_rows()
            ),
            flags[code].outsourced,
            flags[code].partly_joint,
        )
        for code, people, pay, _ in totals.iter_rows()
        if pay is not None
    }


@pytest.fixture(scope="module")
def fte(members):
    """Own FTE of 2023 at the most likely pay per FTE, the board included."""
    return {code: sum(one.fte for one in pay_by_field(item, year=2023).fields) for code, item in members.items()}


def test_own_fte_of_the_country_is_that_of_the_monitor(members, fte):
    """184,440 people (mean of the ends of 2022 and 2023) at 0.90: 166,000 FTE; board members are not counted there."""
    board = 0.45e9 / 79_000
    assert sum(fte.values()) - board == pytest.approx(166_000, rel=0.02)
    paid = sum(one.pay_keur for item in members.values() for one in pay_by_field(item, year=2023).fields)
    # The relative pay of the fields was chosen so that its mean is 1.
    assert sum(fte.values()) / (paid / 79) == pytest.approx(1, abs=0.01)


def test_own_fte_against_2014_has_grown_with_the_sector(published_workspace, members, fte):
    """Municipalities without boundary changes; the sector grew by 20-25%, youth and care came in 2015, and the board is
    in pay but not in 2014: the median ratio must lie between 1.1 and 1.5, and no tenth outside 0.8 and 2.
    """
    links = published_workspace.table("staff_2014_links").filter(pl.col("sort") == "municipality")
    counted = dict(links.filter(pl.col("fte") > 0).select("code", "fte").iter_rows())
    changes = published_workspace.table("boundary_changes")
    changed = set(changes.filter(pl.col("effective_date").dt.year() >= 2014)["new_code"])
    ratios = sorted(
        (fte[code] - BOARD * item.inhabitants / 1000) / counted[code]
        for code, item in members.items()
        if code in counted and code not in changed and not item.outsourced
    )
    assert len(ratios) > 250
    assert 1.1 < ratios[len(ratios) // 2] < 1.5
    assert ratios[len(ratios) // 10] > 0.8
    assert ratios[-len(ratios) // 10] < 2


def test_hulst_publishes_its_posts(published_workspace):
    """Indicators of its budget: 7.18 posts per 1,000 inhabitants in 2025 (table ``bbv_indicators``)."""
    found = published_workspace.functions("Hulst", year=2025, report="budget").result.municipalities[0]
    people = found.own.inhabitants / 1000
    assert found.fte.low / people < 7.18 < found.fte.high / people


def test_catalogue_adds_up_to_the_pay_of_usual_municipalities(members):
    """Of 15,000 to 30,000 inhabitants that run a field themselves: the median field within a third of the usual FTE."""
    ratios = {}
    for item in members.values():
        found = pay_by_field(item, year=2023)
        if item.outsourced or found.spread or not 15_000 <= item.inhabitants < 30_000:
            continue
        for one in found.fields:
            if not one.elsewhere:
                ratios.setdefault(one.field.code, []).append(one.fte / one.usual_fte)
    assert len(ratios) == 13
    for code, values in ratios.items():
        assert 0.75 < sorted(values)[len(values) // 2] < 1.35, code


def test_who_is_set_apart_and_who_books_on_overhead(members):
    outsourced = {code for code, item in members.items() if item.outsourced}
    assert {"GM0358", "GM0489"} <= outsourced  # Aalsmeer, Barendrecht: staff of a joint or host organisation
    spread = {code for code, item in members.items() if not item.outsourced and pay_by_field(item, year=2023).spread}
    assert {"GM1586", "GM0828", "GM0394"} <= spread  # Oost Gelre, Oss, Haarlemmermeer
    assert len(spread) < 25


def test_aalten_with_its_neighbours(published_workspace):
    found = published_workspace.functions("Aalten", partners=["Winterswijk,Oost Gelre"])
    assert [item.own.name for item in found.result.municipalities] == ["Aalten", "Winterswijk", "Oost Gelre"]
    first = found.result.municipalities[0]
    # Of some sixty core functions; nearly all have one holder in the smallest, hardly any in the largest.
    assert 5 < first.alone.one.mean < 25
    assert first.pooled.one.high < first.alone.one.high
    amsterdam = published_workspace.functions("Amsterdam").result.municipalities[0]
    schiermonnikoog = published_workspace.functions("Schiermonnikoog").result.municipalities[0]
    assert amsterdam.alone.one.mean < 3
    assert schiermonnikoog.alone.one.mean > first.alone.one.mean


def test_a_name_with_a_comma_is_one_partner(published_workspace):
    found = published_workspace.functions("Best", partners=["Nuenen, Gerwen en Nederwetten,Son en Breugel"])
    assert [item.own.code for item in found.result.municipalities] == ["GM0753", "GM0820", "GM0848"]


def test_an_interval_of_pay_on_overhead_holds_what_pay_on_tasks_would_say(members):
    """Pay of towns that book on tasks, put on overhead: nearer, and less one-sided, than by the usual sizes.

    Six in ten have hardly any own pay on taxes and four in ten on income and work, so the usual sizes are too many.
    """
    able = [
        item
        for item in members.values()
        if not (item.outsourced or item.partly_joint) and not pay_by_field(item, year=2023).spread
    ]
    unbooked = {row for field in policy_fields() for row in field.tasks}
    apart = {"lent": [], "usual": []}
    for item in sorted(able, key=lambda one: one.code)[::9]:
        total = sum(keur for task, keur in item.pay_keur.items() if task in unbooked)
        hidden = replace(item, pay_keur={"0.4": total})
        others = [one for one in able if one.code != item.code]
        told = function_staffing([item], year=2023, draws=200).municipalities[0].alone.two.mean
        for way, lenders in (("lent", others), ("usual", [])):
            guess = function_staffing([hidden], year=2023, draws=200, others=lenders).municipalities[0].alone.two.mean
            apart[way].append(told - guess)
    lent, usual = np.array(apart["lent"]), np.array(apart["usual"])
    assert len(lent) > 25
    assert abs(lent.mean()) < 0.6 < abs(usual.mean())
    assert np.sqrt((lent**2).mean()) < np.sqrt((usual**2).mean())
