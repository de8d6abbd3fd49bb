"""The ledger as records, for those who go on with it: one per claim, and one row per component and variant."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from verband.analysis.evidence.result import Evidence, Finding, Judged, JudgedVariant
from verband.report.records import cell, plain


def record(item: Evidence) -> dict[str, Any]:
    """A claim with everything that belongs to it; figures at the top are those of the primary component."""
    claim, primary = item.statement, item.primary
    own = None if primary is None else primary.finding
    rule = primary.rule if primary is not None else (claim.rules[0] if claim.rules else None)
    return {
        "id": claim.mechanism,
        "statement": claim.statement.en,
        "type": claim.type,
        "question": claim.question.en,
        "direction": None if rule is None else rule.direction,
        "smallest_effect": None if rule is None else rule.smallest_effect,
        "equivalence_margin": None if rule is None else rule.margin,
        "estimate": None if own is None else own.estimate,
        "unit": None if rule is None else rule.unit,
        "se": None if own is None else own.standard_error,
        "low": None if own is None else own.low,
        "high": None if own is None else own.high,
        "level": item.level,
        "n_observations": None if own is None else own.n_observations,
        "n_municipalities": None if own is None else own.n_municipalities,
        "n_clusters": None if own is None else own.n_clusters,
        "years": [] if own is None else list(own.years),
        "method": None if own is None else own.method,
        "verdict": item.verdict,
        "rule": None if rule is None else f"{rule.stated}. Reason: {rule.reason}",
        "p_value": item.p_value,
        "p_value_holm": item.p_value_holm,
        "kind": None if own is None else own.kind,
        "components": [_component(part) for part in item.components],
        "variants": [_variant(part) for part in item.variants],
        "set_aside": [{"code": part.code, "reason": part.reason} for part in item.set_aside],
        "missing": item.missing or None,
        "not_estimated": [{"name": name, "reason": reason} for name, reason in item.not_estimated.items()],
        "data_needed": None if claim.data_needed is None else claim.data_needed.en,
        "would_change": claim.would_change.en,
        "literature": [
            {
                "authors": study.authors,
                "year": study.year,
                "title": study.title,
                "outlet": study.outlet,
                "finding": study.finding.en,
                "stance": study.stance,
                "certainty": study.certainty,
            }
            for study in item.literature
        ],
        "sources": list(item.sources),
    }


def _numbers(found: Finding | None) -> dict[str, Any]:
    if found is None:
        return dict.fromkeys(("estimate", "se", "low", "high", "n_observations", "n_municipalities", "n_clusters"))
    return {
        "estimate": found.estimate,
        "se": found.standard_error,
        "low": found.low,
        "high": found.high,
        "n_observations": found.n_observations,
        "n_municipalities": found.n_municipalities,
        "n_clusters": found.n_clusters,
    }


def _component(part: Judged) -> dict[str, Any]:
    found = part.finding
    return {
        "name": part.rule.component,
        "primary": part.rule.role == "primary",
        "role": part.rule.role,
        "by": dict(found.by),
        "unit": part.rule.unit,
        **_numbers(found),
        "years": list(found.years),
        "method": found.method,
        "note": found.note or None,
        "kind": found.kind,
        "rule": part.rule.stated,
        "verdict": part.verdict,
        "checks_made": part.tried,
        "checks_agreeing": part.agreeing,
        "checks_contradicting": part.against,
        "verdict_after_checks": part.told,
    }


def _variant(part: JudgedVariant) -> dict[str, Any]:
    return {
        "name": part.name,
        "component": part.component,
        **_numbers(part.finding),
        "verdict": part.verdict,
        "check": part.check or part.name,
        "missing": part.missing or None,
    }


def rows(item: Evidence) -> list[dict[str, Any]]:
    """One row per component and variant, for a table."""
    found: list[dict[str, Any]] = []
    for part in item.components:
        by = ", ".join(f"{name} {value}" for name, value in part.finding.by.items())
        found.append(
            {
                "id": item.statement.mechanism,
                "component": part.rule.component,
                "variant": None,
                "by": by or None,
                "role": part.rule.role,
                "unit": part.rule.unit,
                **_numbers(part.finding),
                "verdict": part.verdict,
                "kind": part.finding.kind,
                "claim_verdict": item.verdict,
            }
        )
    units = {rule.component: rule.unit for rule in item.statement.rules}
    found += [
        {
            "id": item.statement.mechanism,
            "component": part.component,
            "variant": part.name,
            "by": None,
            "role": "variant",
            "unit": units[part.component],
            **_numbers(part.finding),
            "verdict": part.verdict,
            "kind": None if part.finding is None else part.finding.kind,
            "claim_verdict": item.verdict,
        }
        for part in item.variants
    ]
    if not found:
        empty = {"component": None, "variant": None, "by": None, "role": None, "unit": None, **_numbers(None)}
        found.append(
            {"id": item.statement.mechanism, **empty, "verdict": None, "kind": None, "claim_verdict": item.verdict}
        )
    return found


def as_json(ledger: Sequence[Evidence]) -> str:
    """All records as one JSON list."""
    return json.dumps(plain([record(item) for item in ledger]), ensure_ascii=False, indent=2) + "\n"


def as_csv(ledger: Sequence[Evidence]) -> str:
    """All rows as one table."""
    every = [row for item in ledger for row in rows(item)]
    names = list(dict.fromkeys(key for row in every for key in row))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    for row in every:
        writer.writerow([cell(row.get(name)) for name in names])
    return stream.getvalue()
