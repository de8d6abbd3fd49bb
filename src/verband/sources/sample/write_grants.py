"""The grant fund files of the sample: one May and one September circular, in the notation of each.

Results are weight x volume x factor per cluster; the three property-tax measures are not multiplied by the factor, the
fixed amount is left out, and special payments are in the September results only, but for the ones that never are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from verband.sources.sample.classes import centre_function, municipality_classes, social_structure
from verband.sources.sample.grant_measures import FIXED, measures
from verband.sources.sample.model import GRANT_PROVINCE, GRANT_YEAR, Municipality, Province
from verband.sources.sample.writing import Cell, Files, decimal_comma, table

CLUSTERS = (
    "Sociale basisvoorzieningen",
    "Participatie",
    "Individuele voorzieningen Wmo",
    "Individuele voorzieningen Jeugd",
    "Bestuur en ondersteuning",
    "Orde en veiligheid",
    "Onderwijs",
    "Sport, cultuur en recreatie",
    "Infrastructuur, ruimte en milieu",
    "Overig",
    "Overige eigen middelen",
    "Onroerendezaakbelasting",
)
_PAYMENTS = (
    ("Beschermd wonen", 30.0, "Individuele voorzieningen Wmo", True),
    ("Participatie", 105.0, "Participatie", False),
    ("Voogdij/18+", 12.0, "Individuele voorzieningen Jeugd", False),
    ("armoedebestrijding kinderen", 6.0, "Participatie", False),
    ("maatschappelijke opvang", 14.0, "Individuele voorzieningen Wmo", True),
    ("personen met verward gedrag", 1.5, "Sociale basisvoorzieningen", False),
    ("vrouwenopvang", 5.0, "Individuele voorzieningen Wmo", True),
)
"""Name, euro per inhabitant, cluster, and whether only the three largest municipalities get it."""
_NEVER_IN_RESULTS = ("Beschermd wonen", "Participatie", "Voogdij/18+")


@dataclass(frozen=True, slots=True)
class Circular:
    """A circular for grant year 2024 and how its files are written.

    Attributes
    ----------
    level
        Its volumes against those of the other.
    points
        Whether thousands have points (September 2024 has).
    """

    name: str
    file: str
    factor: float
    level: float
    points: bool
    line_end: str
    payments_in_results: bool


CIRCULARS = (
    Circular("M2023", "m2023_2024", 1.400, 1.00, False, "\r\n", False),
    Circular("S2024", "s2024_2024", 1.430, 1.01, True, "\n", True),
)


def files(province: Province) -> Files:
    """Yield the files of ``gemeentefonds/``."""
    items = province.existing(GRANT_YEAR)
    for circular in CIRCULARS:
        volumes = {item.code: _volumes(province, item, circular) for item in items}
        weights = _weights(province, volumes, circular)
        payments = {item.code: _payments(province, item, items) for item in items}
        base = f"gemeentefonds/clusterdata/gf_{circular.file}"
        yield f"{base}_volumina.csv", _volume_file(items, volumes, circular)
        yield f"{base}_gewichten.csv", _weight_file(weights, circular)
        yield f"{base}_siudu.csv", _payment_file(items, payments, circular)
        yield (
            f"gemeentefonds/analysedata/gf_{circular.file}.csv",
            _result_file(items, volumes, weights, payments, circular),
        )
    yield "gemeentefonds/analysedata/gf_m2022_2023.csv", f'""\n{items[0].name}\n'.encode()
    factors = [(one.name, GRANT_YEAR, f"{one.factor:.3f}") for one in CIRCULARS]
    yield "gemeentefonds/uitkeringsfactor.csv", table(("Circulaire", "Jaar", "Uitkeringsfactor"), factors)
    header = ("Gemeenten", "Provincie", "Gemeentegrootte", "Stedelijkheid", "Inwonertal")
    for year in (2023, 2024, 2025):
        rows = sorted(municipality_classes(province, item, year) for item in province.existing(year))
        yield f"gemeentefonds/gemeenteklassen/{year}.csv", table(header, rows, delimiter="\t")
    social = [
        (
            item.name,
            centre_function(province.inhabitants[item.code, GRANT_YEAR]),
            social_structure(province, item, GRANT_YEAR),
        )
        for item in items
    ]
    yield (
        "gemeentefonds/sociale_structuur_centrumfunctie.csv",
        table(("Gemeenten", "Centrumfunctie", "Sociale structuur"), sorted(social), delimiter="\t"),
    )
    names = [(item.name, fund_name(item)) for item in items if fund_name(item) != item.name]
    yield "gemeentefonds/gemeentenamen.csv", table(("Iv3naam", "GFnaam"), names, delimiter="\t")


def fund_name(item: Municipality) -> str:
    """Name in the grant fund: without the suffix of the Iv3 tables."""
    return item.name.split(" (")[0]


def _volumes(province: Province, item: Municipality, circular: Circular) -> dict[str, float]:
    people, need = province.inhabitants[item.code, GRANT_YEAR], province.need_of(item, GRANT_YEAR)
    result = {}
    for measure in measures():
        if measure.code == FIXED:
            result[measure.code] = 1.0
            continue
        level = 1.0 if measure.code in {"inwo", "land", "kernen"} else circular.level
        volume = measure.volume(province.seed, item.code, people, need) * level
        result[measure.code] = float(round(volume)) if volume > 1e6 else round(volume, 2)
    return result


Weights = Mapping[str, Mapping[str, float]]
"""Euro per unit by measure and cluster."""


def _weights(province: Province, volumes: Mapping[str, Mapping[str, float]], circular: Circular) -> Weights:
    """Weights that let the grants add up to the general grant in the budgets of the year, about."""
    wanted = 0.0
    for code in volumes:
        report = province.report(code, GRANT_YEAR, "budget")
        wanted += 1000 * report.income["0.7", "general"] if report else 0.0
    totals = {one.code: sum(row[one.code] for row in volumes.values()) for one in measures()}
    amounts = {one.code: totals[one.code] * one.weight * (1 if one.tax else circular.factor) for one in measures()}
    set_amounts = sum(amounts[one.code] for one in measures() if one.tax or one.code == FIXED)
    scale = (wanted - set_amounts) / (sum(amounts.values()) - set_amounts)
    result = {}
    for one in measures():
        weight = one.weight if one.tax or one.code == FIXED else one.weight * scale
        result[one.code] = {
            cluster: round(weight * share, 6 if one.tax else 2) for cluster, share in one.clusters.items()
        }
    return result


def _payments(province: Province, item: Municipality, items: Sequence[Municipality]) -> dict[str, int]:
    people = province.inhabitants[item.code, GRANT_YEAR]
    largest = sorted((province.inhabitants[one.code, GRANT_YEAR] for one in items), reverse=True)[:3]
    result = {}
    for name, eur, _, centre_only in _PAYMENTS:
        amount = people * eur * exp(0.2 * province.need_of(item, GRANT_YEAR))
        result[name] = round(amount * (3 if centre_only else 1)) if people in largest or not centre_only else 0
    return result


def _volume_file(
    items: Sequence[Municipality], volumes: Mapping[str, Mapping[str, float]], circular: Circular
) -> bytes:
    rows: list[list[Cell]] = []
    for item in items:
        cells = [_number(volumes[item.code][measure.code], circular) for measure in measures()]
        rows.append([int(item.code[2:]), fund_name(item), GRANT_PROVINCE, *cells])
    header = ("CBS", "Naam", "Prov", *(measure.volume_code for measure in measures()))
    return table(header, rows, delimiter="\t", line_end=circular.line_end)


def _number(value: float, circular: Circular, digits: int = 2) -> str:
    """A volume or weight as the circular writes it: whole numbers bare unless all have two decimals."""
    if circular.points:
        return decimal_comma(value, digits, thousands=True)
    return str(int(value)) if value == int(value) else decimal_comma(value, digits)


def _weight_file(weights: Weights, circular: Circular) -> bytes:
    rows: list[list[Cell]] = []
    for measure in measures():
        digits = 6 if measure.tax else 2
        cells = [weights[measure.code].get(cluster, 0.0) for cluster in CLUSTERS]
        cells.append(round(sum(cells), digits))
        rows.append(
            [measure.code, measure.name, *(decimal_comma(cell, digits, thousands=circular.points) for cell in cells)]
        )
    for name, _, cluster, _ in _PAYMENTS:
        ones = [1 if one == cluster else 0 for one in CLUSTERS]
        rows.append(["", name[0].lower() + name[1:], *ones, 1])
    header = ("Codering maatstaf", "Naam maatstaf", *CLUSTERS, "Totaal")
    return table(header, rows, delimiter="\t", line_end=circular.line_end)


def _payment_file(
    items: Sequence[Municipality], payments: Mapping[str, Mapping[str, int]], circular: Circular
) -> bytes:
    rows: list[list[Cell]] = []
    for item in items:
        cells: list[Cell] = [int(item.code[2:]), fund_name(item), GRANT_PROVINCE]
        for name, _, _, _ in _PAYMENTS:
            amount = payments[item.code][name]
            cells.append((f"{amount:,}".replace(",", ".") if amount else " - ") if circular.points else amount)
        rows.append(cells)
    header = ("CBS", "Naam", "Prov", *(name for name, _, _, _ in _PAYMENTS))
    return table(header, rows, delimiter="\t", line_end=circular.line_end)


def _result_file(
    items: Sequence[Municipality],
    volumes: Mapping[str, Mapping[str, float]],
    weights: Weights,
    payments: Mapping[str, Mapping[str, int]],
    circular: Circular,
) -> bytes:
    rows: list[list[Cell]] = []
    sums = [0.0] * (len(CLUSTERS) + 1)
    for number, item in enumerate(items):
        amounts = dict.fromkeys(CLUSTERS, 0.0)
        for measure in measures():
            if measure.code == FIXED:
                continue
            factor = 1.0 if measure.tax else circular.factor
            for cluster, weight in weights[measure.code].items():
                amounts[cluster] += volumes[item.code][measure.code] * weight * factor
        if circular.payments_in_results:
            for name, _, cluster, _ in _PAYMENTS:
                if name not in _NEVER_IN_RESULTS:
                    amounts[cluster] += payments[item.code][name]
        cells = [*amounts.values(), sum(amounts.values())]
        sums = [old + new for old, new in zip(sums, cells, strict=True)]
        rows.append([number, fund_name(item), *cells])
    rows.append([len(items), "Nederland", *sums])
    return table(("", "Gemeenten", *CLUSTERS, "Totaal"), rows, delimiter=";")
