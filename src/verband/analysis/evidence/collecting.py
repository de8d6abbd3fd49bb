"""Findings as they come in: components, checks of them, and why some could not be estimated."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from verband.analysis.evidence.panel import CannotEstimateError
from verband.analysis.evidence.result import Finding, VariantFinding

P = ParamSpec("P")


def attempted(
    name: str, component: str, estimate: Callable[P, Finding], /, *arguments: P.args, **options: P.kwargs
) -> VariantFinding:
    """Estimate a variant; where that cannot be done the reason stands in its place.

    Parameters
    ----------
    name, component
        Of the variant.
    estimate
        Gives the finding, or raises ``CannotEstimateError``.
    arguments, options
        Of ``estimate``.
    """
    try:
        return VariantFinding(name, component, estimate(*arguments, **options))
    except CannotEstimateError as error:
        return VariantFinding(name, component, None, str(error))


class Collection:
    """What a mechanism has found so far.

    Attributes
    ----------
    findings, variants, not_found
        As of :class:`~verband.analysis.evidence.result.Findings`.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.variants: list[VariantFinding] = []
        self.not_found: dict[str, str] = {}

    def add(
        self,
        name: str | None,
        component: str,
        estimate: Callable[P, Finding],
        /,
        *arguments: P.args,
        **options: P.kwargs,
    ) -> None:
        """Estimate a component, or where it has a ``name`` a variant of it."""
        found = attempted(name or "", component, estimate, *arguments, **options)
        if name is not None:
            self.variants.append(found)
        elif found.finding is not None:
            self.findings.append(found.finding)
        else:
            self.not_found.setdefault(component, found.missing)
