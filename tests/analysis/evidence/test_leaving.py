"""M12: leaving and undoing on made-up tables, counted by hand; planted rates recovered."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from verband.analysis.evidence.collecting import Collection
from verband.analysis.evidence.flexibility import Leaving, flexibility
from verband.analysis.evidence.leaving import add_leaving, mergers_undone
from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.statements import statement
from verband.analysis.participation_spells import Dated, spells

UNTIL = date(2026, 1, 1)
NOW = date(2025, 12, 31)
SCHEMA = {"effective_date": pl.Date, "new_code": pl.String, "old_code": pl.String, "type": pl.String}


def changes(*rows):
    made = [(date(year, 1, 1), new, old, kind) for year, new, old, kind in rows]
    return pl.DataFrame(made, schema=SCHEMA, orient="row")


MERGED = (
    (2016, "N", "A", "merger"),
    (2016, "N", "B", "merger"),
    (2021, "C", "C", "continuation"),
    (2021, "C", "D", "merger"),
)


def test_merger_years_by_hand():
    found = mergers_undone(changes(*MERGED), UNTIL)
    assert (found.number, found.undone, found.municipalities) == (2, 0, 2)
    assert found.years == pytest.approx(10 + 5, abs=0.01)
    assert (found.first, found.last) == (2016, 2026)


def test_a_part_that_goes_on_of_its_own_undoes_the_merger():
    undone = mergers_undone(changes(*MERGED, (2022, "N", "N", "continuation"), (2022, "P", "N", "split")), UNTIL)
    assert undone.undone == 1
    assert undone.years == pytest.approx(6 + 5, abs=0.01)
    # Also where nothing goes on under the old code.
    both = mergers_undone(changes(*MERGED, (2022, "P", "N", "split"), (2022, "Q", "N", "split")), UNTIL)
    assert both.undone == 1


def test_what_is_divided_among_others_or_was_no_merger_undoes_nothing():
    divided = [(2022, "C", "C", "continuation"), (2022, "C", "N", "split"), (2022, "E", "E", "continuation")]
    assert mergers_undone(changes(*MERGED, *divided, (2022, "E", "N", "split")), UNTIL).undone == 0
    new_with_others = [(2022, "M", "N", "split"), (2022, "M", "E", "merger"), (2022, "C", "N", "split")]
    assert mergers_undone(changes(*MERGED, *new_with_others, (2022, "C", "C", "continuation")), UNTIL).undone == 0
    assert mergers_undone(changes(*MERGED, (2022, "P", "Z", "split"), (2022, "Q", "Z", "split")), UNTIL).undone == 0
    assert mergers_undone(changes(*MERGED, (2022, "P", "N", "renaming")), UNTIL).undone == 0
    with pytest.raises(CannotEstimateError):
        mergers_undone(changes(), UNTIL)


def told(rows, dissolved=None, dated=True, changed=MERGED):
    found = Collection()
    add_leaving(found, spells(rows, dissolved or {}), dated=dated, changes=changes(*changed), until=UNTIL)
    return {item.component: item for item in found.findings}, found


def members(arrangement, *exits, compulsory=False, entry=date(2015, 12, 31)):
    """On a list of the day of joining and on one of now."""
    return [
        Dated(arrangement, f"P{place}", f"P{place}", entry, stated, as_of, compulsory=compulsory)
        for place, left in enumerate(exits)
        for stated, as_of in ((None, entry), (left, NOW))
    ]


COLUMNS = ("code", "year", "inhabitants", "merger", "process", "cost_keur", "paid_keur", "cost", "outsourced")
TYPES = (pl.String, *(pl.Int64,) * 3, pl.String, *(pl.Float64,) * 3, pl.Boolean)
STAY = (None, None, None, None)


def test_leavings_per_participant_year_by_hand():
    rows = [*members("a", date(2020, 12, 31), *STAY), *members("b", *STAY), *members("c", *STAY)]
    found, collected = told(rows)
    years = 5 + 12 * 10
    assert found["leaving"].estimate == pytest.approx(100 / years, rel=1e-3)
    assert found["leaving"].n_observations == 13
    assert found["leaving"].n_clusters == 3
    assert found["undoing"].estimate == 0
    assert found["leaving_minus_undoing"].estimate == pytest.approx(found["leaving"].estimate)
    assert found["leaving_minus_undoing"].low < 0 < found["leaving_minus_undoing"].estimate
    assert not collected.not_found


def test_what_is_no_leaving_is_counted_apart():
    day = date(2020, 12, 31)
    rows = [
        *members("a", day, *STAY),  # P0 was merged
        *members("b", date(2019, 6, 30), date(2019, 7, 1)),  # ended
        *members("c", None, date(2030, 1, 1)),  # announced
        *members("d", *STAY),
        *members("e", None, day, None, compulsory=True),
        Dated("d", "Q", "Q", None, None, NOW),
        Dated("d", "R", "R", None, day, NOW),
        Dated("d", "S", "S", None, None, date(2018, 12, 31)),
        *(Dated("f", f"P{place}", None, date(1995, 1, 1), left, NOW) for place, left in enumerate((day, None, None))),
    ]
    found, collected = told(rows, {"P0": date(2021, 1, 1)})
    assert found["leaving"].estimate == 0
    note = found["leaving"].note
    # P0 is in three arrangements that go on, and only one says the day.
    assert note.startswith("0 left in ")
    assert "3 whose municipality ceased to exist, 2 whose whole arrangement ended and 1 that only announced it" in note
    assert "oldest leaving that is filled in, which only starts the clock; not counted" in note
    assert (
        "; 1 leavings only start the clock; 1 leavings without a known start do not count; 1 are missing from" in note
    )
    assert "; 2 participants without any day that counts; " in note
    assert "without 1 arrangements that the law compels" in note
    with_law = next(item for item in collected.variants if item.name == "compulsory arrangements included")
    assert with_law.finding.estimate > 0
    # The break: the merged one counted as leaving.
    assert told(rows)[0]["leaving"].estimate > 0


def test_without_dates_it_says_what_to_load_and_undoing_is_still_told():
    found, collected = told([], dated=False)
    assert set(found) == {"undoing"}
    assert "verband template arrangements" in collected.not_found["leaving"]
    assert collected.not_found["leaving_minus_undoing"] == collected.not_found["leaving"]
    _, few = told([*members("a", *STAY), *members("b", *STAY)])
    assert few.not_found["leaving"] == ("days of joining and leaving of 2 arrangements can be used, and 3 are needed")


def test_a_planted_rate_is_recovered():
    rng = np.random.default_rng(8)
    rows = []
    # A list of the first day, so that all years since then count.
    for number in range(120):
        rows.append(Dated(f"a{number}", "first", None, date(1999, 12, 31), None, date(1999, 12, 31)))
        for place in range(8):
            entry = date(2000, 1, 1) + timedelta(days=int(rng.integers(0, 3650)))
            left = entry + timedelta(days=int(365.25 * rng.exponential(1 / 0.03)) + 1)
            rows.append(Dated(f"a{number}", f"P{place}", None, entry, left if left <= NOW else None, NOW))
    found, _ = told(rows)
    assert found["leaving"].low < 3.0 < found["leaving"].high
    assert found["leaving"].high - found["leaving"].low < 1.0
    assert found["leaving"].low > 1


def test_one_clock_for_all_own_files_is_a_check_of_its_own_kind():
    single = [
        Dated(f"a{number}", f"P{place}", None, date(1995, 1, 1), left, NOW)
        for number in range(8)
        for place, left in enumerate((date(2015 + number, 1, 1), date(2024, 1, 1), None, None))
    ]
    found, collected = told(single)
    check = next(item for item in collected.variants if item.name.startswith("all own files"))
    # From 2015 on all but the oldest leaving count, and more years.
    assert found["leaving"].note.startswith("8 left in ")
    assert check.finding.note.startswith("15 left in ")
    assert check.finding.estimate < found["leaving"].estimate * 2
    assert len({item.name for item in collected.variants}) == 2


@pytest.mark.slow
def test_intervals_of_files_that_name_only_the_last_leavings_hold_the_truth():
    until, draws, held, told_of = date(2024, 12, 31), 400, 0, 0
    for seed in range(draws):
        rng = np.random.default_rng([31, seed])
        rows = []
        for number in range(30):
            for place in range(9):
                # Without memory: who is there in 2023 leaves at the same rate from then on.
                gone = date(2023, 1, 1) + timedelta(days=int(365.25 * rng.exponential(1 / 0.03)))
                left = gone if gone <= until else None
                rows.append(Dated(f"a{number}", f"P{place}", None, date(1995, 1, 1), left, until))
        found, _ = told(rows)
        if "leaving" in found:
            told_of += 1
            held += found["leaving"].low <= 3 <= found["leaving"].high
    assert told_of > 0.95 * draws
    assert stats.binomtest(held, told_of, 0.95, "less").pvalue > 0.01, held / told_of


def test_it_changes_neither_the_verdict_nor_what_is_missing():
    option = {"benefit": (0, 2, 5), "mean": (0, 2, 5), "reversion": (0.1, 0.2, 0.5), "volatility": (2, 5, 10)}
    option |= {"exit_cost": (50, 100, 200), "discount": (1, 2.25, 4), "years": (5, 10, 15)}
    rows = pl.DataFrame(
        [
            ("A", 2018, 1000, None, None, 1.0, 0.1, 0.0, False),
            ("B", 2018, 2000, None, None, 1.0, 0.1, 0.0, False),
        ],
        schema=dict(zip(COLUMNS, TYPES, strict=True)),
        orient="row",
    )
    stays = spells([*members("a", date(2020, 12, 31), *STAY), *members("b", *STAY), *members("c", *STAY)], {})
    beside = Leaving(stays, True, changes(*MERGED), UNTIL)
    claim = statement("M12")
    without = judge(claim, flexibility(rows, option, sources=()))
    with_dates = judge(claim, flexibility(rows, option, sources=(), leaving=beside))
    undated = judge(claim, flexibility(rows, option, sources=(), leaving=Leaving((), False, changes(*MERGED), UNTIL)))
    for item in (with_dates, undated):
        assert (item.verdict, item.missing, item.p_value) == (without.verdict, without.missing, without.p_value)
    assert {"leaving", "undoing"} <= {part.rule.component for part in with_dates.components}
    assert {"leaving", "leaving_minus_undoing"} <= set(undated.not_estimated)
