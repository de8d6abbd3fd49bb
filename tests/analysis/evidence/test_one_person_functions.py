"""M5: the model result falls with size by construction, is the same for the same call, and gets no verdict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.one_person_functions import function_counts, one_person_functions
from verband.analysis.evidence.statements import statement
from verband.analysis.function_staffing import function_staffing
from verband.analysis.own_pay import SUPPORT, OwnPay, pay_by_field
from verband.domain.function import policy_fields
from verband.domain.staff_pay import function_rule

SIZES = (7_000, 9_000, 14_000, 30_000, 70_000, 180_000, 500_000)


def _member(place, size, *, outsourced=False):
    tasks = [task for field in policy_fields() for task in field.tasks]
    return OwnPay(f"GM{place:04}", "invented", size, dict.fromkeys(tasks, size * 0.6 / len(tasks)), outsourced)


def _members():
    return tuple(_member(place, size) for place, size in enumerate(SIZES))


def _asked(**options):
    members = (*_members(), _member(99, 20_000, outsourced=True))
    return one_person_functions(members, year=2023, sources=("invented",), draws=200, **options)


def test_it_falls_with_size_and_decides_nothing():
    found = _asked()
    numbers = [item.estimate for item in found.findings if item.component == "one_person_functions"]
    assert len(numbers) == 6
    assert numbers == sorted(numbers, reverse=True)
    assert all(item.kind == "assumed" and item.low <= item.estimate <= item.high for item in found.findings)
    assert [item.code for item in found.set_aside] == ["GM0099"]
    evidence = judge(statement("M5"), found)
    assert evidence.verdict == "not_testable"
    assert evidence.missing
    assert [len(series.points) for series in found.drawing.series] == [6, 6]


def test_the_same_call_gives_the_same_and_another_seed_does_not():
    assert _asked() == _asked()
    assert _asked(seed=2).findings != _asked().findings


def test_the_counts_are_those_of_the_answer_on_functions():
    """Mean number of functions on one and two people of ``verband functions``, same seed and draws."""
    member = _members()[2]
    answer = function_staffing([member], year=2023, seed=1, draws=300).municipalities[0].alone
    counts = function_counts([member], year=2023, seed=1, draws=300)
    assert counts.one.mean() == pytest.approx(answer.one.mean)
    assert counts.two.mean() == pytest.approx(answer.two.mean)


def test_who_else_is_asked_changes_nothing():
    alone = function_counts(_members()[3:4], year=2023, seed=1, draws=100)
    among = function_counts(_members(), year=2023, seed=1, draws=100)
    assert np.array_equal(alone.one[0], among.one[3])


def test_what_is_run_here_stays_here_when_pay_falls():
    """A field just above the limit must not vanish, and its functions with it, because pay is a tenth less."""
    member = _member(1, 30_000)
    fields = pay_by_field(member, year=2023).fields
    field = next(part for part in fields if part.field.code != SUPPORT)
    limit = function_rule("field_elsewhere").value.mid * field.usual_fte
    # As the model spreads it, so that it stands on the tasks it is for; but one field hardly above the limit.
    paid = {part.field.code: part.pay_keur for part in fields}
    paid[field.field.code] *= 1.05 * limit / field.fte
    pay = {task: paid[part.field.code] / len(part.field.tasks) for part in fields for task in part.field.tasks}
    member = replace(member, pay_keur=pay)
    here = next(part for part in pay_by_field(member, year=2023).fields if part.field == field.field)
    less = replace(member, pay_keur={task: 0.9 * keur for task, keur in pay.items()})
    gone = next(part for part in pay_by_field(less, year=2023).fields if part.field == field.field)
    assert (here.elsewhere, gone.elsewhere) == (False, True)
    before = function_counts([member], year=2023, seed=1, draws=400)
    after = function_counts([member], year=2023, seed=1, draws=400, pay=0.9)
    assert (after.one + after.two >= before.one + before.two).all()


def test_nobody_with_pay_is_said():
    found = one_person_functions((_member(1, 20_000, outsourced=True),), year=2023, sources=(), draws=100)
    assert found.findings == ()
    assert {"one_person_functions", "two_person_functions"} < set(found.not_found)
