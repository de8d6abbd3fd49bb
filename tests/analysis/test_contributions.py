"""Money of the own file: years apart, the unknown not zero, concentration between 1/n and 1."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verband.analysis.arrangements import arrangements_of
from verband.analysis.contributions import concentration, contributions
from verband.domain.arrangement import ArrangementList, Membership

ON = date(2026, 7, 1)


def paid(name, status, eur, year=2026, **extra):
    return Membership(
        name.lower(),
        name,
        "N",
        "N",
        "Nieuwstad",
        "own" if eur is not None else "list",
        "own.csv" if eur is not None else "list.csv",
        date(2026, 1, 1),
        status=status,
        contribution_eur=eur,
        contribution_year=year if eur is not None else None,
        **extra,
    )


def ask(*rows):
    items, ended = arrangements_of("N", rows, on=ON)
    return contributions(ArrangementList("N", "Nieuwstad", ON, items, ended))


def of_status(year):
    return {item.status: (item.arrangements, item.known, item.eur, item.share) for item in year.by_status}


def test_compulsory_and_voluntary_money_by_hand():
    found = ask(
        paid("Veiligheidsregio", "compulsory", 500.0),
        paid("GGD", "compulsory", 100.0),
        paid("Jeugdhulp", "cooperate", 200.0),
        paid("Muziekschool", "voluntary", 200.0),
    )
    (year,) = found.years
    assert (year.year, year.arrangements, year.known, year.eur) == (2026, 4, 4, 1000.0)
    assert of_status(year) == {
        "compulsory": (2, 2, 600.0, 0.6),
        "cooperate": (1, 1, 200.0, 0.2),
        "voluntary": (1, 1, 200.0, 0.2),
        "unknown": (0, 0, 0.0, 0.0),
    }
    # 0.25 + 0.01 + 0.04 + 0.04.
    assert year.concentration == pytest.approx(0.34)
    assert year.as_many_as == pytest.approx(1 / 0.34)
    assert year.complete
    assert found.without == ()
    assert found.sources == ("own.csv",)
    assert year.kind == "derived"


def test_what_is_not_known_is_not_zero_and_the_index_says_so():
    found = ask(
        paid("GGD", "compulsory", 300.0),
        paid("Muziekschool", "voluntary", None),
        paid("Afvalschap", "voluntary", 100.0),
        paid("Regio", None, None),
    )
    (year,) = found.years
    assert of_status(year) == {
        "compulsory": (1, 1, 300.0, 0.75),
        "cooperate": (0, 0, 0.0, 0.0),
        "voluntary": (2, 1, 100.0, 0.25),
        "unknown": (1, 0, None, None),
    }
    assert (year.known, year.arrangements, year.complete) == (2, 4, False)
    # Over the two that are known: 0.5625 + 0.0625.
    assert year.concentration == pytest.approx(0.625)
    assert found.without == ("Muziekschool", "Regio")


def test_years_are_apart_newest_first_and_a_year_that_is_not_stated_last():
    found = ask(
        paid("GGD", "compulsory", 300.0, 2025),
        paid("Veiligheidsregio", "compulsory", 50.0, 2026),
        paid("Muziekschool", "voluntary", 100.0, 2025),
        paid("Afvalschap", "voluntary", 7.0, None),
    )
    assert [(item.year, item.known, item.eur, item.complete) for item in found.years] == [
        (2026, 1, 50.0, False),
        (2025, 2, 400.0, False),
        (None, 1, 7.0, False),
    ]
    assert found.years[0].concentration == 1
    # The GGD is paid too, but nothing is known of it in 2026.
    assert of_status(found.years[0])["compulsory"] == (2, 1, 50.0, 1.0)
    assert of_status(found.years[0])["voluntary"] == (2, 0, None, None)
    assert found.without == ()


def test_a_contribution_of_zero_is_known():
    (year,) = ask(paid("GGD", "compulsory", 100.0), paid("Regio", "voluntary", 0.0)).years
    assert of_status(year)["voluntary"] == (1, 1, 0.0, 0.0)
    assert (year.complete, year.concentration) == (True, 1)


@pytest.mark.parametrize(("amounts", "words"), [((100.0, -20.0), "negative"), ((0.0, 0.0), "all 0")])
def test_money_back_and_nothing_at_all_give_no_shares(amounts, words):
    (year,) = ask(paid("GGD", "compulsory", amounts[0]), paid("Regio", "voluntary", amounts[1])).years
    assert year.eur == sum(amounts)
    assert words in year.no_shares
    assert (year.concentration, year.as_many_as) == (None, None)
    assert [item.share for item in year.by_status] == [None] * 4
    assert of_status(year)["voluntary"][2] == amounts[1]


def test_without_contributions_there_is_no_year():
    found = ask(paid("GGD", "compulsory", None))
    assert (found.arrangements, found.years, found.without, found.sources) == (1, (), ("GGD",), ())


def test_what_ended_is_not_paid():
    found = ask(paid("GGD", "compulsory", 100.0), paid("Regio", "voluntary", 900.0, exit=date(2026, 1, 1)))
    assert [(item.arrangements, item.eur) for item in found.years] == [(1, 100.0)]


@given(st.lists(st.floats(0.01, 1e9), min_size=1, max_size=30), st.floats(0.001, 1000))
def test_concentration_lies_between_one_of_n_and_one_and_has_no_unit(amounts, factor):
    found = concentration(amounts)
    assert 1 / len(amounts) - 1e-9 <= found <= 1 + 1e-9
    assert concentration([factor * amount for amount in amounts]) == pytest.approx(found)
    # A merger of two receivers never spreads the money more.
    assert concentration([sum(amounts[:2]), *amounts[2:]]) >= found - 1e-9
    assert concentration([3.0] * len(amounts)) == pytest.approx(1 / len(amounts))


@pytest.mark.parametrize("amounts", [[], [0.0, 0.0], [1.0, -0.5]])
def test_concentration_of_nothing_or_of_money_back_is_refused(amounts):
    with pytest.raises(ValueError, match="0 or more"):
        concentration(amounts)


@given(
    st.lists(st.tuples(st.sampled_from(["compulsory", "voluntary", None]), st.none() | st.floats(0, 1e6)), max_size=9)
)
def test_statuses_add_up_to_the_year(rows):
    found = ask(*(paid(f"R{place}", status, eur) for place, (status, eur) in enumerate(rows)))
    for year in found.years:
        assert sum(item.eur or 0.0 for item in year.by_status) == pytest.approx(year.eur)
        assert sum(item.arrangements for item in year.by_status) == year.arrangements == len(rows)
        assert sum(item.known for item in year.by_status) == year.known == len(rows) - len(found.without)
        shares = [item.share for item in year.by_status if item.share is not None]
        assert year.no_shares or sum(shares) == pytest.approx(1)
