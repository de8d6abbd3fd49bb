"""Functions on one or two people: identities of the model, what pooling does, and who is set apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verband.analysis.function_booking import booking, lent_shares
from verband.analysis.function_draws import common_draws, local_draws, triangular
from verband.analysis.function_holders import Catalogue, holding, own_fte, pooled, spread_over_functions
from verband.analysis.function_staffing import HARDLY_ANY, OUTSOURCED, function_staffing
from verband.analysis.own_pay import OwnPay, pay_by_field, usual_fte
from verband.domain.function import Range, functions, policy_fields
from verband.domain.staff_pay import pay_per_fte
from verband.errors import BadInputError, MissingDataError

YEAR = 2023
DRAWS = 400


def town(code="GM9101", inhabitants=20_000, times=1.0, **without):
    """A municipality that pays the usual staff of its size, times something; a field can be given otherwise."""
    price = pay_per_fte(YEAR).eur.mid / 1000
    pay = {}
    for field in policy_fields():
        usual = sum(usual_fte(item, inhabitants) for item in functions(YEAR) if item.field == field.code)
        pay[field.tasks[0]] = without.get(field.code, times) * usual * price * field.relative_pay.mid
    return OwnPay(code, code, inhabitants, pay)


def arrays(*members, year=YEAR, seed=1):
    catalogue = Catalogue.of(functions(year), policy_fields())
    common = common_draws(catalogue.functions, catalogue.fields, year=year, draws=DRAWS, seed=seed)
    locals_ = [local_draws(m.code, draws=DRAWS, functions=len(catalogue.functions), seed=seed) for m in members]
    parts = [
        holding(booking(pay_by_field(m, year=year)), common, local, catalogue)
        for m, local in zip(members, locals_, strict=True)
    ]
    return catalogue, common, locals_, parts


def place(catalogue, code):
    return [item.code for item in catalogue.functions].index(code)


def test_pooling_with_nobody_changes_nothing():
    one = town()
    catalogue, common, locals_, parts = arrays(one)
    joint = pooled(parts, locals_, common, catalogue)
    own = parts[0].own
    assert np.array_equal(joint.own, own)
    assert np.array_equal(joint.people[own], parts[0].people[own])
    assert np.allclose(joint.fte, parts[0].fte)
    alone = function_staffing([one], year=YEAR, draws=DRAWS)
    assert alone.together is None
    assert alone.municipalities[0].pooled is None


def test_pooling_with_somebody_outsourced_changes_nothing():
    elsewhere = OwnPay("GM9102", "Elders", 15_000, {"0.1": 300.0}, outsourced=True)
    alone = function_staffing([town()], year=YEAR, draws=DRAWS).municipalities[0]
    both = function_staffing([town(), elsewhere], year=YEAR, draws=DRAWS)
    assert both.municipalities[0] == alone
    assert both.municipalities[1].set_apart == OUTSOURCED
    assert both.municipalities[1].functions == ()
    assert both.municipalities[1].alone is None
    assert both.together is None


def test_functions_that_are_not_shareable_are_unchanged():
    found = function_staffing([town(), town("GM9102", 30_000)], year=YEAR, draws=DRAWS)
    for member in found.municipalities:
        kept = [item for item in member.functions if not item.function.shareable]
        assert kept
        for item in kept:
            assert item.pooled_chance_one == item.chance_one
            assert item.pooled_chance_two == item.chance_two
            assert item.chance_joint == 0


def test_partners_do_not_change_what_a_municipality_is_alone():
    alone = function_staffing([town()], year=YEAR, draws=DRAWS).municipalities[0]
    with_others = function_staffing([town(), town("GM9102", 8_000)], year=YEAR, draws=DRAWS).municipalities[0]
    assert with_others.alone == alone.alone
    assert with_others.fte == alone.fte


def test_a_pool_has_a_deputy_only_where_one_of_it_does_the_function():
    """A partner that does not do the function brings no deputy for it."""
    catalogue, common, locals_, parts = arrays(town(), town("GM9102"))
    first, second = parts
    at = place(catalogue, "school_attendance_officer")
    doing, lending = first.own.copy(), second.own.copy()
    doing[:, at], lending[:, at] = True, False
    without, with_one = np.zeros_like(doing), np.ones_like(lending)
    small = np.full_like(first.fte, 0.1)
    pair = [
        replace(first, own=doing, colleague=without, fte=small),
        replace(second, own=lending, colleague=with_one, fte=np.where(lending, 0.1, 0)),
    ]
    joint = pooled(pair, locals_, common, catalogue)
    assert (joint.people[:, at][joint.holders[:, at] == 1] == 1).all()
    assert (joint.holders[:, at] == 1).mean() > 0.5


def test_a_function_is_joint_only_where_a_partner_does_it_too():
    found = function_staffing([town(taxes=1.0), town("GM9102", taxes=0.0)], year=YEAR, draws=DRAWS).municipalities[0]
    taxes = [item for item in found.functions if item.function.field == "taxes"]
    assert taxes
    assert all(item.chance_joint == 0 and item.chance_own > 0 for item in taxes)
    assert any(0 < item.chance_joint < item.chance_own for item in found.functions)


def test_pooling_is_the_same_whoever_asks():
    one, other = town(), town("GM9102", 8_000)
    first = function_staffing([one, other], year=YEAR, draws=DRAWS)
    second = function_staffing([other, one], year=YEAR, draws=DRAWS)
    assert first.together == second.together
    assert first.municipalities == tuple(reversed(second.municipalities))


@settings(max_examples=15, deadline=None)
@given(size=st.integers(3_000, 150_000), times=st.floats(0.6, 2.5), more=st.floats(1.05, 3))
def test_more_pay_never_leaves_more_on_one_person(size, times, more):
    """In every draw: holders do not fall with pay, so those on one do not rise (no field comes in or goes out)."""
    catalogue, _, _, (less, richer) = arrays(
        town(inhabitants=size, times=times), town(inhabitants=size, times=times * more)
    )
    assert np.array_equal(less.own, richer.own)
    assert (richer.fte >= less.fte * (1 - 1e-9)).all()
    assert (richer.holders >= less.holders).all()
    one = (less.own & (less.people == 1))[:, catalogue.core].sum(axis=1)
    assert ((richer.own & (richer.people == 1))[:, catalogue.core].sum(axis=1) <= one).all()


def test_the_expected_number_falls_when_pay_doubles():
    once = function_staffing([town()], year=YEAR, draws=DRAWS).municipalities[0]
    twice = function_staffing([town(times=2)], year=YEAR, draws=DRAWS).municipalities[0]
    assert twice.alone.one.mean < once.alone.one.mean - 1


def test_work_adds_up_in_a_pool():
    catalogue, common, locals_, parts = arrays(town(), town("GM9102", 30_000), town("GM9103", 9_000))
    joint = pooled(parts, locals_, common, catalogue)
    assert np.allclose(joint.fte, sum(part.fte for part in parts))
    assert np.array_equal(joint.own, np.any([part.own for part in parts], axis=0))
    # Holders follow from the work that adds up; the law's least does not add up.
    assert joint.holders[:, place(catalogue, "civil_registrar")].min() >= 2
    expected = joint.fte / common.fte_per_holder[:, None]
    free = joint.own & (expected >= catalogue.least) & (catalogue.most > 1)
    assert (np.abs(joint.holders - expected)[free] < 1).all()


def test_a_pool_of_equal_towns_is_one_town_with_their_work():
    """Pooling k equal municipalities gives the holders of k times the work."""
    k = 3
    catalogue, common, locals_, parts = arrays(*(town() for _ in range(k)))
    joint = pooled(parts, locals_, common, catalogue)
    holders = np.floor(k * parts[0].fte / common.fte_per_holder[:, None] + locals_[0].rounding)
    own = parts[0].own & (catalogue.most > 1)
    assert np.array_equal(joint.holders[own], np.maximum(holders, catalogue.least)[own])


def test_together_counts_a_joint_function_once_and_all_staying_leaves_least():
    found = function_staffing([town(), town("GM9102"), town("GM9103")], year=YEAR, draws=DRAWS)
    together = found.together
    assert together.alone.one.mean == pytest.approx(sum(m.alone.one.mean for m in found.municipalities))
    assert together.if_all_stay.one.mean <= together.pooled.one.mean <= together.alone.one.mean
    assert together.change.one.mean == pytest.approx(together.pooled.one.mean - together.alone.one.mean)


def test_own_staff_of_a_field_is_its_pay_over_pay_per_fte_and_all_of_it_is_spread():
    one = town()
    catalogue, common, _, _ = arrays(one)
    fte = own_fte(booking(pay_by_field(one, year=YEAR)), common)
    keur = np.array([one.pay_keur[field.tasks[0]] for field in catalogue.fields])
    assert np.allclose(fte * common.pay_eur, keur * 1000)
    own = np.ones((DRAWS, len(catalogue.functions)), dtype=bool)
    spread = spread_over_functions(fte, own, common.fte, catalogue)
    assert np.allclose(spread @ catalogue.members.T, fte)


def test_a_function_hardly_grows_where_its_growth_is_nought():
    catalogue, common, _, _ = arrays(town())
    own = np.ones((DRAWS, len(catalogue.functions)), dtype=bool)
    usual = common.fte @ catalogue.members.T
    small = spread_over_functions(usual, own, common.fte, catalogue)
    large = spread_over_functions(usual * 5, own, common.fte, catalogue)
    assert np.allclose(small, common.fte)  # at the reference size everybody has the usual size

    def grown(code):
        at = place(catalogue, code)
        return large[:, at] / small[:, at]

    # With five times the staff: a function per municipality hardly grows, one of volume grows with the field.
    assert (grown("travel_document_security_officer") < 2).all()
    assert grown("population_register_officer").mean() == pytest.approx(5, rel=0.1)


def test_the_usual_size_goes_with_inhabitants_by_the_growth_of_the_function():
    by_code = {item.code: item for item in functions(YEAR)}
    once, volume, root = (
        by_code[code] for code in ("municipal_secretary", "population_register_officer", "traffic_engineer")
    )
    assert (once.growth, volume.growth, root.growth) == (0, 1, 0.5)
    assert usual_fte(once, 80_000) == once.fte.mid
    assert usual_fte(volume, 80_000) == pytest.approx(4 * volume.fte.mid)
    assert usual_fte(root, 80_000) == pytest.approx(2 * root.fte.mid)


def test_the_law_decides_where_it_speaks():
    catalogue, _, _, (tiny,) = arrays(town(inhabitants=2_000))
    secretary, clerk = place(catalogue, "municipal_secretary"), place(catalogue, "council_clerk")
    assert (tiny.holders[:, secretary] == 1).all()
    assert (tiny.people[:, secretary] == 2).all()
    assert (tiny.people[:, clerk] >= 2).all()
    assert (tiny.holders[:, place(catalogue, "civil_registrar")] == 2).all()
    catalogue, _, _, (huge,) = arrays(town(inhabitants=500_000))
    assert (huge.holders[:, secretary] == 1).all()
    assert (huge.fte[:, secretary] <= 1).all()


def test_a_deputy_is_a_colleague_whose_function_is_not_excluded():
    catalogue = Catalogue.of(functions(YEAR), policy_fields())
    protection, security = place(catalogue, "data_protection_officer"), place(catalogue, "security_officer")
    registrar, adviser = place(catalogue, "civil_registrar"), place(catalogue, "financial_adviser")
    assert catalogue.may_stand_in[protection, security] == 0
    assert catalogue.may_stand_in[protection, adviser] == 1
    assert catalogue.may_stand_in[registrar, adviser] == 0  # another field
    assert not catalogue.may_stand_in.diagonal().any()


def test_who_has_only_excluded_colleagues_has_no_deputy():
    """Two functions that may not be combined, alone on a field: neither ever stands in for the other."""
    base = {item.code: item for item in functions(YEAR)}
    pair = [
        replace(base["data_protection_officer"], practice="own", fte=Range(0.1, 0.2, 0.3)),
        replace(base["security_officer"], practice="own", fte=Range(0.1, 0.2, 0.3)),
    ]
    fields = [field for field in policy_fields() if field.code == "support"]
    catalogue = Catalogue.of(pair, fields)
    common = common_draws(pair, fields, year=YEAR, draws=DRAWS, seed=1)
    pay = pay_by_field(OwnPay("GM9101", "A", 20_000, {"0.4": 40.0}), year=YEAR)
    part = replace(
        pay, fields=tuple(replace(one, elsewhere=False) for one in pay.fields if one.field.code == "support")
    )
    local = local_draws("GM9101", draws=DRAWS, functions=2, seed=1)
    assert (holding(booking(part), common, local, catalogue).people == 1).all()
    friendly = Catalogue.of([replace(item, not_with=()) for item in pair], fields)
    assert 0.1 < (holding(booking(part), common, local, friendly).people == 2).mean() < 0.5


def test_a_field_with_hardly_any_pay_is_done_elsewhere():
    found = function_staffing([town(income_and_work=0.2)], year=YEAR, draws=DRAWS).municipalities[0]
    assert [one.field.code for one in found.pay.fields if one.elsewhere] == ["income_and_work"]
    gone = [item for item in found.functions if item.function.field == "income_and_work"]
    assert gone
    assert all(item.chance_own == item.chance_one == 0 and item.fte is None for item in gone)


@pytest.mark.parametrize(("task", "share"), [("0.4", 1.0), ("2.1", 0.0)])
def test_pay_that_is_not_booked_where_people_work_is_spread(task, share):
    usual = town()
    total = sum(usual.pay_keur.values())
    found = pay_by_field(replace(usual, pay_keur={task: total, "6.4": 5000.0}), year=YEAR)
    assert found.spread
    assert found.support_share == pytest.approx(share)
    assert sum(one.pay_keur for one in found.fields) == pytest.approx(total)
    for one in found.fields:
        assert one.pay_keur == pytest.approx(usual.pay_keur[one.field.tasks[0]])
    assert not pay_by_field(usual, year=YEAR).spread


def on_overhead(member):
    return replace(member, pay_keur={"0.4": sum(member.pay_keur.values())})


def test_pay_on_overhead_is_divided_as_towns_of_like_size_divide_theirs():
    """Half of the lenders has no own tax office: so has half of the draws of the borrower, and the rest is larger."""
    without = [town(f"GM92{number:02}", 20_000 + number, taxes=0.0) for number in range(25)]
    lenders = [*without, *(town(f"GM93{number:02}", 19_000 + number) for number in range(25))]
    asked = on_overhead(town())
    usual = function_staffing([asked], year=YEAR, draws=DRAWS).municipalities[0]
    found = function_staffing([asked], year=YEAR, draws=DRAWS, others=lenders).municipalities[0]
    chances = dict(zip([one.field.code for one in found.pay.fields], found.chance_elsewhere, strict=True))
    assert (usual.lenders, found.lenders) == (0, 50)
    assert set(usual.chance_elsewhere) == {0.0}
    assert chances.pop("taxes") == pytest.approx(0.5, abs=0.1)
    assert set(chances.values()) == {0.0}
    assert found.fte.mean == pytest.approx(usual.fte.mean, rel=0.02)
    taxes = [item for item in found.functions if item.function.field == "taxes"]
    assert taxes
    assert all(item.chance_own <= 0.6 for item in taxes)
    none_of_it = town(taxes=0.0)
    lent = lent_shares(asked, without, year=YEAR)
    booked = booking(pay_by_field(asked, year=YEAR), lent, np.linspace(0, 0.999, DRAWS))
    told = [one.pay_keur for one in pay_by_field(none_of_it, year=YEAR).fields]
    assert booked.keur.sum(axis=1) == pytest.approx(sum(asked.pay_keur.values()))
    assert booked.keur / booked.keur.sum(axis=1, keepdims=True) == pytest.approx(
        np.tile(np.array(told) / sum(told), (DRAWS, 1)), rel=1e-3
    )


def test_who_lends_is_near_in_size_and_books_on_tasks_itself():
    asked = on_overhead(town())
    near = [town(f"GM94{number:02}", 20_000 + number) for number in range(60)]
    strange = [
        on_overhead(town("GM9501")),
        replace(town("GM9502"), outsourced=True),
        replace(town("GM9503"), partly_joint=True),
        replace(town("GM9504"), pay_keur={}),
        town("GM9101", taxes=0.0),
    ]
    far = [town(f"GM96{number:02}", 400_000, economy=0.0) for number in range(60)]
    alone = lent_shares(asked, near, year=YEAR)
    assert alone.shape == (50, 13)
    assert np.array_equal(lent_shares(asked, [*far, *strange, *near], year=YEAR), alone)
    assert np.array_equal(lent_shares(asked, near[:50], year=YEAR), alone)
    assert len(lent_shares(asked, strange, year=YEAR)) == 0
    assert function_staffing([asked], year=YEAR, draws=DRAWS, others=strange) == function_staffing(
        [asked], year=YEAR, draws=DRAWS
    )


def test_who_books_on_tasks_borrows_nothing():
    others = [town(f"GM94{number:02}", 20_000, taxes=0.0) for number in range(50)]
    assert function_staffing([town()], year=YEAR, draws=DRAWS, others=others) == function_staffing(
        [town()], year=YEAR, draws=DRAWS
    )


def test_negative_pay_counts_as_none_and_sheltered_workers_hold_no_function():
    found = pay_by_field(town(economy=-0.1), year=YEAR)
    economy = next(one for one in found.fields if one.field.code == "economy")
    assert (economy.pay_keur, economy.elsewhere) == (0, True)
    plain = town()
    more = replace(plain, pay_keur={**plain.pay_keur, "6.4": 9000.0, "0.10": 500.0})
    assert pay_by_field(more, year=YEAR) == pay_by_field(plain, year=YEAR)


@pytest.mark.parametrize("pay_keur", [{}, {"2.1": 3000.0}, {"0.4": 3000.0}])
def test_hardly_any_pay_on_every_field_gives_no_figures(pay_keur):
    """Not a confident nought: on the road, on overhead or nowhere, such pay shows nothing."""
    bare = replace(town(), pay_keur=pay_keur)
    found = function_staffing([bare, town("GM9102")], year=YEAR, draws=DRAWS, others=[town("GM9103")])
    assert found.municipalities[0].set_apart == HARDLY_ANY
    assert found.municipalities[0].alone is found.municipalities[0].fte is None
    assert (
        found.municipalities[1].alone
        == function_staffing([town("GM9102")], year=YEAR, draws=DRAWS).municipalities[0].alone
    )
    assert found.together is None
    lone = function_staffing([bare], year=YEAR, draws=DRAWS).municipalities[0]
    assert lone.set_apart == HARDLY_ANY


def test_members_of_the_board_are_no_staff():
    one = town()
    found = function_staffing([one], year=YEAR, draws=4000).municipalities[0]
    board = next(item for item in functions(YEAR) if item.independence == "elected")
    everything = sum(item.fte.mid for item in functions(YEAR))
    # The mean of a triangular range is not its middle, and one over a mean is not the mean of one over.
    assert found.fte.mean == pytest.approx(everything - board.fte.mid, rel=0.03)


def test_chances_agree_with_the_counts():
    found = function_staffing([town(), town("GM9102")], year=YEAR, draws=DRAWS).municipalities[0]
    assert sum(item.chance_one for item in found.functions) == pytest.approx(found.alone.one.mean)
    assert sum(item.chance_two for item in found.functions) == pytest.approx(found.alone.two.mean)
    assert sum(item.pooled_chance_one for item in found.functions) == pytest.approx(found.pooled.one.mean)
    for item in found.functions:
        assert item.chance_one + item.chance_two <= item.chance_own + 1e-12
        assert item.function.core


def test_the_seed_decides_and_the_interval_is_no_matter_of_draws():
    first = function_staffing([town()], year=YEAR, seed=7)
    assert first == function_staffing([town()], year=YEAR, seed=7)
    other = function_staffing([town()], year=YEAR, seed=8).municipalities[0].alone
    mine = first.municipalities[0].alone
    assert mine != other
    assert mine.one.mean == pytest.approx(other.one.mean, abs=0.3)
    many = function_staffing([town()], year=YEAR, draws=20_000).municipalities[0].alone
    assert many.one.mean == pytest.approx(mine.one.mean, abs=0.3)
    assert abs((many.one.high - many.one.low) - (mine.one.high - mine.one.low)) <= 1


def test_triangular_quantiles():
    uniform = np.linspace(0, 1, 200_001)
    values = triangular(uniform, Range(1, 2, 6))
    assert values[0] == 1
    assert values[-1] == 6
    assert values.mean() == pytest.approx(3, abs=1e-4)  # (1 + 2 + 6) / 3
    assert values.var() == pytest.approx((1 + 4 + 36 - 2 - 6 - 12) / 18, abs=1e-3)
    assert (triangular(uniform, Range(3, 3, 3)) == 3).all()
    assert (np.diff(triangular(uniform, Range(0, 0, 1))) > 0).all()


def test_what_cannot_be_asked_is_said():
    with pytest.raises(BadInputError, match="own partner"):
        function_staffing([town(), town()], year=YEAR)
    with pytest.raises(BadInputError, match="own partner"):
        function_staffing([], year=YEAR)
    with pytest.raises(BadInputError, match="draws"):
        function_staffing([town()], year=YEAR, draws=5)
    with pytest.raises(MissingDataError, match="2019"):
        function_staffing([town()], year=2019)
