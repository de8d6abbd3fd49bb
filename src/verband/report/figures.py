"""The figures of a dossier as records with unit, kind, source and date, for those who go on with them."""

from __future__ import annotations

from collections.abc import Iterator

from verband.analysis.portrait import Portrait
from verband.analysis.spread import Spread
from verband.domain.figure import Figure, Kind

TOO_FEW_ALIKE = "too few municipalities are alike in size and drivers"
NOT_FILED = "no figure in the published accounts"
FEW = "only {number} municipalities with a figure: too few for a median and quartiles"
_EUR, _PER_HEAD, _FRACTION = "EUR", "EUR per inhabitant", "fraction"


def figures(portrait: Portrait) -> tuple[Figure, ...]:
    """Gather the figures of a dossier; those without a value say why it is missing."""
    return tuple(
        figure
        for part in (_identity, _arrangements, _dependence, _costs, _scale, _staff, _finances)
        for figure in part(portrait)
    )


def _figure(
    name: str,
    value: float | None,
    unit: str,
    kind: Kind,
    source: str,
    as_of: str,
    definition: str,
    why: str = NOT_FILED,
) -> Figure:
    missing = None if value is not None else why
    return Figure(name, value, unit, kind, source, as_of, definition, missing)


def _files(portrait: Portrait, *tables: str) -> str:
    return ", ".join(dict.fromkeys(file for item in portrait.provenance if item.table in tables for file in item.files))


def _group(name: str, spread: Spread, unit: str, source: str, as_of: str, definition: str) -> Iterator[Figure]:
    why = FEW.format(number=spread.n)
    for quartile, value in (("lower_quartile", spread.low), ("median", spread.median), ("upper_quartile", spread.high)):
        yield _figure(f"{name}_{quartile}", value, unit, Kind.DERIVED, source, as_of, definition, why)


def _identity(portrait: Portrait) -> Iterator[Figure]:
    identity, source = portrait.identity, _files(portrait, "inhabitants")
    day = f"{identity.year}-01-01"
    yield _figure(
        "inhabitants", identity.inhabitants, "persons", Kind.MEASURED, source, day, "Inhabitants on 1 January"
    )


def _arrangements(portrait: Portrait) -> Iterator[Figure]:
    """Count by status; none of a status is no nought while the status of others is not known."""
    found = portrait.arrangements
    if found is None:
        return
    sources = ", ".join(dict.fromkeys(item.source for item in found.items))
    as_of = found.oldest.isoformat() if found.oldest else ""
    definition = "Arrangements in force as far as the sources tell; the date is that of the oldest source"
    unknown = sum(item.status == "unknown" for item in found.items)
    for status in ("compulsory", "cooperate", "voluntary", "unknown"):
        number = sum(item.status == status for item in found.items)
        missing = f"of {unknown} arrangements the status is not known" if not number and unknown else None
        value = None if missing else number
        yield Figure(f"arrangements_{status}", value, "arrangements", Kind.DERIVED, sources, as_of, definition, missing)
    told = "Compulsory arrangements that can hold: of those listed for one duty by law only one does"
    yield Figure(
        "arrangements_compulsory_duties", found.duties, "arrangements", Kind.DERIVED, sources, as_of, told, None
    )


def _dependence(portrait: Portrait) -> Iterator[Figure]:
    facts = portrait.dependence
    if facts is None:
        return
    source = _files(portrait, "key_totals", "inhabitants")
    bound = "Income transfers to arrangements (Iv3 L4.3.3); a lower bound"
    paid, spreads = dict(facts.paid_eur), dict(facts.class_spread)
    for item in facts.own:
        year, doubt = str(item.year), "; as published, in doubt" if item.doubtful else ""
        told, definition = f"{bound}{doubt}", f"{bound}; divided by total cost{doubt}"
        yield _figure(
            "share_of_cost_through_arrangements", item.share_of_cost, _FRACTION, Kind.DERIVED, source, year, definition
        )
        yield _figure(
            "paid_to_arrangements_per_inhabitant", item.eur_per_inhabitant, _PER_HEAD, Kind.DERIVED, source, year, told
        )
        yield _figure("paid_to_arrangements", paid.get(item.year), _EUR, Kind.DERIVED, source, year, told)
        if item.year in spreads:
            name = "share_of_cost_through_arrangements_size_class"
            yield from _group(
                name, spreads[item.year], _FRACTION, source, year, "The other municipalities of the size class"
            )
    yield from _group(
        "paid_to_arrangements_per_inhabitant_alike",
        facts.alike_eur_per_inhabitant,
        _PER_HEAD,
        source,
        str(facts.compared_in),
        "The municipalities most alike",
    )


