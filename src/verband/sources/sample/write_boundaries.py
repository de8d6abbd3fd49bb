"""The genealogy of the sample, and the financial ratios that follow from its accounts."""

from __future__ import annotations

from collections.abc import Iterable

from verband.sources.sample.chance import stream
from verband.sources.sample.model import ACCOUNT_YEARS, Municipality, Province
from verband.sources.sample.writing import Cell, Files, packed, table

_VINTAGES = range(2020, 2026)
_SHIFTED = 2024
"""The budget year whose rows carry the year labels of the next."""
_RATIOS = (
    "Belastingcapaciteit",
    "Grondexploitatie",
    "Netto schuldquote",
    "Netto schuldquote gecorrigeerd voor alle verstrekte leningen",
    "Solvabiliteitsratio",
    "Structurele exploitatieruimte",
)
_TYPES = ("Rekening", "Begroting", "Begroting", "Meerjarenraming", "Meerjarenraming", "Meerjarenraming")


def files(province: Province) -> Files:
    """Yield the files of ``herindelingen/`` and ``financiele_kengetallen/``."""
    header = (
        "effective_date",
        "new_gm_code",
        "new_name",
        "old_gm_code",
        "old_name",
        "type",
        "aandeel_adressen_oude_gemeente",
        "inwoners_overgegaan",
        "note",
        "geverifieerd",
    )
    rows = [
        (
            change.day.isoformat(),
            change.new_code,
            change.new_name,
            change.old_code,
            change.old_name,
            change.kind,
            f"{change.share:g}",
            change.inhabitants,
            change.note,
            "fictief",
        )
        for change in province.changes
    ]
    yield "herindelingen/herindelingen_2011_2023.csv", table(header, rows)
    columns = ("gm_code", "naam_bron", "begroting", "kengetal", "jaar", "type_raming", "waarde")
    yield "financiele_kengetallen/kengetallen.csv.gz", packed(table(columns, _ratios(province)))


def _ratios(province: Province) -> Iterable[tuple[Cell, ...]]:
    """Six years per budget year: accounts of two years before, two budgets, three estimates."""
    for vintage in _VINTAGES:
        label = 1 if vintage == _SHIFTED else 0
        for item in province.existing(vintage):
            for ratio in _RATIOS:
                for year, kind in zip(range(vintage - 2, vintage + 4), _TYPES, strict=True):
                    value = _value(province, item, ratio, vintage, year)
                    yield item.code, item.name, vintage, ratio, year + label, kind, value


def _value(province: Province, item: Municipality, ratio: str, vintage: int, year: int) -> str | None:
    """A ratio from the accounts of the year where they exist, else carried on with a little chance."""
    rng = stream(province.seed, "ratio", item.code, ratio, vintage, year)
    if ratio == "Grondexploitatie" and rng.random() < 0.02:
        return "A"
    if rng.random() < 0.01:
        return None
    known = min(year, ACCOUNT_YEARS[-1])
    report = province.report(item.code, known, "accounts")
    while report is None and known < ACCOUNT_YEARS[-1]:
        known += 1
        report = province.report(item.code, known, "accounts")
    if report is None or report.balance is None:
        return None
    balance, income = report.balance, report.total_income
    equity = sum(amount for code, amount in balance.items() if code.startswith("P11"))
    debt = balance["P133"] + balance["P213"] - balance["A224"] - balance["A23"]
    values = {
        "Belastingcapaciteit": 0.9 + 0.3 * stream(province.seed, "tax", item.units[0]).random(),
        "Grondexploitatie": balance["A213"] / income,
        "Netto schuldquote": debt / income,
        "Netto schuldquote gecorrigeerd voor alle verstrekte leningen": (debt - balance["A1331b"]) / income,
        "Solvabiliteitsratio": equity / sum(amount for code, amount in balance.items() if code.startswith("P")),
        "Structurele exploitatieruimte": 0.01 + rng.gauss(0, 0.01),
    }
    exact = year == vintage - 2
    return f"{values[ratio] * (1 if exact else 1 + rng.gauss(0, 0.02)):.3f}"
