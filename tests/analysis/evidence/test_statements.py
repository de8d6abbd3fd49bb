"""What is claimed and what decides it: complete, in two languages, and stated in a form that can be judged."""

from __future__ import annotations

import pytest

from verband.analysis.evidence.statements import statement, statements
from verband.errors import UnknownNameError

TYPES = {"motive", "effect", "forecast", "structure"}


def test_all_sixteen_mechanisms_are_claims_in_order():
    assert [item.mechanism for item in statements()] == [f"M{number}" for number in range(1, 17)]
    assert {item.type for item in statements()} <= TYPES


@pytest.mark.parametrize("claim", statements(), ids=lambda item: item.mechanism)
def test_every_claim_can_be_judged_or_says_which_data_would_do(claim):
    roles = [rule.role for rule in claim.rules]
    assert set(roles) <= {"primary", "counts", "shown"}
    assert roles.count("primary") <= 1
    if "primary" not in roles:
        assert claim.data_needed is not None
        assert "counts" not in roles
    for text in (claim.title, claim.statement, claim.question, claim.would_change):
        assert text.nl.strip()
        assert text.en.strip()
        assert text.nl != text.en
    assert claim.literature


@pytest.mark.parametrize(
    "rule", [rule for item in statements() for rule in item.rules], ids=lambda rule: rule.component
)
def test_every_rule_has_a_direction_a_limit_and_a_reason(rule):
    assert rule.direction in ("higher", "lower", "equal")
    assert rule.unit
    assert len(rule.reason) > 10
    if rule.direction == "equal":
        assert rule.margin is not None
        assert rule.margin > 0
        assert rule.smallest_effect is None
    else:
        assert rule.margin is None
        assert rule.smallest_effect is None or rule.smallest_effect > 0
    if rule.role != "shown":
        assert rule.judges


def test_a_motive_decides_nothing():
    for claim in statements():
        if claim.type == "motive":
            assert all(rule.role == "shown" for rule in claim.rules)


def test_a_mechanism_is_found_however_it_is_written():
    assert {statement(name).mechanism for name in ("M4", "m04", " 4 ")} == {"M4"}
    for name in ("M17", "M0", "scale", ""):
        with pytest.raises(UnknownNameError, match="M1 to M16"):
            statement(name)


def test_a_component_without_a_rule_stated_beforehand_is_refused():
    with pytest.raises(KeyError, match="afterthought"):
        statement("M1").rule("afterthought")
