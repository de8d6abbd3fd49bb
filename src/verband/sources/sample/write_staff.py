"""Staff tables of the sample: FTE of 2014 with its broken notation, and the figures about staff."""

from __future__ import annotations

from verband.sources.sample.chance import stream
from verband.sources.sample.model import PROVINCE_NAME, Province
from verband.sources.sample.writing import Cell, Files, table

_YEAR = 2014
_SOURCE = "https://personeel.voorbeeld.invalid/"
_FICTION = "fictief"


def broken_notation(fte: int) -> str:
    """Write a figure as published: a dot for thousands, and closing zeros cut off after it."""
    text = f"{fte:,}".replace(",", ".")
    return text.rstrip("0").rstrip(".") if "." in text else text


def twice_misread(name: str) -> str:
    """Damage a name as published: its UTF-8 bytes read as Mac OS Roman, twice over."""
    for _ in range(2):
        name = name.encode("utf-8").decode("mac_roman")
    return name


def _organisations(province: Province) -> list[tuple[str, str, int, str, str | None]]:
    """Name, place, FTE, sort and code."""
    result: list[tuple[str, str, int, str, str | None]] = []
    for item in province.existing(_YEAR):
        rng = stream(province.seed, "fte", item.code)
        people = province.inhabitants[item.code, _YEAR]
        fte = round(people / 1000 * (7.2 + rng.gauss(0, 0.5)) * (people / 30_000) ** 0.08)
        # A whole number of thousands would lose its dot, and nobody could tell it from units.
        fte += fte % 1000 == 0
        result.append((f"Gemeente {item.name}", item.name, fte, "gemeente", item.code))
    for arrangement in province.arrangements:
        if arrangement.active(_YEAR) and arrangement.form_short in {"OL", "BVO"}:
            place = province.at(arrangement.town, _YEAR).name
            result.append((arrangement.name, place, 40 + 37 * arrangement.number, "overig", None))
    result.append((f"Provincie {PROVINCE_NAME}", "Wouderstad", 1200, "provincie", None))
    result.append(("Waterschap Wouderse Meren", "Berkenstrook", 310, "waterschap", None))
    result.append(("Ministerie van Fictieve Zaken", "Wouderstad", 2540, "rijk_of_politie", None))
    return result


def files(province: Province) -> Files:
    """Yield the files of ``personeel/``."""
    rows: list[tuple[Cell, ...]] = []
    links: list[tuple[Cell, ...]] = []
    for name, place, fte, sort, code in _organisations(province):
        names = twice_misread(name), twice_misread(place)
        rows.append((*names, PROVINCE_NAME, broken_notation(fte)))
        links.append((*names, PROVINCE_NAME, broken_notation(fte), fte, sort, code))
    header: tuple[str, ...] = ("Instelling", "Gemeente", "Provincie", "Aantal FTE Totaal")
    yield "personeel/fte_2014.csv", table(header, rows, line_end="\r\n")
    header = ("instelling", "plaats", "provincie", "fte_bron", "fte", "soort", "gm_code")
    yield "personeel/fte_2014_koppeling.csv", table(header, links)
    yield "personeel/personeelsmonitor_gemeenten.csv", _monitor()
    yield "personeel/verzuim_2013_per_grootteklasse.csv", _sick_leave()
    yield "personeel/cao_gemeenten_loon.csv", _pay()
    yield "personeel/bbv_indicatoren_voorbeelden.csv", _indicators(province)


def _monitor() -> bytes:
    rows: list[tuple[Cell, ...]] = []
    for year in range(2017, 2024):
        rows.append((year, "bezetting", "nederland", 4000 + 50 * (year - 2017), "personen", _SOURCE, _FICTION))
        rows.append(
            (year, "ziekteverzuim", "nederland", round(5.0 + 0.2 * (year - 2017), 1), "procent", _SOURCE, _FICTION)
        )
        rows.append((year, "uitstroom", "nederland", round(7.0 + 0.3 * (year - 2017), 1), "procent", _SOURCE, _FICTION))
    rows.append((2021, "externe_inhuur", "nederland", 15.5, "procent_loonsom", _SOURCE, _FICTION))
    rows.append((2021, "bezetting", "<20.000", 700, "personen", _SOURCE, _FICTION))
    return table(("jaar", "indicator", "groep", "waarde", "eenheid", "bron_url", "opmerking"), rows)


def _sick_leave() -> bytes:
    header = (
        "jaar",
        "indicator",
        "grootteklasse_inwoners",
        "best_practice",
        "onderste_kwartiel",
        "gemiddelde",
        "bovenste_kwartiel",
        "aantal_gemeenten",
        "bron_url",
        "opmerking",
    )
    classes = (">=100.000", "50.000-100.000", "20.000-50.000", "<20.000")
    rows: list[tuple[Cell, ...]] = []
    for index, name in enumerate(classes):
        high = 5.4 - 0.3 * index
        figures = [round(high - part, 1) for part in (2.1, 1.1, 0.5, 0.0)]
        rows.append((2013, "ziekteverzuim_procent", name, *figures, 3 + 2 * index, _SOURCE, "fictief: unverified"))
        times = [round(figure / 4.2, 2) for figure in figures]
        rows.append((2013, "meldingsfrequentie_per_jaar", name, *times, 3 + 2 * index, _SOURCE, _FICTION))
    return table(header, rows)


def _pay() -> bytes:
    header = (
        "ingangsdatum",
        "procent",
        "vast_bedrag_eur_per_maand",
        "eenmalig_eur",
        "bron_url",
        "status",
        "opmerking",
    )
    rows: list[tuple[Cell, ...]] = [
        ("2019-10-01", 3.0, None, 700, _SOURCE, "bevestigd", _FICTION),
        ("2021-12-01", 1.6, None, None, _SOURCE, "unverified", _FICTION),
        ("2023-01-01", None, 230, None, _SOURCE, "bevestigd", _FICTION),
        ("2025-04-01", 6.5, 30, None, _SOURCE, "onderhandelingsresultaat", _FICTION),
    ]
    return table(header, rows)


def _indicators(province: Province) -> bytes:
    header = (
        "gm_code",
        "naam",
        "jaar",
        "formatie_fte_per_1000_inw",
        "bezetting_fte_per_1000_inw",
        "apparaatskosten_eur_per_inw",
        "externe_inhuur_procent",
        "overhead_procent_lasten",
        "ziekteverzuim_procent",
        "bron_url",
        "opmerking",
    )
    rows: list[tuple[Cell, ...]] = []
    for item in province.existing(2023)[:5]:
        rng = stream(province.seed, "indicator", item.code)
        posts = round(rng.uniform(6.5, 8.5), 2)
        filled = round(posts * rng.uniform(0.92, 0.99), 2)
        rest = (round(rng.uniform(600, 800)), round(rng.uniform(10, 20), 1), round(rng.uniform(8, 12), 1))
        rows.append((item.code, item.name, 2023, posts, filled, *rest, None, _SOURCE, _FICTION))
    return table(header, rows)
