"""The ledger: findings judged by the stated rules, claim by claim, and adjusted over all claims together.

A claim of several parts holds where each of them does, so its test is the intersection-union test (Berger, 1982,
"Multiparameter hypothesis testing and acceptance sampling", Technometrics 24): the largest p-value of its parts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from verband.analysis.evidence.result import Evidence, Finding, Findings, Judged, JudgedVariant, VariantFinding
from verband.analysis.evidence.statements import Rule, Statement
from verband.analysis.evidence.verdict import Verdict, holm, joined, p_value, read, with_checks

SAME = "comes to the same rows and figures as the estimate itself"
"""Why a check is none here."""


def judge(statement: Statement, found: Findings) -> Evidence:
    """Judge what was found by the rules of a claim.

    Parameters
    ----------
    statement
        The claim.
    found
        Every component must have a rule.

    Raises
    ------
    KeyError
        If a component has no rule that was stated beforehand.
    """
    own = {item.component: item for item in found.findings if not item.by}
    variants = tuple(_variant(statement, _if_other(item, own.get(item.component))) for item in found.variants)
    components = [_judged(statement.rule(item.component), item, variants) for item in found.findings]
    deciding = [item for item in components if item.rule.role != "shown"]
    primary = next((item for item in components if item.rule.role == "primary"), None)
    lacking = [rule.component for rule in statement.rules if rule.role != "shown"]
    lacking = [name for name in lacking if name not in {item.rule.component for item in deciding}]
    reasons = (found.not_found.get(name, f"{name} was not estimated") for name in lacking)
    # Parts that decide often lack for one reason.
    missing = "; ".join(dict.fromkeys(reasons))
    there = {item.rule.component for item in components}
    absent = [rule.component for rule in statement.rules if rule.component not in there]
    # What moves people is in no account: whatever is estimated beside a motive, it gets no verdict of an effect.
    testable = primary is not None and statement.type != "motive"
    verdict: Verdict = joined([item.told for item in deciding]) if testable else "not_testable"
    if verdict != "not_testable" and lacking and verdict != "mixed":
        verdict = "inconclusive"
    if not lacking and primary is None:
        missing = "; ".join(found.not_found.values()) or "what is claimed is not observed"
    return Evidence(
        statement=statement,
        verdict=verdict,
        primary=primary,
        components=tuple(components),
        variants=variants,
        set_aside=found.set_aside,
        sources=found.sources,
        drawing=found.drawing,
        p_value=None if lacking else _p_value_of_all(deciding),
        missing=missing,
        not_estimated={name: found.not_found[name] for name in absent if name in found.not_found},
    )


def _judged(rule: Rule, found: Finding, variants: Sequence[JudgedVariant]) -> Judged:
    if not rule.judges:
        return Judged(found, rule, "not_testable")
    own = read(rule, found.low, found.high)
    tried = [item for item in variants if item.component == rule.component and item.finding]
    agree: dict[str, bool] = {}
    against: set[str] = set()
    for place, item in enumerate(tried):
        check = item.check or str(place)
        agree[check] = agree.get(check, True) and item.verdict == own
        if {own, item.verdict} == {"supported", "not_supported"}:
            against.add(check)
    told = own if rule.role == "shown" else with_checks(own, list(agree.values()))
    return Judged(found, rule, own, told, sum(agree.values()), len(agree), len(against))


def _if_other(item: VariantFinding, own: Finding | None) -> VariantFinding:
    """A check of which nothing differs from what it checks is none: it would agree whatever the data are."""
    other = item.finding
    if other is None or own is None:
        return item
    # Figures at the end of a scale, such as 0% of the draws, are alike by another method too: that is a check.
    same = own.method == other.method and all(
        math.isclose(getattr(own, name), getattr(other, name), rel_tol=1e-12, abs_tol=1e-12)
        for name in ("estimate", "low", "high", "n_observations")
    )
    return replace(item, finding=None, missing=SAME) if same else item


def _variant(statement: Statement, item: VariantFinding) -> JudgedVariant:
    rule = statement.rule(item.component)
    verdict: Verdict = "not_testable"
    if item.finding is not None and rule.judges:
        verdict = read(rule, item.finding.low, item.finding.high)
    return JudgedVariant(item.name, item.component, item.finding, verdict, item.missing, item.check)


def _p_value_of_all(deciding: Sequence[Judged]) -> float | None:
    """The largest: a claim that needs every part is tested by the part that it fails most (Berger, 1982)."""
    values = [_p_value(item) for item in deciding]
    known = [value for value in values if value is not None]
    return max(known) if known and len(known) == len(values) else None


def _p_value(item: Judged) -> float | None:
    found = item.finding
    if found.p_value is not None:
        return found.p_value
    if not found.standard_error:
        return None
    return p_value(item.rule, found.estimate, found.standard_error, found.degrees_of_freedom)


def adjusted(ledger: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The claims with Holm-adjusted p-values across those of them that have one."""
    values = {item.statement.mechanism: item.p_value for item in ledger if item.p_value is not None}
    found = holm(values)
    return tuple(replace(item, p_value_holm=found.get(item.statement.mechanism)) for item in ledger)
