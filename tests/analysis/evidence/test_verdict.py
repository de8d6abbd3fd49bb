"""Reading intervals: every region of every rule, the share of variants that must agree, Holm by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from verband.analysis.evidence.ledger import SAME, adjusted, judge
from verband.analysis.evidence.result import Finding, Findings, VariantFinding
from verband.analysis.evidence.statements import Rule, Text, statement
from verband.analysis.evidence.verdict import holm, joined, p_value, read, with_checks

WORDS = Text("iets", "something")
HIGHER = Rule("part", "primary", "higher", 2.0, None, "EUR", WORDS, "reason")
LOWER = Rule("part", "primary", "lower", 2.0, None, "EUR", WORDS, "reason")
EQUAL = Rule("part", "primary", "equal", None, 2.0, "EUR", WORDS, "reason")


@pytest.mark.parametrize(
    ("rule", "low", "high", "told"),
    [
        (HIGHER, 2.1, 9.0, "supported"),
        (HIGHER, 2.0, 9.0, "inconclusive"),
        (HIGHER, 1.9, 9.0, "inconclusive"),
        (HIGHER, -1.0, 2.0, "inconclusive"),
        (HIGHER, 0.5, 1.9, "not_supported"),
        (HIGHER, -9.0, -3.0, "not_supported"),
        (HIGHER, -9.0, 1.0, "not_supported"),
        (LOWER, -9.0, -2.1, "supported"),
        (LOWER, -9.0, -1.9, "inconclusive"),
        (LOWER, -1.9, 5.0, "not_supported"),
        (LOWER, 3.0, 5.0, "not_supported"),
        (EQUAL, -1.9, 1.9, "supported"),
        (EQUAL, -2.1, 1.9, "inconclusive"),
        (EQUAL, -9.0, 9.0, "inconclusive"),
        (EQUAL, 2.1, 9.0, "not_supported"),
        (EQUAL, -9.0, -2.1, "not_supported"),
    ],
)
def test_every_region(rule, low, high, told):
    assert read(rule, low, high) == told


def test_what_is_no_interval_or_has_no_rule_is_refused():
    with pytest.raises(ValueError, match="no interval"):
        read(HIGHER, 2.0, 1.0)
    with pytest.raises(ValueError, match="no interval"):
        read(HIGHER, math.nan, 1.0)
    with pytest.raises(ValueError, match="no rule"):
        read(Rule("part", "shown", "higher", None, None, "EUR", WORDS, "reason"), 1.0, 2.0)


def test_two_thirds_of_the_checks_have_to_agree():
    assert with_checks("supported", [True, True, False]) == "supported"
    assert with_checks("supported", [True, False, False]) == "mixed"
    assert with_checks("supported", [True, False]) == "mixed"
    assert with_checks("not_supported", [True, False]) == "mixed"
    assert with_checks("inconclusive", [False, False]) == "inconclusive"


def test_what_was_computed_in_one_or_two_ways_only_cannot_be_told():
    assert with_checks("supported", []) == "inconclusive"
    assert with_checks("not_supported", [True]) == "inconclusive"
    assert with_checks("supported", [True, True]) == "supported"


def test_components_that_contradict_each_other_are_mixed():
    assert joined(["supported", "supported"]) == "supported"
    assert joined(["not_supported"]) == "not_supported"
    assert joined(["supported", "not_supported", "inconclusive"]) == "mixed"
    assert joined(["supported", "inconclusive"]) == "inconclusive"
    assert joined(["not_supported", "inconclusive"]) == "inconclusive"
    assert joined(["mixed", "supported"]) == "mixed"
    assert joined([]) == "not_testable"


@given(
    st.floats(-10, 10),
    st.floats(0.01, 5),
    st.sampled_from([3.0, 11.5, math.inf]),
    st.sampled_from([HIGHER, LOWER, EQUAL]),
)
def test_a_claim_is_supported_where_its_own_test_rejects_at_half_of_five_percent(estimate, error, freedom, rule):
    reach = (stats.norm if math.isinf(freedom) else stats.t(freedom)).ppf(0.975) * error
    tested = p_value(rule, estimate, error, freedom)
    if abs(tested - 0.025) > 1e-9:
        assert (read(rule, estimate - reach, estimate + reach) == "supported") == (tested < 0.025)


def test_holm_by_hand():
    # 0.01 x 3, then 0.02 x 2, then 0.03 x 1 but no smaller than the one before.
    assert holm({"a": 0.02, "b": 0.01, "c": 0.03}) == pytest.approx({"a": 0.04, "b": 0.03, "c": 0.04})
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
    assert holm({}) == {}


def _finding(component, estimate, error):
    return Finding(
        component, estimate, estimate - 1.96 * error, estimate + 1.96 * error, error, 100, 50, 20, (2020,), "by hand"
    )


def test_a_claim_is_judged_by_its_rules_and_its_variants():
    claim = statement("M4")
    main = _finding("hired_share", 3.0, 0.5), _finding("arrangement_share", 2.0, 0.2)
    agreeing = [VariantFinding("other years", "hired_share", _finding("hired_share", 2.9, 0.5))] * 2
    agreeing += [VariantFinding("other years", "arrangement_share", _finding("arrangement_share", 2.1, 0.2))] * 2
    found = judge(claim, Findings(main, tuple(agreeing)))
    assert found.verdict == "supported"
    assert found.primary.finding.estimate == 3.0
    weak = VariantFinding("drivers", "hired_share", _finding("hired_share", 1.0, 0.5))
    assert judge(claim, Findings(main, (weak, weak, *agreeing))).verdict == "mixed"
    unknown = VariantFinding("drivers", "hired_share", None, "no drivers loaded")
    assert judge(claim, Findings(main, (unknown, unknown, *agreeing))).verdict == "supported"


def test_a_claim_of_which_a_deciding_part_is_lacking_is_not_supported_by_the_rest():
    found = judge(
        statement("M4"),
        Findings((_finding("hired_share", 3.0, 0.5),), not_found={"arrangement_share": "no arrangements loaded"}),
    )
    assert found.verdict == "inconclusive"
    assert found.missing == "no arrangements loaded"


def test_a_motive_and_a_claim_without_data_are_not_testable():
    measured = judge(statement("M6"), Findings((_finding("dependence_by_size", 3.0, 0.5),)))
    assert measured.verdict == "not_testable"
    assert measured.components[0].verdict == "supported"
    assert measured.primary is None
    bare = replace(statement("M2"), rules=())
    assert judge(bare, Findings(())).missing == "what is claimed is not observed"
    nothing = judge(statement("M2"), Findings(()))
    assert nothing.verdict == "not_testable"
    assert nothing.missing == "price_by_volume was not estimated; price_together was not estimated"
    lacking = judge(statement("M3"), Findings((), not_found={"quality_together": "no indicators"}))
    assert (lacking.verdict, lacking.missing) == ("not_testable", "no indicators")


def test_parts_that_lack_for_one_reason_give_it_once():
    both = {"price_by_volume": "no prices", "price_together": "no prices"}
    assert judge(statement("M2"), Findings((), not_found=both)).missing == "no prices"
    assert (
        judge(statement("M2"), Findings((), not_found=both | {"price_together": "none"})).missing == "no prices; none"
    )


def test_an_estimate_without_a_rule_is_refused():
    with pytest.raises(KeyError, match="afterthought"):
        judge(statement("M1"), Findings((_finding("afterthought", 1.0, 0.1),)))


def test_p_values_are_adjusted_over_the_claims_that_have_one():
    first = judge(statement("M10"), Findings((_finding("paid_after_merger", 0.0, 12.0),)))
    second = judge(statement("M7"), Findings((_finding("shared_voluntary", -20.0, 4.0),)))
    ledger = adjusted([first, second, judge(statement("M2"), Findings(()))])
    values = holm({"M10": first.p_value, "M7": second.p_value})
    assert [item.p_value_holm for item in ledger] == [values["M10"], values["M7"], None]


def test_only_variants_of_the_same_component_count():
    main = _finding("hired_share", 3.0, 0.5), _finding("arrangement_share", 2.0, 0.2)
    agreeing = [VariantFinding("other years", "hired_share", _finding("hired_share", 2.9, 0.5))] * 2
    against = [VariantFinding("other years", "arrangement_share", _finding("arrangement_share", 0.0, 0.2))] * 2
    hired, arrangements = judge(statement("M4"), Findings(main, (*agreeing, *against))).components
    assert (hired.told, hired.agreeing, hired.tried) == ("supported", 2, 2)
    assert (arrangements.told, arrangements.agreeing, arrangements.tried) == ("mixed", 0, 2)


def test_a_motive_gets_no_verdict_even_where_its_main_component_is_estimated():
    claim = replace(statement("M4"), type="motive")
    main = _finding("hired_share", 3.0, 0.5), _finding("arrangement_share", 2.0, 0.2)
    fewer = [replace(part, n_observations=50) for part in main]
    checks = tuple(VariantFinding(name, part.component, part) for part in fewer for name in ("one", "other"))
    assert judge(claim, Findings(main, checks)).verdict == "not_testable"
    assert judge(statement("M4"), Findings(main, checks)).verdict == "supported"


@pytest.mark.parametrize("error", [0.02, 0.0635, 0.0637, 0.0755, 0.0757, 0.09, 0.2])
@pytest.mark.parametrize("estimate", [-0.2, -0.14, 0.0, 0.075, 0.2])
def test_the_test_of_a_percentage_made_of_logarithms_agrees_with_its_interval(estimate, error):
    """25% more is 0.223 in logarithms and 25% less -0.288: a symmetric error in percent would say something else."""
    rule = statement("M10").rule("paid_after_merger")
    reach = stats.t.ppf(0.975, 12) * error
    low, high = (100 * math.expm1(value) for value in (estimate - reach, estimate + reach))
    value = p_value(rule, estimate, error, 12, scale=lambda percent: math.log1p(percent / 100))
    assert (value < 0.025) == (read(rule, low, high) == "supported")


def test_a_directional_test_on_another_scale_is_against_the_effect_on_that_scale():
    for mechanism, component, sign in (("M7", "shared_voluntary", -1), ("M7", "contact", 1)):
        rule = statement(mechanism).rule(component)
        bound = math.log1p(sign * rule.smallest_effect / 100)
        scale = {"scale": lambda percent: math.log1p(percent / 100)}
        assert p_value(rule, bound, 0.1, math.inf, **scale) == pytest.approx(0.5)
        assert p_value(rule, bound + sign * 0.3, 0.1, math.inf, **scale) < 0.01


def test_the_two_ends_of_leaving_one_out_are_one_check():
    main = _finding("hired_share", 3.0, 0.5), _finding("arrangement_share", 2.0, 0.2)
    one, other = (
        VariantFinding(name, "hired_share", _finding("hired_share", estimate, 0.5), check="leaving one out")
        for name, estimate in (("lowest of all", 2.9), ("highest of all", 3.1))
    )
    years = VariantFinding("other years", "hired_share", _finding("hired_share", 2.9, 0.5))
    weak = VariantFinding("drivers", "hired_share", _finding("hired_share", 1.0, 0.5))
    hired = judge(statement("M4"), Findings(main, (one, other, years, weak))).components[0]
    assert (hired.agreeing, hired.tried, hired.told) == (2, 3, "supported")
    # Two ends that agree with each other are not two votes against a check that does not.
    hired = judge(statement("M4"), Findings(main, (one, other, weak))).components[0]
    assert (hired.agreeing, hired.tried, hired.told) == (1, 2, "mixed")
    # They agree only where both do.
    low = replace(one, finding=weak.finding)
    hired = judge(statement("M4"), Findings(main, (low, other, years))).components[0]
    assert (hired.agreeing, hired.tried) == (1, 2)


def test_a_claim_of_several_parts_is_tested_by_the_part_that_it_fails_most():
    sure, unsure = _finding("hired_share", 3.0, 0.2), _finding("arrangement_share", 1.1, 0.2)
    alone = p_value(statement("M4").rule("arrangement_share"), 1.1, 0.2, math.inf)
    both = judge(statement("M4"), Findings((sure, unsure)))
    assert both.p_value == alone > 0.2
    assert judge(statement("M4"), Findings((unsure, sure))).p_value == alone
    lacking = judge(statement("M4"), Findings((sure,), not_found={"arrangement_share": "no arrangements loaded"}))
    assert lacking.p_value is None


def test_a_check_that_cannot_tell_is_no_check_that_contradicts():
    main = _finding("hired_share", 3.0, 0.5), _finding("arrangement_share", 2.0, 0.2)
    names = {"same": 2.9, "cannot tell": 1.2, "contrary": -3.0}
    checks = tuple(VariantFinding(name, "hired_share", _finding("hired_share", at, 0.5)) for name, at in names.items())
    hired = judge(statement("M4"), Findings(main, checks)).components[0]
    assert (hired.agreeing, hired.against, hired.tried) == (1, 1, 3)


def test_a_check_that_comes_to_the_same_is_none():
    main = _finding("hired_share", 3.0, 0.5), _finding("arrangement_share", 2.0, 0.2)
    same = [VariantFinding(name, "hired_share", main[0]) for name in ("last year only", "without the four largest")]
    found = judge(statement("M4"), Findings(main, tuple(same)))
    assert (found.components[0].tried, found.components[0].told) == (0, "inconclusive")
    assert {item.missing for item in found.variants} == {SAME}
    other = replace(main[0], n_observations=99)
    found = judge(statement("M4"), Findings(main, (*same, VariantFinding("fewer", "hired_share", other))))
    assert found.components[0].tried == 1
