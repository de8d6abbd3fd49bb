"""Own pay per policy field: what of it can be told, and what is booked elsewhere (M4, M5).

Iv3 books own pay (L1.1) per task. Three things keep it from showing the staff of a task: the organisation as a whole
is elsewhere (``analysis/staffing.py``); a field is run elsewhere, so that it has hardly any own pay; or the
municipality books (nearly) all pay, or none, on overhead instead of on the tasks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verband.domain.function import Function, PolicyField, functions, policy_fields
from verband.domain.staff_pay import function_rule, pay_per_fte

SUPPORT = "support"
"""The field that holds overhead."""


@dataclass(frozen=True, slots=True)
class OwnPay:
    """Own pay of one municipality in one year.

    Attributes
    ----------
    code, name
        The municipality.
    inhabitants
        On 1 January.
    pay_keur
        Thousand euro per Iv3 task; a task that is absent has no own pay.
    outsourced, partly_joint
        Whether its organisation is elsewhere, or partly (:func:`verband.analysis.staffing.staffing`).
    """

    code: str
    name: str
    inhabitants: int
    pay_keur: Mapping[str, float]
    outsourced: bool = False
    partly_joint: bool = False


@dataclass(frozen=True, slots=True)
class PayOfField:
    """Own pay on one policy field.

    Attributes
    ----------
    field
        The policy field.
    pay_keur
        Thousand euro; not negative.
    fte
        Pay divided by the most likely pay per full-time equivalent.
    usual_fte
        What the catalogue has for a municipality of this size.
    elsewhere
        Whether the pay is so low that the work is done elsewhere.
    """

    field: PolicyField
    pay_keur: float
    fte: float
    usual_fte: float
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class PayByField:
    """Own pay of one municipality over the policy fields.

    Attributes
    ----------
    fields
        All policy fields, in order.
    spread
        Whether pay is not booked on the tasks it is for, and was divided over the fields by their usual size: assumed.
    support_share
        Share of own pay that is booked on support; ``None`` where nothing is paid.
    """

    fields: tuple[PayOfField, ...]
    spread: bool
    support_share: float | None


def usual_fte(function: Function, inhabitants: float) -> float:
    """Return the usual FTE of a function at a number of inhabitants, by the catalogue: assumed."""
    return float(function.fte.mid * (inhabitants / function_rule("reference_inhabitants").value.mid) ** function.growth)


def pay_by_field(own: OwnPay, *, year: int) -> PayByField:
    """Divide the own pay of a municipality over the policy fields.

    Parameters
    ----------
    own
        The municipality.
    year
        Of the accounts or budget.

    Raises
    ------
    MissingDataError
        If no pay per full-time equivalent is stated for the year.
    """
    price_eur = pay_per_fte(year).eur.mid
    fields = policy_fields()
    usual = {
        field.code: sum(usual_fte(item, own.inhabitants) for item in functions(year) if item.field == field.code)
        for field in fields
    }
    # A correction of an earlier year can make the pay of a field negative; nobody works there for less than nothing.
    pay = {field.code: sum(own.pay_keur.get(task, 0.0) for task in field.tasks) for field in fields}
    total = sum(pay.values())
    share = pay[SUPPORT] / total if total > 0 else None
    low, high = (function_rule(f"support_share_{end}").value.mid for end in ("low", "high"))
    spread = share is not None and not low <= share <= high
    if spread:
        needed = {field.code: usual[field.code] * field.relative_pay.mid for field in fields}
        pay = {code: total * part / sum(needed.values()) for code, part in needed.items()}
    limit = function_rule("field_elsewhere").value.mid
    found = []
    for field in fields:
        paid = max(pay[field.code], 0.0)
        fte = paid * 1000 / (price_eur * field.relative_pay.mid)
        found.append(PayOfField(field, paid, fte, usual[field.code], fte < limit * usual[field.code]))
    return PayByField(tuple(found), spread, share)
