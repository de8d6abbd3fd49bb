"""What the ledger says about one mechanism, and what a module of a mechanism hands to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from verband.analysis.evidence.statements import Literature, Rule, Statement, Text
from verband.analysis.evidence.verdict import LEVEL, Verdict

Kind = Literal["measured", "derived", "estimated", "assumed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """An estimate of one component, without a verdict.

    Attributes
    ----------
    component
        Name in the table of rules.
    estimate, low, high
        In the unit of the rule; 95% interval. Where nothing can be estimated the component is not found at all, and the
        reason is in :attr:`Findings.not_found`.
    standard_error, degrees_of_freedom
        ``None`` where the interval is not of that form; degrees of freedom infinite for the normal distribution.
    n_observations, n_municipalities, n_clusters
        Rows, municipalities and independent groups behind it.
    years
        Years of the data used.
    method
        In a sentence, with its source.
    by
        What it is of, where a component has several: ``{"task": "6.1"}``, ``{"size": "<10000"}``.
    p_value
        Of the claim's own one-sided test where it does not follow from the standard error (randomisation inference).
    note
        What a reader must know.
    kind
        ``estimated`` unless it is plain arithmetic (``derived``) or rests on assumed parameters (``assumed``).
    """

    component: str
    estimate: float
    low: float
    high: float
    standard_error: float | None
    n_observations: int
    n_municipalities: int
    n_clusters: int
    years: tuple[int, ...]
    method: str
    degrees_of_freedom: float = math.inf
    by: Mapping[str, str] = field(default_factory=dict)
    p_value: float | None = None
    note: str = ""
    kind: Kind = "estimated"


@dataclass(frozen=True, slots=True)
class VariantFinding:
    """The same component under another choice.

    Attributes
    ----------
    name, component
        What was chosen, and of which component.
    finding, missing
        ``finding`` is ``None`` with the reason in ``missing`` where it could not be estimated.
    check
        Variants that are together one check, such as the lowest and the highest of all that come out when one merger is
        left out: they count once, and agree only where all of them do. Empty for a check of its own.
    """

    name: str
    component: str
    finding: Finding | None
    missing: str = ""
    check: str = ""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A municipality, pair or task that was left out, and why."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a drawing; ``low`` and ``high`` where it has an interval, ``label`` where it has a name."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Points that belong together; drawn as a line where ``joined``."""

    name: Text
    points: tuple[Point, ...]
    joined: bool = True


@dataclass(frozen=True, slots=True)
class Drawing:
    """What one chart shows beyond the intervals of the components, such as a path over years.

    Attributes
    ----------
    title, x_title, y_title
        With units.
    series
        In the order of the legend.
    """

    title: Text
    x_title: Text
    y_title: Text
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What a module of a mechanism found.

    Attributes
    ----------
    findings
        Per component, primary first; empty where the loaded data cannot tell.
    variants
        At least two per component that decides.
    set_aside
        Units left out, by name.
    sources
        Tables used.
    not_found
        Why a component could not be estimated, by component.
    drawing
        For a mechanism whose chart is more than the intervals of its components.
    """

    findings: tuple[Finding, ...]
    variants: tuple[VariantFinding, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    sources: tuple[str, ...] = ()
    not_found: Mapping[str, str] = field(default_factory=dict)
    drawing: Drawing | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding with its rule and verdict; a component without a rule has none (``not_testable``).

    Attributes
    ----------
    verdict
        Of its own interval.
    told
        The same held against its variants, which is what the claim is judged by; where the component decides nothing
        its own.
    agreeing, tried
        Checks with the same verdict as its own, of those that could be made.
    against
        Checks that say the contrary; the rest cannot tell.
    """

    finding: Finding
    rule: Rule
    verdict: Verdict
    told: Verdict = "not_testable"
    agreeing: int = 0
    tried: int = 0
    against: int = 0


@dataclass(frozen=True, slots=True)
class JudgedVariant:
    """A variant with its verdict; ``finding`` is ``None`` where it could not be estimated."""

    name: str
    component: str
    finding: Finding | None
    verdict: Verdict
    missing: str = ""
    check: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the loaded data say about one mechanism.

    Attributes
    ----------
    statement
        The claim with its rules and literature.
    verdict
        By methods section 10; ``not_testable`` where the estimand is not observed.
    primary
        The component whose figures stand at the top; ``None`` where it is not testable.
    components
        All components, primary first.
    variants, set_aside, sources, drawing
        As in :class:`Findings`.
    p_value, p_value_holm
        Of the claim's own test, the largest of its deciding parts, and Holm-adjusted across the claims of the whole
        ledger; ``None`` where not testable or where a part could not be estimated.
    missing
        Why it, or a part that decides, is not testable here; empty where it is.
    not_estimated
        Why a component has no estimate, by component, also where it decides nothing.
    level
        Of the intervals.
    """

    statement: Statement
    verdict: Verdict
    primary: Judged | None
    components: tuple[Judged, ...]
    variants: tuple[JudgedVariant, ...]
    set_aside: tuple[SetAside, ...]
    sources: tuple[str, ...]
    drawing: Drawing | None = None
    p_value: float | None = None
    p_value_holm: float | None = None
    missing: str = ""
    not_estimated: Mapping[str, str] = field(default_factory=dict)
    level: float = LEVEL

    @property
    def literature(self) -> tuple[Literature, ...]:
        """What others found."""
        return self.statement.literature
