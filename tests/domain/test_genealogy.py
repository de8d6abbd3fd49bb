"""Genealogy: invented municipalities, and the identities that every carry must keep."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verband.domain.figure import Kind
from verband.domain.genealogy import Genealogy
from verband.errors import BadInputError, UnknownNameError


def row(day, old, new, change="merger", share=None, *, moved=None):
    return {
        "effective_date": day,
        "old_code": old,
        "old_name": f"Oud-{old}",
        "new_code": new,
        "new_name": f"Nieuw-{new}",
        "type": change,
        "share": share,
        "inhabitants_moved": moved,
    }


def flows(genealogy, code, start, end):
    return {part.code: part.weight for part in genealogy.carry(code, start, end)}


CHAIN = [
    # A and B go into C, which goes on; C gets a new code; part of D goes to E, then D merges into F.
    row("2015-01-01", "A", "C"),
    row("2015-01-01", "B", "C", share=1),
    row("2015-01-01", "C", "C", "continuation", share=1),
    row("2016-01-01", "C", "G", "renaming"),
    row("2017-01-01", "D", "E", "boundary_correction", share=0.04),
    row("2018-01-01", "D", "F"),
    row("2018-01-01", "H", "F"),
    # a change during the year
    row("2022-03-24", "W", "M"),
    row("2022-03-24", "M", "M", "continuation"),
    # splits: with shares that were rounded, by inhabitants, with one share missing, without any
    row("2018-01-01", "S", "X", "split", share=0.5170),
    row("2018-01-01", "S", "Y", "split", share=0.3079),
    row("2018-01-01", "S", "Z", "split", share=0.1752),
    row("2015-01-01", "T", "X", "split", moved=6000),
    row("2015-01-01", "T", "Y", "split", moved=4000),
    row("2019-01-01", "U", "X", "split", share=0.9),
    row("2019-01-01", "U", "Y", "split"),
    row("2014-01-01", "V", "X", "split"),
    row("2014-01-01", "V", "Y", "split", moved=783),
    row("2014-01-01", "Q", "R"),
    row("2014-01-01", "Q", "Y", "split"),
    *[row(day, code, code, "continuation") for day in ("2014-01-01", "2015-01-01", "2018-01-01") for code in "XYZ"],
]


@pytest.fixture(scope="module")
def chain():
    return Genealogy.from_records(CHAIN)


def test_unchanged_municipality_is_carried_to_itself(chain):
    (part,) = chain.carry("K", 2010, 2026)
    assert (part.code, part.weight, part.kind, part.note) == ("K", 1.0, Kind.MEASURED, "")
    assert chain.carry("A", 2014, 2014)[0].code == "A"


def test_whole_chain_is_followed(chain):
    assert flows(chain, "A", 2014, 2015) == {"C": 1.0}
    assert flows(chain, "A", 2014, 2026) == {"G": 1.0}
    assert flows(chain, "C", 2014, 2015) == {"C": 1.0}
    assert flows(chain, "C", 2015, 2016) == {"G": 1.0}


def test_boundary_correction_leaves_the_rest_which_merges_later(chain):
    assert flows(chain, "D", 2016, 2017) == pytest.approx({"D": 0.96, "E": 0.04})
    assert flows(chain, "D", 2016, 2020) == pytest.approx({"E": 0.04, "F": 0.96})
    assert flows(chain, "D", 2017, 2018) == {"F": 1.0}


def test_change_during_the_year_shows_in_the_next_list(chain):
    assert flows(chain, "W", 2021, 2022) == {"W": 1.0}
    assert flows(chain, "W", 2022, 2023) == {"M": 1.0}
    assert chain.exists("W", 2022)
    assert not chain.exists("W", 2023)


def test_shares_inhabitants_and_the_rest(chain):
    carried = chain.carry("S", 2017, 2018)
    assert sum(part.weight for part in carried) == pytest.approx(1, abs=1e-15)
    assert [part.code for part in carried] == ["X", "Y", "Z"]
    assert carried[0].weight == pytest.approx(0.517, abs=1e-4)
    assert all(part.kind is Kind.DERIVED and "stated share" in part.note for part in carried)
    assert flows(chain, "T", 2014, 2016) == pytest.approx({"X": 0.6, "Y": 0.4})
    assert "inhabitants" in chain.carry("T", 2014, 2016)[0].note
    assert flows(chain, "U", 2018, 2019) == pytest.approx({"X": 0.9, "Y": 0.1})


def test_unknown_share_is_none_and_named_never_guessed(chain):
    carried = chain.carry("V", 2013, 2014)
    assert [(part.code, part.weight) for part in carried] == [("X", None), ("Y", None)]
    assert all("not known" in part.note and "Oud-V (V)" in part.note for part in carried)
    assert flows(chain, "Q", 2013, 2026) == {"R": None, "Y": None}


def test_unknown_parts_that_meet_again_are_known_together():
    genealogy = Genealogy.from_records(
        [
            row("2014-01-01", "A", "B", "split"),
            row("2014-01-01", "A", "C", "split"),
            row("2014-01-01", "B", "B", "continuation"),
            row("2014-01-01", "C", "C", "continuation"),
            row("2018-01-01", "B", "D"),
            row("2018-01-01", "C", "D"),
        ]
    )
    assert flows(genealogy, "A", 2013, 2014) == {"B": None, "C": None}
    assert flows(genealogy, "A", 2013, 2018) == {"D": 1.0}


def test_successor_and_dates(chain):
    assert chain.successor("A", date(2014, 12, 31)) == "A"
    assert chain.successor("A", date(2015, 6, 1)) == "C"
    assert chain.successor("A", date(2026, 1, 1)) == "G"
    assert chain.successor("S", date(2026, 1, 1)) == "X"
    assert chain.successor("D", date(2017, 6, 1)) == "D"
    assert chain.successor("V", date(2026, 1, 1)) is None
    assert chain.successor("Q", date(2026, 1, 1)) == "R"
    assert chain.dissolved_on("W") == date(2022, 3, 24)
    assert chain.dissolved_on("M") is None
    assert chain.created_on("F") == date(2018, 1, 1)
    assert chain.created_on("E") is None
    assert chain.created_on("M") is None
    assert {event.old_code for event in chain.events("C")} == {"A", "B", "C"}


def test_predecessors(chain):
    assert {part.code: part.weight for part in chain.predecessors("G", 2026, 2014)} == {"A": 1.0, "B": 1.0, "C": 1.0}
    assert {part.code: part.weight for part in chain.predecessors("G", 2026, 2015)} == {"C": 1.0}
    assert {part.code: part.weight for part in chain.predecessors("E", 2026, 2016)} == {"D": 0.04, "E": 1.0}
    assert [part.code for part in chain.predecessors("K", 2026, 2010)] == ["K"]


def test_refusals_say_what_to_do(chain):
    with pytest.raises(UnknownNameError, match="boundaries of 2012"):
        chain.carry("A", 2014, 2012)
    with pytest.raises(UnknownNameError, match=r"dissolved on 2022-03-24.*successor M"):
        chain.carry("W", 2023, 2024)
    with pytest.raises(UnknownNameError, match="created on 2018-01-01"):
        chain.carry("F", 2017, 2024)
    with pytest.raises(UnknownNameError):
        chain.predecessors("F", 2018, 2020)


@pytest.mark.parametrize(
    ("records", "match"),
    [
        ([row("2014-01-01", "A", "B"), row("2016-01-01", "B", "A")], "dissolved"),
        ([row("2014-01-01", "A", "B"), row("2014-01-01", "B", "A")], "dissolved"),
        ([row("2014-01-01", "A", "B"), row("2014-01-01", "B", "C")], "dissolved"),
        ([row("2014-01-01", "A", "B", share=0.5)], "part"),
        ([row("2014-01-01", "A", "B", "split")], "part"),
        ([row("2014-01-01", "A", "B", "split", share=0.5), row("2014-01-01", "A", "C", "split", share=0.4)], "add up"),
        ([row("2014-01-01", "A", "B", "split", share=0.8), row("2014-01-01", "A", "C", "split", share=0.4)], "add up"),
        ([row("2014-01-01", "A", "B", share=0.9), row("2014-01-01", "A", "B", share=1)], "same change"),
        ([row("2014-01-01", "A", "B", "boundary_correction", share=1)], "add up"),
        ([row("2014-01-01", "A", "B", share=1.5)], "between 0 and 1"),
        ([row("2014-01-01", "A", "B", share="veel")], "not a number"),
        ([row("2014-01-01", "A", "B", share="nan")], "not a number"),
        ([row("2014-01-01", "A", "B", moved=-5)], "cannot have moved"),
        ([row("2014-13-01", "A", "B")], "cannot be read"),
        ([row("2014-01-01", "A", "B", "fusie")], "cannot be read"),
        ([row("2014-01-01", "", "B")], "empty"),
        ([row("2014-01-01", "A", "B", "continuation")], "keeps its code"),
    ],
)
def test_contradictory_records_are_refused(records, match):
    with pytest.raises(BadInputError, match=match):
        Genealogy.from_records(records)


def test_lists_are_held_against_the_records(chain):
    agree = {2021: {"M", "W"}, 2022: {"M", "W"}, 2023: {"M"}}
    assert chain.unexplained(agree) == ()
    faults = chain.unexplained({2022: {"M", "W", "K"}, 2023: {"W", "L"}})
    assert {(fault.code, fault.what.split(",")[0]) for fault in faults} == {
        ("W", "is listed"),
        ("K", "vanishes without a record"),
        ("M", "vanishes without a record"),
        ("L", "appears without a record"),
    }
    assert chain.unexplained({2022: {"W"}, 2023: set()})[0].what.startswith("goes to M")


# Random histories: existing municipalities merge, split, correct their boundary or change their code.
@st.composite
def histories(draw):
    alive = [f"G{number}" for number in range(draw(st.integers(3, 8)))]
    born = iter(range(100, 1000))
    records = []
    for year in range(2011, 2011 + draw(st.integers(1, 6))):
        day = draw(st.sampled_from([f"{year}-01-01", f"{year}-03-24"]))
        kind = draw(st.sampled_from(["new", "absorb", "split", "correct", "rename", "none"]))
        if len(alive) < 3 or kind == "none":
            continue
        first, second, third = draw(st.permutations(alive))[:3]
        if kind == "new":
            code = f"N{next(born)}"
            records += [row(day, old, code) for old in (first, second)]
            alive = [other for other in alive if other not in (first, second)] + [code]
        elif kind == "absorb":
            records += [row(day, first, second, share=1), row(day, second, second, "continuation")]
            alive.remove(first)
        elif kind == "split":
            share = draw(st.integers(1, 99)) / 100
            records += [row(day, first, second, "split", share), row(day, first, third, "split", 1 - share)]
            records += [row(day, taker, taker, "continuation") for taker in (second, third)]
            alive.remove(first)
        elif kind == "correct":
            records.append(row(day, first, second, "boundary_correction", draw(st.integers(1, 40)) / 100))
        else:
            code = f"N{next(born)}"
            records.append(row(day, first, code, "renaming"))
            alive[alive.index(first)] = code
    return records


def codes_in(genealogy, records, year):
    named = {record[key] for record in records for key in ("old_code", "new_code")} | {"K"}
    return sorted(code for code in named if genealogy.exists(code, year))


@given(histories(), st.data())
def test_weights_sum_to_one_and_compose(records, data):
    genealogy = Genealogy.from_records(records)
    first, second, third = sorted(data.draw(st.tuples(*[st.integers(2010, 2018)] * 3)))
    for code in codes_in(genealogy, records, first):
        direct = flows(genealogy, code, first, third)
        assert sum(direct.values()) == pytest.approx(1)
        assert all(genealogy.exists(other, third) for other in direct)
        composed = {}
        for middle, weight in flows(genealogy, code, first, second).items():
            for last, further in flows(genealogy, middle, second, third).items():
                composed[last] = composed.get(last, 0) + weight * further
        assert composed == pytest.approx(direct)


@given(histories(), st.data())
def test_total_is_kept_for_any_amounts(records, data):
    genealogy = Genealogy.from_records(records)
    codes = codes_in(genealogy, records, 2010)
    amounts = {code: data.draw(st.integers(-(10**9), 10**9)) for code in codes}
    carried = sum(amounts[old] * weight for old, _, weight in genealogy.weights(2010, 2020, codes))
    assert carried == pytest.approx(sum(amounts.values()), abs=1e-3)


@given(histories(), st.data())
def test_order_of_records_does_not_matter(records, data):
    genealogy = Genealogy.from_records(records)
    shuffled = Genealogy.from_records(data.draw(st.permutations(records)))
    codes = codes_in(genealogy, records, 2010)
    assert shuffled.weights(2010, 2020, codes) == genealogy.weights(2010, 2020, codes)
    assert shuffled.events() == genealogy.events()


@given(histories())
def test_predecessors_are_the_transpose_of_carry(records):
    genealogy = Genealogy.from_records(records)
    forward = set(genealogy.weights(2010, 2020, codes_in(genealogy, records, 2010)))
    backward = {
        (part.code, code, part.weight)
        for code in codes_in(genealogy, records, 2020)
        for part in genealogy.predecessors(code, 2020, 2010)
    }
    assert backward == forward


@given(histories())
def test_lists_that_follow_the_records_are_explained(records):
    genealogy = Genealogy.from_records(records)
    assert genealogy.unexplained({year: codes_in(genealogy, records, year) for year in range(2010, 2020)}) == ()
