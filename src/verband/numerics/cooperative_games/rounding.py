"""Shares in whole units that add up to the total: the method of the largest remainder (Hamilton)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext

_DIGITS = 60


def largest_remainder(shares: Sequence[float], total: float, unit: float) -> tuple[float, ...]:
    """Round shares to a unit so that they add up to the total, itself rounded to the unit.

    Every share is rounded down; what is then lacking goes, a unit each, to the largest remainders, the first in order
    where remainders are equal.

    Parameters
    ----------
    shares
        Sum to ``total`` but for rounding.
    total
        What they must add up to.
    unit
        Above 0, such as 0.01.

    Returns
    -------
    tuple of float
        The numbers nearest to the decimal ones.
    """
    with localcontext() as context:
        context.prec = _DIGITS
        step = Decimal(repr(unit))
        units = [Decimal(share) / step for share in shares]
        whole = [value.to_integral_value(ROUND_FLOOR) for value in units]
        wanted = (Decimal(repr(total)) / step).to_integral_value(ROUND_HALF_EVEN)
        lacking = int(wanted - sum(whole))
        # Remainders that differ by rounding alone are equal.
        order = sorted(range(len(units)), key=lambda place: (-round(units[place] - whole[place], 6), place))
        each, more = divmod(lacking, len(units))
        for rank, place in enumerate(order):
            whole[place] += each + (1 if rank < more else 0)
        return tuple(float(value * step) for value in whole)


def is_multiple(total: float, unit: float) -> bool:
    """Whether a total is a whole number of units."""
    with localcontext() as context:
        context.prec = _DIGITS
        return Decimal(repr(total)) % Decimal(repr(unit)) == 0
