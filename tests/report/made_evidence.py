"""Evidence made by hand: every verdict in every direction, with a claim whose rules are those that are asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from verband.analysis.evidence.ledger import judge
from verband.analysis.evidence.result import Drawing, Finding, Findings, Point, Series, SetAside, VariantFinding
from verband.analysis.evidence.statements import Rule, Text, statement
from verband.workspace.evidence.background import Background, SourceFile

ON = date(2026, 7, 1)
BACKGROUND = Background(
    snapshot="made",
    loaded=date(2026, 6, 30),
    fictional=True,
    names={"GM9901": "Hazelwoude", "GM9902": "Ooievaarsmond"},
    files=(SourceFile("iv3/kerncijfers.csv", "CBS", "CC BY 4.0", date(2026, 6, 30)),),
)

# Per direction: the interval and which way to read it it must be told as.
CASES = {
    ("higher", "supported"): (60.0, 90.0),
    ("higher", "side"): (20.0, 90.0),
    ("higher", "around"): (-20.0, 90.0),
    ("higher", "small"): (-20.0, 30.0),
    ("higher", "opposite"): (-90.0, -60.0),
    ("lower", "supported"): (-90.0, -60.0),
    ("lower", "side"): (-90.0, -20.0),
    ("lower", "around"): (-90.0, 20.0),
    ("lower", "small"): (-30.0, 20.0),
    ("lower", "opposite"): (60.0, 90.0),
    ("equal", "same"): (-20.0, 30.0),
    ("equal", "margin"): (-20.0, 90.0),
    ("equal", "far"): (60.0, 90.0),
}
VERDICTS = {
    "supported": "supported",
    "same": "supported",
    "side": "inconclusive",
    "around": "inconclusive",
    "margin": "inconclusive",
    "small": "not_supported",
    "opposite": "not_supported",
    "far": "not_supported",
}


def rule(direction, component="spending", role="primary", limit=50.0):
    """A rule of M14 in another direction."""
    own = statement("M14").rule(component)
    equal = direction == "equal"
    return replace(
        own,
        role=role,
        direction=direction,
        smallest_effect=None if equal else limit,
        margin=limit if equal else None,
    )


def found(low, high, component="spending", **told):
    return Finding(
        component=component,
        estimate=(low + high) / 2,
        low=low,
        high=high,
        standard_error=told.pop("standard_error", 10.0),
        n_observations=1294,
        n_municipalities=362,
        n_clusters=18,
        years=(2018, 2019, 2020),
        method="a made-up method",
        **told,
    )


def claim(*rules, kind="effect", mechanism="M14"):
    return replace(statement(mechanism), type=kind, rules=tuple(rules))


def evidence(direction="higher", case="supported", *, kind="effect", agreeing=3, tried=3, **more):
    """A claim with one component that decides, its checks, and what else is asked."""
    low, high = CASES[direction, case]
    away = {"supported": (-500.0, -400.0), "same": (400.0, 500.0)}.get(case, CASES[direction, _other(direction, case)])
    variants = tuple(
        VariantFinding("last year only", "spending", fewer(found(*((low, high) if place < agreeing else away))))
        for place in range(tried)
    )
    findings = Findings(
        findings=(found(low, high, **more),),
        variants=variants,
        set_aside=(SetAside("GM9901", "merged in 2017: no accounts of 2015"),),
        sources=("iv3/kerncijfers.csv and 2 files more",),
        drawing=DRAWING,
    )
    return judge(claim(rule(direction), kind=kind), findings)


def checked(*parts, **more):
    """Findings of which two checks each come out the same."""
    names = ("last year only", "last five years")
    return Findings(
        parts, tuple(VariantFinding(name, part.component, fewer(part)) for part in parts for name in names), **more
    )


def fewer(finding):
    """The same figures from fewer rows, so that it is another computation."""
    return replace(finding, n_observations=finding.n_observations - 1)


def _other(direction, case):
    return {"equal": "same"}.get(direction, "supported")


DRAWING = Drawing(
    Text("Pad", "Path"),
    Text("Jaren tot de fusie", "Years to the merger"),
    Text("Verschil in euro per inwoner", "Difference in EUR per inhabitant"),
    (
        Series(
            Text("Lasten", "Cost"), tuple(Point(float(x), 10.0 * x, 10.0 * x - 5, 10.0 * x + 5) for x in range(-5, 0))
        ),
        Series(Text("Punten", "Points"), (Point(-2.0, 3.0, label="GM9901"),), joined=False),
    ),
)


def bare(mechanism):
    """A claim of the ledger about which nothing was found, not even a reason."""
    return judge(statement(mechanism), Findings(()))


def family(size):
    """A claim with a family of estimates by task, one of them far beyond the others."""
    shown = rule("higher", "spending_on", "shown")
    members = [
        found(-10.0 * place, 20.0 * place, "spending_on", by={"main_task": str(place % 9)}) for place in range(size)
    ]
    members.append(found(-40_000.0, 30_000.0, "spending_on", by={"main_task": "8"}))
    return judge(claim(rule("higher"), shown), Findings((found(60.0, 90.0), *members)))


__all__ = [
    "BACKGROUND",
    "CASES",
    "DRAWING",
    "ON",
    "VERDICTS",
    "Rule",
    "bare",
    "claim",
    "evidence",
    "family",
    "found",
    "rule",
]
