"""Series: sums of parts, gaps that stay gaps, and inhabitants in the same boundaries as the cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verband.analysis.series import Part, YearQuestion, task_series


def one(parts, cost, people, *, codes=("7.3",), year=2020, **extra):
    question = YearQuestion(year, tuple(parts), codes, **extra)
    (row,) = task_series(
        [question],
        {(code, year, task): amount for (code, task), amount in cost.items()},
        {(code, year): number for code, number in people.items()},
        report="accounts",
    )
    return row


def test_one_municipality_and_one_task_is_measured():
    row = one([Part("A", "Aa")], {("A", "7.3"): 1500}, {"A": 10_000})
    # 1,500 thousand euro over 10,000 inhabitants is 150 euro each.
    assert (row.cost_eur, row.inhabitants, row.cost_eur_per_inhabitant) == (1_500_000, 10_000, 150)
    assert (row.kind, row.missing) == ("measured", None)


def test_predecessors_are_summed_by_weight_and_the_ratio_is_recomputed():
    row = one([Part("A", "Aa"), Part("B", "Bee", 0.25)], {("A", "7.3"): 100, ("B", "7.3"): 400}, {"A": 1000, "B": 4000})
    # 100 + a quarter of 400; 1,000 + a quarter of 4,000: 200,000 / 2,000, not the mean of two ratios.
    assert (row.cost_eur, row.inhabitants, row.cost_eur_per_inhabitant) == (200_000, 2000, 100)
    assert row.kind == "derived"
    assert row.parts == ("A", "B")


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Part("B", "Bee", no_report="not filed"), "Bee (B): not filed"),
        (Part("B", "Bee", None), "share of Bee (B)"),
        (Part("C", "Cee"), "not listed in the accounts of Cee (C)"),
    ],
)
def test_one_missing_part_makes_the_sum_missing(part, words):
    row = one([Part("A", "Aa"), part], {("A", "7.3"): 100, ("B", "7.3"): 50}, {"A": 1000, "B": 500, "C": 500})
    assert (row.cost_eur, row.cost_eur_per_inhabitant, row.kind) == (None, None, None)
    assert words in row.missing


def test_a_blank_amount_is_missing_and_a_published_zero_is_zero():
    assert one([Part("A", "Aa")], {("A", "7.3"): None}, {"A": 1000}).cost_eur is None
    assert one([Part("A", "Aa")], {("A", "7.3"): 0}, {"A": 1000}).cost_eur == 0


def test_dissolved_in_the_year_counts_in_its_successor_and_is_missing_alone():
    gone = Part("W", "Wee", no_report="dissolved on 2022-03-24", in_successor=True)
    together = one([Part("A", "Aa"), gone], {("A", "7.3"): 900}, {"A": 8000, "W": 1000})
    assert (together.cost_eur, together.inhabitants, together.cost_eur_per_inhabitant) == (900_000, 9000, 100)
    alone = one([gone], {}, {"W": 1000})
    assert alone.cost_eur is None
    assert alone.kind is None
    assert "dissolved on 2022-03-24; its accounts are in those of its successor" in alone.missing


def test_inhabitants_of_unknown_share_leave_the_ratio_missing():
    assert one([Part("A", "Aa")], {("A", "7.3"): 100}, {}).cost_eur_per_inhabitant is None


def test_a_stopped_year_says_why():
    row = one([], {}, {}, codes=None, stopped="did not exist yet")
    assert (row.cost_eur, row.missing) == (None, "did not exist yet")


amounts = st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)), min_size=1, max_size=6)


@given(amounts, st.randoms(use_true_random=False))
def test_order_of_parts_does_not_matter(rows, chance):
    parts = [Part(str(i), str(i)) for i in range(len(rows))]
    cost = {(str(i), "7.3"): amount for i, (amount, _) in enumerate(rows)}
    people = {str(i): number for i, (_, number) in enumerate(rows)}
    mixed = parts.copy()
    chance.shuffle(mixed)
    first, second = one(parts, cost, people), one(mixed, cost, people)
    assert first.cost_eur == second.cost_eur == 1000 * sum(amount for amount, _ in rows)
    assert first.cost_eur_per_inhabitant == second.cost_eur_per_inhabitant


@given(amounts)
def test_ratio_lies_between_the_ratios_of_the_parts(rows):
    parts = [Part(str(i), str(i)) for i in range(len(rows))]
    row = one(
        parts,
        {(str(i), "7.3"): amount for i, (amount, _) in enumerate(rows)},
        {str(i): number for i, (_, number) in enumerate(rows)},
    )
    ratios = [1000 * amount / number for amount, number in rows]
    slack = 1e-9 * max(1.0, *ratios)
    assert min(ratios) - slack <= row.cost_eur_per_inhabitant <= max(ratios) + slack
