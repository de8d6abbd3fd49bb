"""Pay that is not booked where people work, divided as municipalities of like size divide theirs (M4, M5).

Where (nearly) all own pay, or hardly any, is booked on overhead, it shows how many work there and not on what. In each
draw its total is divided as that of a municipality nearby in size that does book on tasks, drawn at random: hot deck
imputation (Andridge and Little, 2010, A review of hot deck imputation for survey non-response, International
Statistical Review 78). Lent is the share of each field against its usual share at the size of the lender. So the
interval holds that fields are larger, smaller, or done elsewhere, as taxes and income often are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verband.analysis.own_pay import OwnPay, PayByField, pay_by_field
from verband.domain.staff_pay import function_rule

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Booking:
    """Pay over the policy fields; all draws x fields, or 1 x fields where it is booked on tasks.

    Attributes
    ----------
    keur
        Thousand euro.
    here
        Whether the field is done by the municipality's own staff.
    """

    keur: Array
    here: NDArray[np.bool_]

    @property
    def chance_elsewhere(self) -> tuple[float, ...]:
        """Per field: chance that it is done elsewhere."""
        return tuple(float(chance) for chance in 1 - self.here.mean(axis=0))


def lent_shares(own: OwnPay, others: Sequence[OwnPay], *, year: int) -> Array:
    """Give the shares of pay, against the usual ones, of the municipalities nearest in size that book on tasks.

    Parameters
    ----------
    own
        The municipality that borrows.
    others
        Any municipalities; those that book on overhead, or whose organisation is (partly) elsewhere, lend nothing.
    year
        Of the accounts or budget.

    Returns
    -------
    array
        Lenders x fields, nearest first; at most as many as the rule ``booking_lenders`` says.
    """
    most = round(function_rule("booking_lenders").value.mid)

    def distance(other: OwnPay) -> tuple[float, str]:
        return abs(math.log(other.inhabitants / own.inhabitants)), other.code

    able = [item for item in others if item.code != own.code and not (item.outsourced or item.partly_joint)]
    found: list[list[float]] = []
    fields = 0
    for item in sorted((item for item in able if item.inhabitants > 0), key=distance):
        pay = pay_by_field(item, year=year)
        fields = len(pay.fields)
        if pay.support_share is None or pay.spread:
            continue
        found.append([one.pay_keur / (one.usual_fte * one.field.relative_pay.mid) for one in pay.fields])
        if len(found) == most:
            break
    return np.array(found).reshape(len(found), fields)


def booking(pay: PayByField, lent: Array | None = None, chosen: Array | None = None) -> Booking:
    """Say in each draw how pay is divided over the fields.

    Parameters
    ----------
    pay
        Own pay by field.
    lent
        Lenders x fields, from :func:`lent_shares`; without lenders pay is divided as it is given.
    chosen
        Uniform draws: which lender.
    """
    keur = np.array([[item.pay_keur for item in pay.fields]])
    here = np.array([[not item.elsewhere for item in pay.fields]])
    if not pay.spread or lent is None or chosen is None or not len(lent):
        return Booking(keur, here)
    drawn = keur * lent[(chosen * len(lent)).astype(np.int64)]
    drawn *= keur.sum() / drawn.sum(axis=1, keepdims=True)
    limit = function_rule("field_elsewhere").value.mid
    usual = np.array([item.usual_fte for item in pay.fields])
    fte = np.array([item.fte for item in pay.fields])
    return Booking(drawn, fte * drawn / keur >= limit * usual)
