"""Generating the province: pure, the same seed gives the same province."""

from __future__ import annotations

from verband.sources.sample import partnerships, places
from verband.sources.sample.accounts import Books
from verband.sources.sample.model import Province
from verband.sources.sample.parameters import Parameters


def province(seed: int = 1) -> Province:
    """Generate the invented province of Wouderland.

    Parameters
    ----------
    seed
        Decides everything that is left to chance.

    Returns
    -------
    Province
        24 municipalities in 2026, their history, arrangements, budgets and accounts; nothing in it exists.
    """
    parameters = Parameters()
    items = places.municipalities()
    units = places.unit_inhabitants(seed)
    people = places.inhabitants(items, units)
    need = places.unit_need(seed)
    arrangements = partnerships.arrangements(items)
    books = Books(seed, parameters, items, people, units, need, arrangements)
    reports = books.reports()
    return Province(
        seed=seed,
        parameters=parameters,
        municipalities=items,
        changes=places.changes(items, people),
        inhabitants=people,
        unit_inhabitants=units,
        need=need,
        arrangements=arrangements,
        contributions=books.contributions,
        reports=reports,
    )
