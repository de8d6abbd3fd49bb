"""From own pay to the people a function rests on, in every draw (M4, M5).

Own staff of a field ``k`` is its pay over pay per full-time equivalent, ``F_k``. It is spread over the functions that
the municipality does itself in proportion to their usual size ``u_j`` at the reference size, which goes with the size
of the field: with ``R_k = sum_j u_j``, ``f_j = F_k u_j (F_k / R_k)^g_j / sum_l u_l (F_k / R_k)^g_l``. With ``e``
full-time equivalents of one function per holder, it has ``n_j = floor(f_j / e + U)`` holders, ``U`` uniform: as many as
the work gives on average and as even as whole people can be (systematic rounding, as in systematic sampling: Madow and
Madow, 1944), at least one and at least what the law demands. A function with one holder and a deputy, arranged by law
or by chance, rests on two people. A deputy is a colleague of the same field whose function is not excluded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from verband.analysis.function_booking import Booking
from verband.analysis.function_draws import Array, CommonDraws, LocalDraws
from verband.domain.function import Function, PolicyField

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Functions and fields as arrays.

    Attributes
    ----------
    functions, fields
        The functions and the policy fields.
    field
        Functions: position of the field of each.
    members
        Fields x functions: 1 where the function is booked on the field.
    growth
        Functions: exponent of size.
    least, most
        Functions: bounds on the number of holders; a large number for no most.
    deputy_by_law, shareable, core, elected
        Functions: flags; who is elected or appointed from outside is no staff.
    may_stand_in
        Functions x functions: 1 where the holder of the column may stand in for that of the row.
    """

    functions: tuple[Function, ...]
    fields: tuple[PolicyField, ...]
    field: Counts
    members: Array
    growth: Array
    least: Counts
    most: Counts
    deputy_by_law: Flags
    shareable: Flags
    core: Flags
    elected: Flags
    may_stand_in: Array

    @classmethod
    def of(cls, functions: Sequence[Function], fields: Sequence[PolicyField]) -> Catalogue:
        """Put functions and fields in arrays."""
        place = {item.code: number for number, item in enumerate(fields)}
        field = np.array([place[item.field] for item in functions], dtype=np.int64)
        excluded = np.array(
            [[one.code in other.not_with or other.code in one.not_with for other in functions] for one in functions]
        )
        stands_in = (field[:, None] == field[None, :]) & ~excluded & ~np.eye(len(functions), dtype=bool)
        return cls(
            functions=tuple(functions),
            fields=tuple(fields),
            field=field,
            members=(np.arange(len(fields))[:, None] == field[None, :]).astype(float),
            growth=np.array([item.growth for item in functions]),
            least=np.array([item.least_holders for item in functions], dtype=np.int64),
            most=np.array([item.most_holders or np.iinfo(np.int64).max for item in functions], dtype=np.int64),
            deputy_by_law=np.array([item.deputy_by_law for item in functions]),
            shareable=np.array([item.shareable for item in functions]),
            core=np.array([item.core for item in functions]),
            elected=np.array([item.independence == "elected" for item in functions]),
            may_stand_in=stands_in.astype(float),
        )


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds the functions of one organisation; all draws x functions.

    Attributes
    ----------
    own
        Whether it does the function with its own staff.
    fte
        Full-time equivalents on it; 0 where it does not.
    holders, people
        Holders, and holders with a deputy; of no meaning where it does not.
    colleague
        Whether there is a colleague who may stand in.
    """

    own: Flags
    fte: Array
    holders: Counts
    people: Counts
    colleague: Flags


def own_fte(booked: Booking, common: CommonDraws) -> Array:
    """Full-time equivalents per draw and field, those that are run elsewhere included."""
    return np.asarray(booked.keur * 1000 / common.pay_eur)


def spread_over_functions(fte: Array, own: Flags, usual: Array, catalogue: Catalogue) -> Array:
    """Spread full-time equivalents per field over the functions done.

    Parameters
    ----------
    fte
        Draws x fields.
    own, usual
        Draws x functions: whether a function is done, and its usual size.

    Returns
    -------
    array
        Draws x functions; sums to ``fte`` over the functions of each field of which any is done.
    """
    reference = usual @ catalogue.members.T
    size = fte / reference
    weight = np.where(own, usual * size[:, catalogue.field] ** catalogue.growth, 0.0)
    total = (weight @ catalogue.members.T)[:, catalogue.field]
    return np.asarray(fte[:, catalogue.field] * np.divide(weight, total, out=np.zeros_like(weight), where=total > 0))


def holding(booked: Booking, common: CommonDraws, local: LocalDraws, catalogue: Catalogue) -> Holding:
    """Say who holds the functions of one municipality, from its pay per field."""
    own = (local.own < common.own_chance) & booked.here[:, catalogue.field]
    fte = spread_over_functions(own_fte(booked, common), own, common.fte, catalogue)
    # Where the law allows one holder, what the spread gives above one is other work of the field.
    fte = np.minimum(fte, catalogue.most)
    colleague = (own.astype(float) @ catalogue.may_stand_in.T) > 0
    holders, people = _people(fte, local.rounding, local.deputy, colleague, common, catalogue)
    return Holding(own, fte, holders, people, colleague)


def pooled(
    parts: Sequence[Holding], locals_: Sequence[LocalDraws], common: CommonDraws, catalogue: Catalogue
) -> Holding:
    """Say who holds the functions when these organisations have theirs done together: work adds up.

    Chance is that of the first organisation that does the function, so that with nobody to pool with nothing changes.
    Only the columns of shareable functions have a meaning.
    """
    own = np.zeros_like(parts[0].own)
    fte = np.zeros_like(parts[0].fte)
    rounding, deputy = np.zeros_like(fte), np.zeros_like(fte)
    colleague = np.zeros_like(own)
    for part, local in zip(parts, locals_, strict=True):
        first = part.own & ~own
        rounding = np.where(first, local.rounding, rounding)
        deputy = np.where(first, local.deputy, deputy)
        own |= part.own
        colleague |= part.own & part.colleague
        fte = fte + part.fte
    holders, people = _people(fte, rounding, deputy, colleague, common, catalogue)
    return Holding(own, fte, holders, people, colleague)


def all_stay(parts: Sequence[Holding], together: Holding) -> Counts:
    """People per draw and function when all holders keep the work they have and become each other's deputies."""
    holders = np.zeros_like(together.holders)
    for part in parts:
        holders = holders + np.where(part.own, part.holders, 0)
    return np.asarray(np.maximum(holders, together.people))


def _people(
    fte: Array, rounding: Array, deputy: Array, colleague: Flags, common: CommonDraws, catalogue: Catalogue
) -> tuple[Counts, Counts]:
    wanted = np.floor(fte / common.fte_per_holder[:, None] + rounding).astype(np.int64)
    holders = np.minimum(np.maximum(wanted, catalogue.least), catalogue.most)
    has_deputy = catalogue.deputy_by_law | ((deputy < common.deputy_chance[:, None]) & colleague)
    return holders, np.where((holders == 1) & has_deputy, 2, holders)
