"""The Iv3 tables of the sample: lists, key totals, cost, income and balance sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from verband.sources.sample.model import (
    ACCOUNT_YEARS,
    BUDGET_YEARS,
    FIRST_LIST_YEAR,
    LAST_LIST_YEAR,
    PROVINCE_CODE,
    Province,
    Report,
)
from verband.sources.sample.tasks import RESERVES, full_tasks, rolled_up, rolled_up_titles
from verband.sources.sample.writing import Cell, Files, cut_off, packed, table

_KEY = ("gm_code", "jaar", "verslagsoort", "verslagsoort_code")
_KINDS = {"budget": "begroting", "accounts": "jaarrekening"}
_PROVINCE_KNOWN_FROM = 2016
_DAMAGED_YEARS = (2013, 2014)
_CATEGORIES = range(1, 8)
_RESERVE_CATEGORY = 7
_BALANCE_NAMES = {
    "A121": "Gronden en terreinen",
    "A123": "Bedrijfsgebouwen",
    "A124": "Grond-, weg- en waterbouwkundige werken",
    "A129": "Overig",
    "A1311": "Kapitaalverstrekking aan deelnemingen",
    "A1331b": "Overige langlopende leningen",
    "A213": "Onderhanden werk (incl. bouwgronden in exploitatie)",
    "A221": "Vorderingen op openbare lichamen",
    "A224": "Overige vorderingen",
    "A23": "Liquide middelen (kas en banksaldi)",
    "A29d": "Overige overlopende activa",
    "P111": "Algemene reserve",
    "P112": "Bestemmingsreserves",
    "P114": "Saldo van rekening",
    "P12": "Voorzieningen",
    "P133": "Onderhandse leningen van binnenlandse banken",
    "P213": "Overige vlottende schulden",
    "P29b": "Vooruit ontvangen bijdragen van het Rijk",
    "P29d": "Overige overlopende passiva",
}
KEY_TOTALS = (
    "inwoners",
    "lasten_keur",
    "baten_keur",
    "reserve_lasten_keur",
    "reserve_baten_keur",
    "sociaal_keur",
    "salarissen_keur",
    "inhuur_keur",
    "verbonden_keur",
    "rijk_keur",
    "spuks_keur",
    "heffingen_keur",
    "salarissen_overhead_keur",
    "inhuur_overhead_keur",
    "eigen_vermogen_keur",
    "balanstotaal_keur",
)


def files(province: Province) -> Files:
    """Yield the files of ``iv3/`` but for the accounts per full task."""
    yield "iv3/gemeenten.csv", table(("gm_code", "naam", "provincie_code", "jaar"), _lists(province))
    yield (
        "iv3/inwoners.csv",
        table(
            ("gm_code", "jaar", "aantal_inwoners"),
            [
                (item.code, year, province.inhabitants[item.code, year])
                for year in BUDGET_YEARS
                for item in province.existing(year)
            ],
        ),
    )
    titles = [(year, code, title) for year in BUDGET_YEARS for code, title in rolled_up_titles(year)]
    yield "iv3/taakvelden.csv", table(("jaar", "taakveld_code", "titel"), titles)
    totals = [(*_key(report), *_key_totals(report)) for report in province.reports]
    yield "iv3/kerncijfers.csv", table((*_KEY, *KEY_TOTALS), totals)
    for name, columns, cells in _AMOUNTS:
        rows = [(*_key(report), *row) for report in province.reports for row in cells(report)]
        yield f"iv3/{name}.csv.gz", packed(table((*_KEY, *columns), rows))
    header = ("gm_code", "naam_bron", "jaar", "balanspost_code", "balanspost_naam", "ultimo_keur")
    yield "iv3/balansposten_jaarrekening.csv.gz", packed(table(header, _balance(province)))


def _lists(province: Province) -> Iterable[tuple[Cell, ...]]:
    for year in range(FIRST_LIST_YEAR, LAST_LIST_YEAR + 1):
        number = PROVINCE_CODE if year >= _PROVINCE_KNOWN_FROM else None
        for item in sorted(province.existing(year), key=lambda one: one.code):
            # Letters with marks were damaged on the way in two of the true lists.
            name = item.name.encode("latin-1").decode("mac_roman") if year in _DAMAGED_YEARS else item.name
            yield item.code, name, number, year


def _key(report: Report) -> tuple[Cell, ...]:
    return report.code, report.year, _KINDS[report.kind], report.report_code


def _filed(report: Report, amount: int) -> int:
    """A report that was not filed is published as zeros."""
    return amount if report.filed else 0


def _sum(report: Report, amounts: Mapping[tuple[str, int], int], keep: Callable[[str, int], bool]) -> int:
    return _filed(report, sum(amount for (task, category), amount in amounts.items() if keep(task, category)))


def _income(report: Report, *kinds: str) -> int:
    return _filed(report, sum(amount for (_, kind), amount in report.income.items() if kind in kinds))


def _key_totals(report: Report) -> tuple[Cell, ...]:
    balance = report.balance or {}
    return (
        report.inhabitants,
        _filed(report, report.total_cost),
        _filed(report, report.total_income),
        _filed(report, report.reserve_additions),
        _filed(report, report.reserve_withdrawals),
        _sum(report, report.cost, lambda task, _: task.startswith("6.")),
        _sum(report, report.cost, lambda _, category: category == 1),
        _filed(report, sum(report.hired.values())),
        _filed(report, report.paid_to_arrangements),
        _income(report, "general"),
        _income(report, "specific"),
        _income(report, "B2.2.1", "B2.2.2"),
        _sum(report, report.cost, lambda task, category: task == "0.4" and category == 1),
        _filed(report, report.hired.get("0.4", 0)),
        _filed(report, sum(amount for item, amount in balance.items() if item.startswith("P11"))),
        _filed(report, sum(amount for item, amount in balance.items() if item.startswith("P"))),
    )


def _per_task(report: Report) -> Iterable[tuple[Cell, ...]]:
    amounts: dict[str, int] = {rolled_up(task): 0 for task, _ in full_tasks(report.year)}
    for (task, _), amount in report.cost.items():
        amounts[rolled_up(task)] += amount
    return [(task, _filed(report, amount)) for task, amount in amounts.items() if task != RESERVES]


def _per_main_task_category(report: Report) -> Iterable[tuple[Cell, ...]]:
    sums = {(main, category): 0 for main in range(9) for category in _CATEGORIES}
    for (task, category), amount in report.cost.items():
        sums[int(task[0]), category] += amount
    return [(*key, _filed(report, amount)) for key, amount in sums.items()]


def _per_main_task(report: Report) -> Iterable[tuple[Cell, ...]]:
    sums = dict.fromkeys(range(9), 0)
    for (task, _), amount in report.cost.items():
        sums[int(task[0])] += _filed(report, amount)
    return list(sums.items())


def _per_category(report: Report) -> Iterable[tuple[Cell, ...]]:
    sums = dict.fromkeys(_CATEGORIES, 0)
    for (_, category), amount in report.cost.items():
        sums[category] += _filed(report, amount)
    return list(sums.items())


def _staff(report: Report) -> Iterable[tuple[Cell, ...]]:
    hired = [0] * 9
    for task, amount in report.hired.items():
        hired[int(task[0])] += _filed(report, amount)
    own = _per_main_task_category(report)
    wages = {main: amount for main, category, amount in own if category == 1}
    return [(main, int(wages[main] or 0) + hired[main]) for main in range(9)]


def _additions(report: Report) -> Iterable[tuple[Cell, ...]]:
    amount = _filed(report, report.reserve_additions)
    return [(category, amount if category == _RESERVE_CATEGORY else 0) for category in _CATEGORIES]


def _withdrawals(report: Report) -> Iterable[tuple[Cell, ...]]:
    amount = _filed(report, report.reserve_withdrawals)
    return [(category, amount if category == _RESERVE_CATEGORY else 0) for category in _CATEGORIES if category > 1]


def _specific(report: Report) -> Iterable[tuple[Cell, ...]]:
    sums = [0] * 9
    for (task, kind), amount in report.income.items():
        sums[int(task[0])] += _filed(report, amount) if kind == "specific" else 0
    return list(enumerate(sums))


def _levies(report: Report) -> Iterable[tuple[Cell, ...]]:
    return [(kind, _income(report, kind)) for kind in ("B2.2.1", "B2.2.2", "B3.7")]


def _other(report: Report) -> Iterable[tuple[Cell, ...]]:
    return [(category, _income(report, str(category))) for category in _CATEGORIES if category > 2]


_Cells = Callable[[Report], Iterable[tuple[Cell, ...]]]
_AMOUNTS: tuple[tuple[str, tuple[str, ...], _Cells], ...] = (
    ("lasten_per_taakveld", ("taakveld_code", "lasten_keur"), _per_task),
    (
        "lasten_per_hoofdtaakveld_categorie",
        ("hoofdtaakveld", "hoofdcategorie", "lasten_keur"),
        _per_main_task_category,
    ),
    ("lasten_per_hoofdtaakveld", ("hoofdtaakveld", "lasten_keur"), _per_main_task),
    ("lasten_per_hoofdcategorie", ("hoofdcategorie", "lasten_keur"), _per_category),
    ("reserve_lasten_per_hoofdcategorie", ("hoofdcategorie", "lasten_keur"), _additions),
    ("personeel_per_hoofdtaakveld", ("hoofdtaakveld", "personeel_keur"), _staff),
    ("baten_rijk_spuks_per_hoofdtaakveld", ("hoofdtaakveld", "baten_keur"), _specific),
    ("baten_heffingen_per_categorie", ("categorie", "baten_keur"), _levies),
    ("baten_overige_per_hoofdcategorie", ("hoofdcategorie", "baten_keur"), _other),
    ("baten_reserve_per_hoofdcategorie", ("hoofdcategorie", "baten_keur"), _withdrawals),
)


def _balance(province: Province) -> Iterable[tuple[Cell, ...]]:
    """Only items with a figure are listed, and nothing for accounts that were not filed."""
    for report in province.reports:
        if report.year not in ACCOUNT_YEARS or not report.filed:
            continue
        name = province.at(report.code, report.year).name
        for item, amount in (report.balance or {}).items():
            if amount:
                yield report.code, name, report.year, item, cut_off(_BALANCE_NAMES[item]), amount
