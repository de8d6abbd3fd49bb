"""The small tables about the whole country: seats, prices, totals of arrangements, research, CBS table numbers."""

from __future__ import annotations

from verband.sources.sample.model import Province
from verband.sources.sample.writing import Cell, Files, table

_SOURCE = "https://bron.voorbeeld.invalid/"
_FICTION = "fictief"
_SEATS = (
    (3_000, 9),
    (6_000, 11),
    (10_000, 13),
    (15_000, 15),
    (20_000, 17),
    (25_000, 19),
    (30_000, 21),
    (35_000, 23),
    (40_000, 25),
    (45_000, 27),
    (50_000, 29),
    (60_000, 31),
    (70_000, 33),
    (80_000, 35),
    (100_000, 37),
    (200_000, 39),
    (None, 45),
)
"""Gemeentewet art. 8: up to so many inhabitants, so many seats; the rule is law, not invented."""
_OUTCOMES = (
    ("herindeling", 2014, "effect op totale lasten per inwoner", "geen significant effect", "tekst"),
    ("samenwerking", 2017, "effect op totale uitgaven", "gemiddeld niet lager", "tekst"),
    ("samenwerking", 2020, "samenwerkingsverbanden per gemeente", "12", "gemiddelde"),
)


def files(province: Province) -> Files:
    """Yield the files of ``bestuur/``, ``prijzen/``, ``literatuur/``, ``gr_financien/`` and ``cbs_odata/``."""
    seats: list[tuple[Cell, ...]] = []
    low = 0
    for high, number in _SEATS:
        seats.append((low, high, number))
        low = (high or 0) + 1
    yield (
        "bestuur/raadszetels_gemeentewet_art8.csv",
        table(("inwoners_van", "inwoners_tot_en_met", "raadszetels"), seats),
    )
    members: list[tuple[Cell, ...]] = []
    for year in (2014, 2018, 2022):
        total = sum(_seats(province.inhabitants[item.code, year - 1]) for item in province.existing(year - 1))
        members.append((year, total, total - 3 if year == 2014 else None, _SOURCE))
    header: tuple[str, ...] = ("jaar", "maximaal_aantal", "feitelijk_aantal", "bron_url")
    yield "bestuur/aantal_raadsleden_nederland.csv", table(header, members)
    growth = {2016: 0.004, 2017: 0.013} | dict(province.parameters.price_growth)
    prices = [
        (year, f"{100 * change:.1f}", "fictieve consumentenprijsindex", _FICTION)
        for year, change in growth.items()
        if year <= 2024
    ]
    yield "prijzen/cpi_jaarmutatie.csv", table(("jaar", "mutatie_procent", "bron", "zekerheid"), prices)
    header = ("onderwerp", "jaar", "grootheid", "waarde", "eenheid", "onderzoek", "bron_url", "opmerking")
    outcomes = [(*row, "Verzonnen & Partners, Fictieve studie", _SOURCE, _FICTION) for row in _OUTCOMES]
    yield "literatuur/uitkomsten_onderzoek.csv", table(header, outcomes)
    yield from _totals(province)
    header = ("jaar", "laag", "tabel_id", "status", "basis")
    layers = ("gemeenten", "provincies", "waterschappen", "gemeenschappelijke_regelingen")
    numbers: list[tuple[Cell, ...]] = []
    for year in (2023, 2024):
        for index, layer in enumerate(layers):
            known = layer != "waterschappen"
            status = "bevestigd" if index == 0 else "afgeleid" if known else "onbekend"
            table_id = f"{90_000 + 10 * (year - 2000) + index}NED" if known else None
            numbers.append((year, layer, table_id, status, _FICTION))
    yield "cbs_odata/iv3_tabellen.csv", table(header, numbers)


def _seats(people: int) -> int:
    return next(number for high, number in _SEATS if high is None or people <= high)


def _totals(province: Province) -> Files:
    """National totals in millions: here those of the one invented province."""
    titles = {"1.1": "Totaal veiligheid", "7.1": "Volksgezondheid", "6.4": "Begeleide participatie"}
    numbers = {item.number: item for item in province.arrangements}
    rows: list[tuple[Cell, ...]] = []
    for year in (2018, 2019, 2020):
        amounts = {
            task: sum(
                amount
                for (number, _, at, kind), amount in province.contributions.items()
                if (at, kind) == (year, "accounts") and numbers[number].task == task
            )
            for task in titles
        }
        status = "voorlopig" if year == 2020 else "definitief"
        for task, title in titles.items():
            income = round(amounts[task] / 1000)
            rows.append((title, year, status, income, income - 1, 1))
    header: tuple[str, ...] = ("taakveld", "jaar", "status", "baten_mln_eur", "lasten_mln_eur", "saldo_mln_eur")
    yield "gr_financien/cbs_84665ned_gr_baten_lasten_per_taakveld.csv", table(header, rows)
    rows = []
    for year in range(2016, 2021):
        for code, name, amount in (("A", "Activa", 900), ("A12", "Materiële vaste activa", 610), ("P", "Passiva", 900)):
            rows.append((code, name, year, "definitief", amount + 12 * (year - 2016)))
    header = ("balanspost_code", "balanspost", "jaar", "status", "ultimo_mln_eur")
    yield "gr_financien/cbs_82269ned_gr_balansposten.csv", table(header, rows)
    header = (
        "functie",
        "jaar",
        "lasten_mln_eur",
        "baten_mln_eur",
        "overdrachten_rijk_mln_eur",
        "overdrachten_gemeenten_mln_eur",
        "verkopen_aan_gemeenten_mln_eur",
        "overige_inkomsten_mln_eur",
    )
    rows = []
    for year in range(1998, 2004):
        parts = [200 + 9 * (year - 1998), 60 + 4 * (year - 1998), 40, 190]
        rows.append(("Alle functies tezamen", year, sum(parts), sum(parts), *parts))
    yield "gr_financien/cbs_37773grf_gr_exploitatie_per_functie.csv", table(header, rows)
