"""M5 on small staff lists: counted by hand, vacancies and gaps in the list told apart, planted shares recovered."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy.stats import t

from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.one_person_functions import one_person_functions
from verband.analysis.evidence.result import SetAside
from verband.analysis.evidence.staff_lists import FEW, NOBODY, StaffLists, add_staff_lists
from verband.analysis.evidence.statements import statement

SCHEMA = {
    "code": pl.String,
    "function": pl.String,
    "holders": pl.Int64,
    "required": pl.Int64,
    "deputies": pl.Int64,
    "as_of": pl.Date,
    "inhabitants": pl.Int64,
}


def lists(*rows, inhabitants=20_000):
    """Of (code, holders, required, deputies)."""
    made = [
        (code, f"function {place}", holders, required, deputies, date(2025, 12, 31), inhabitants)
        for place, (code, holders, required, deputies) in enumerate(rows)
    ]
    return StaffLists(pl.DataFrame(made, schema=SCHEMA, orient="row"), "own.csv")


def told(staff):
    found = Collection()
    aside = add_staff_lists(found, staff)
    return {item.component: item for item in found.findings}, found, aside


MADE = (
    ("GM1", 1, 1, 0),  # one, and nobody left
    ("GM1", 1, 1, 1),  # a deputy
    ("GM1", 2, 1, 0),  # the colleague
    ("GM1", 3, 1, 0),
    ("GM2", 2, 2, 0),  # two needed, one left
    ("GM2", 2, 2, 1),  # with the deputy enough
    ("GM2", 2, None, 0),  # one is needed where it is not filled in
    ("GM2", 0, 1, 0),  # vacant
    ("GM3", 1, 1, None),  # whether there are deputies is not known
    ("GM3", 1, None, 0),
    ("GM3", 9, 3, 2),
)


def test_counted_by_hand():
    found, _, aside = told(lists(*MADE))
    # Ten functions are held by somebody, eight of them by one or two; of seven of these deputies are known.
    assert found[FEW].n_observations == 10
    assert found[FEW].estimate == pytest.approx(100 * 8 / 10)
    assert found[NOBODY].n_observations == 7
    assert found[NOBODY].estimate == pytest.approx(100 * 3 / 7)
    assert "without 1 functions whose number of deputies is not filled in" in found[NOBODY].note
    assert "of 2 it is not filled in how many have to be present" in found[NOBODY].note
    assert [(item.code, item.reason) for item in aside] == [
        ("GM2", "function 7: held by nobody now, so it rests on nobody")
    ]
    for item in found.values():
        assert 0 <= item.low < item.estimate < item.high <= 100
        assert item.n_clusters == 3
        assert item.years == (2025,)


def test_a_deputy_fills_the_gap_and_one_that_is_not_filled_in_is_not_none():
    alone = [(code, 1, 1, 0) for code in ("GM1", "GM2", "GM3") for _ in range(4)]
    assert told(lists(*alone))[0][NOBODY].estimate == 100
    assert told(lists(*((code, 1, 1, 1) for code, *_ in alone)))[0][NOBODY].estimate == 0
    unknown = [(code, 1, 1, None) for code, *_ in alone]
    found = told(lists(*alone[:11], unknown[-1]))[0]
    assert found[NOBODY].n_observations == 11
    _, collected, _ = told(lists(*unknown))
    assert "0 municipalities" in collected.not_found[NOBODY]


def test_variants_change_what_they_say():
    rows = [("GM1", 1, 1, 0)] * 8 + [("GM2", 5, 1, 0)] * 2 + [("GM3", 5, 1, 0), ("GM3", 0, 1, 0)]
    _, found, _ = told(lists(*rows))
    variants = {(item.component, item.name): item.finding for item in found.variants}
    assert variants[FEW, "every municipality counts the same"].estimate == pytest.approx(100 / 3)
    assert variants[FEW, "vacant functions counted as on one or two people"].estimate == pytest.approx(100 * 9 / 12)
    assert variants[FEW, "without the longest list"] is None
    large = told(lists(*rows, inhabitants=150_000))[1].variants
    assert all(item.finding is None for item in large if "below 100,000" in item.name)
    for component in (FEW, NOBODY):
        assert sum(item.component == component for item in found.variants) >= 2


def test_two_municipalities_are_too_few_and_it_says_how_many_there_are():
    _, found, _ = told(lists(*[item for item in MADE if item[0] != "GM3"]))
    assert not found.findings
    assert found.not_found[FEW] == "usable staff lists of 2 municipalities are loaded, and 3 are needed"
    _, nothing, _ = told(None)
    assert "verband template staff" in nothing.not_found[FEW]


def test_lists_that_are_all_the_same_give_no_interval_without_width():
    found = told(lists(*[(code, 1, 1, 0) for code in ("GM1", "GM2", "GM3", "GM4") for _ in range(8)]))[0]
    for component in (FEW, NOBODY):
        assert found[component].estimate == found[component].high == 100
        # Eight functions of one list count as 8 / (1 + 7 x 0.2); few lists lower that further.
        number = 32 / 2.4 * (t.ppf(0.975, 31) / t.ppf(0.975, 3)) ** 2
        assert found[component].low == pytest.approx(100 * 0.025 ** (1 / number))


def test_one_miss_less_never_turns_the_verdict():
    """The break: with all 150 functions a hit each municipality counted as one, and the low end was 48%."""

    def low(misses):
        rows = [(f"GM{place}", 5 if place * 30 + one < misses else 1, 1, 0) for place in range(5) for one in range(30)]
        return told(lists(*rows))[0][FEW].low

    lows = [low(misses) for misses in (3, 2, 1, 0)]
    assert lows == sorted(lows)
    assert lows[-1] > 60


def test_deputies_that_are_not_filled_in_count_as_none_in_one_check():
    """Who leaves the number empty where there are none takes these functions out of the share."""
    rows = [(f"GM{place}", 1, 1, None if one < 6 else 1) for place in range(6) for one in range(10)]
    found, collected, _ = told(lists(*rows))
    check = next(item.finding for item in collected.variants if item.name == "deputies left empty count as none")
    assert found[NOBODY].estimate == 0
    assert check.estimate == pytest.approx(60)
    assert (found[NOBODY].n_observations, check.n_observations) == (24, 60)
    assert "is not filled in" not in check.note


def test_lists_that_do_not_count_are_told():
    some = lists(*MADE)
    more = StaffLists(some.rows, some.source, 2, (SetAside("Verdeeld", "no municipality of the latest list: x"),))
    found, collected, aside = told(more)
    assert all("without 2 older lists, or lists of predecessors" in item.note for item in found.values())
    assert all("older lists" in item.finding.note for item in collected.variants if item.finding)
    assert [item.code for item in aside] == ["Verdeeld", "GM2"]
    assert "older lists" not in told(some)[0][FEW].note


def test_planted_shares_are_recovered_and_decide():
    rng = np.random.default_rng(1)
    rows = []
    for place in range(40):
        # Lists of unequal length, so that the checks differ from the estimate.
        for _ in range(8 + place % 9):
            few = rng.random() < 0.8
            rows.append((f"GM{place:02}", 1 if few else 4, 1, int(rng.random() > 0.7)))
    found = one_person_functions((), year=0, sources=(), lists=lists(*rows))
    few, nobody = found.findings
    assert few.low < 80 < few.high
    assert nobody.low < 70 < nobody.high
    evidence = judge(statement("M5"), found)
    assert evidence.verdict == "supported"
    assert evidence.p_value < 0.001
    assert not evidence.missing
    assert set(evidence.not_estimated) == {"one_person_functions", "two_person_functions"}
    fewer = one_person_functions((), year=0, sources=(), lists=lists(*((code, 5, 1, 0) for code, *_ in rows)))
    assert fewer.findings[0].estimate == 0
    # With all on more than two people there is nothing to fill in: told, and not read as filled.
    assert "0 municipalities" in judge(statement("M5"), fewer).missing


def test_the_check_of_smaller_municipalities_leaves_out_those_of_100000_and_more():
    known = lists(*MADE, ("GM4", 1, 1, 0))
    sizes = {"GM1": 20_000, "GM2": 99_999, "GM3": 30_000, "GM4": 100_000}
    rows = known.rows.with_columns(pl.col("code").replace_strict(sizes, return_dtype=pl.Int64).alias("inhabitants"))
    _, found, _ = told(StaffLists(rows, "own.csv"))
    name = "municipalities below 100,000 inhabitants"
    smaller = next(item for item in found.variants if item.component == FEW and item.name == name)
    assert smaller.finding.n_municipalities == 3
    assert smaller.finding.n_observations == 10
