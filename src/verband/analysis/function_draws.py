"""Draws of the staffing model: what is not known once for all, and what differs between municipalities.

Every assumed quantity has a lowest, a most likely and a highest value and is drawn from the triangular distribution
on them (Johnson, 1997, The triangular distribution as a proxy for the beta distribution in risk analysis, The
Statistician 46). What holds for the whole country (pay per full-time equivalent, usual sizes, rules) is drawn once and
used for every municipality; who does what itself, how an uneven number of holders falls out and who has a deputy is
drawn per municipality, from its code: who else is asked changes nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verband.domain.function import Function, PolicyField, Range
from verband.domain.staff_pay import PRACTICES, function_rule, own_chance, pay_per_fte

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CommonDraws:
    """What is the same for all municipalities; the first axis is that of the draws.

    Attributes
    ----------
    pay_eur
        Draws x fields: euro per full-time equivalent.
    fte
        Draws x functions: usual full-time equivalents at the reference size.
    own_chance
        Draws x functions: share of municipalities that do it themselves.
    fte_per_holder, deputy_chance
        Draws.
    """

    pay_eur: Array
    fte: Array
    own_chance: Array
    fte_per_holder: Array
    deputy_chance: Array


@dataclass(frozen=True, slots=True)
class LocalDraws:
    """Uniform draws of one municipality.

    Attributes
    ----------
    own, rounding, deputy
        Draws x functions: who does it, how holders round, who has a deputy.
    lender
        Draws: whose division over the fields is borrowed where pay does not show it.
    """

    own: Array
    rounding: Array
    deputy: Array
    lender: Array


def triangular(uniform: Array, value: Range) -> Array:
    """Return the quantiles of the triangular distribution on ``value`` at ``uniform``."""
    width = value.high - value.low
    if width == 0:
        return np.full_like(uniform, value.mid)
    turn = (value.mid - value.low) / width
    below = value.low + np.sqrt(uniform * width * (value.mid - value.low))
    above = value.high - np.sqrt((1 - uniform) * width * (value.high - value.mid))
    return np.asarray(np.where(uniform < turn, below, above))


def common_draws(
    functions: Sequence[Function], fields: Sequence[PolicyField], *, year: int, draws: int, seed: int
) -> CommonDraws:
    """Draw what is the same for all municipalities.

    Raises
    ------
    MissingDataError
        If no pay per full-time equivalent is stated for the year.
    """
    rng = np.random.default_rng([seed, 0])
    price = triangular(rng.random(draws), pay_per_fte(year).eur)
    relative = [triangular(rng.random(draws), field.relative_pay) for field in fields]
    fte = [triangular(rng.random(draws), item.fte) for item in functions]
    chance = {name: triangular(rng.random(draws), own_chance(name).value) for name in PRACTICES}
    return CommonDraws(
        pay_eur=price[:, None] * np.column_stack(relative),
        fte=np.column_stack(fte),
        own_chance=np.column_stack([chance[item.practice] for item in functions]),
        fte_per_holder=triangular(rng.random(draws), function_rule("fte_per_holder").value),
        deputy_chance=triangular(rng.random(draws), function_rule("deputy_chance").value),
    )


def local_draws(code: str, *, draws: int, functions: int, seed: int) -> LocalDraws:
    """Draw what differs between municipalities, for the one with this code."""
    rng = np.random.default_rng([seed, 1, zlib.crc32(code.encode())])
    own, rounding, deputy = rng.random((3, draws, functions))
    lender = np.random.default_rng([seed, 2, zlib.crc32(code.encode())]).random(draws)
    return LocalDraws(own, rounding, deputy, lender)