def _costs(portrait: Portrait) -> Iterator[Figure]:
    facts = portrait.costs
    if facts is None:
        return
    source, year = _files(portrait, "cost_per_task", "inhabitants"), str(facts.year)
    for item in (facts.total, *facts.tasks):
        name = f"cost_{item.task}"
        definition = f"Gross cost: {item.title}"
        yield _figure(name, item.cost_eur, _EUR, Kind.MEASURED, source, year, definition)
        yield _figure(f"{name}_per_inhabitant", item.alike.value, _PER_HEAD, Kind.DERIVED, source, year, definition)
        yield from _group(
            f"{name}_per_inhabitant_alike", item.alike, _PER_HEAD, source, year, "The municipalities most alike"
        )


def _scale(portrait: Portrait) -> Iterator[Figure]:
    """Modelled cost and what another size does, each with the ends of its 95% interval."""
    facts = portrait.scale
    if facts is None:
        return
    source, year = _files(portrait, "cost_per_task", "inhabitants", "grant_volumes"), str(facts.year)
    for item in facts.tasks:
        name, estimate = f"scale_{item.scale.task}", item.scale
        values = (
            ("elasticity", estimate.elasticity, "ratio", "Elasticity of cost to inhabitants at the mean size"),
            ("elasticity_low", estimate.low, "ratio", "Lower end of its 95% interval"),
            ("elasticity_high", estimate.high, "ratio", "Upper end of its 95% interval"),
            ("expected_per_inhabitant", item.expected_eur, _PER_HEAD, "Modelled cost at this size and these drivers"),
            ("expected_per_inhabitant_low", item.low_eur, _PER_HEAD, "Lower end of its 95% interval"),
            ("expected_per_inhabitant_high", item.high_eur, _PER_HEAD, "Upper end of its 95% interval"),
            (
                "change",
                item.change,
                _FRACTION,
                f"Difference per inhabitant for one {item.factor or 2:g} times as large",
            ),
            ("change_low", item.change_low, _FRACTION, "Lower end of its 95% interval"),
            ("change_high", item.change_high, _FRACTION, "Upper end of its 95% interval"),
        )
        for part, value, unit, definition in values:
            missing = None if value is not None else TOO_FEW_ALIKE
            yield Figure(f"{name}_{part}", value, unit, Kind.ESTIMATED, source, year, definition, missing)


def _staff(portrait: Portrait) -> Iterator[Figure]:
    facts = portrait.staff
    if facts is None:
        return
    source, year, own = _files(portrait, "key_totals", "inhabitants"), str(facts.year), facts.own
    yield _figure(
        "own_pay_per_inhabitant", own.own_pay_eur_per_inhabitant, _PER_HEAD, Kind.DERIVED, source, year, "Iv3 L1.1"
    )
    yield _figure(
        "hired_staff_per_inhabitant",
        own.hired_pay_eur_per_inhabitant,
        _PER_HEAD,
        Kind.DERIVED,
        source,
        year,
        "Iv3 L3.5.1",
    )
    told = "Hired staff / (hired staff + own pay)"
    if own.outsourced:
        told += "; the organisation is outsourced: not comparable"
    if own.partly_joint:
        told += "; part of the organisation is elsewhere: compare with care"
    if own.doubtful:
        told += "; as published, in doubt"
    yield _figure("hired_share", own.hired_share, _FRACTION, Kind.DERIVED, source, year, told)
    if not own.outsourced:
        definition = "The municipalities most alike, without outsourced organisations"
        yield from _group("hired_share_alike", facts.alike, _FRACTION, source, year, definition)


def _finances(portrait: Portrait) -> Iterator[Figure]:
    facts = portrait.finances
    if facts is None:
        return
    source = _files(portrait, "financial_ratios")
    for ratio in (*facts.accounts, *facts.budget):
        definition = f"As the municipality filed it, {ratio.report_type}; budget {ratio.budget_year}"
        name = f"{ratio.ratio}_{ratio.report_type}"
        yield _figure(name, ratio.value, _FRACTION, Kind(ratio.kind), source, str(ratio.year), definition)
    source = _files(portrait, "key_totals")
    for sheet in facts.balance:
        day = f"{sheet.year}-12-31"
        yield _figure("equity", sheet.equity_eur, _EUR, Kind.MEASURED, source, day, "Closing balance")
        yield _figure("balance_total", sheet.balance_total_eur, _EUR, Kind.MEASURED, source, day, "Closing balance")
        yield _figure("solvency", sheet.solvency, _FRACTION, Kind.DERIVED, source, day, "Equity / balance total")
