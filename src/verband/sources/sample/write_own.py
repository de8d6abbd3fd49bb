"""The user's own files of the sample: arrangements, staff, indicators, a merger to come, and lists, in Dutch."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil

from verband.sources.sample import write_own_lists
from verband.sources.sample.chance import stream
from verband.sources.sample.model import ACCOUNT_YEARS, LAST_LIST_YEAR, Arrangement, Municipality, Province
from verband.sources.sample.write_register import participations
from verband.sources.sample.writing import Cell, Files, table

_AS_OF = "31-12-2025"
_KEYS = {
    "inhabitants": "per inwoner",
    "equal": "gelijke delen",
    "use": "naar afname",
    "outsourced": "naar formatie",
}
_WITHOUT_BOARD = frozenset({"RZM", "CR"})
"""Forms that have no general board (Wgr art. 8), so nobody votes in one."""
_EXIT = "opzegtermijn van twee jaar; de uittreder betaalt de frictiekosten"
_INDICATORS = (
    ("gemiddelde opkomsttijd", "minuten", "lager", 8.0, 1, 0.0),
    ("tijdige contactmomenten jeugd", "procent", "hoger", 95.0, 2, 0.0),
    ("kosten per arbeidsplaats", "euro per jaar", "lager", 31_500.0, 9, 0.03),
    ("inningspercentage", "procent", "hoger", 98.5, 11, 0.0),
    ("restafval per inwoner", "kg per jaar", "lager", 120.0, 12, -0.01),
)
"""Name, unit, better direction, target, arrangement and yearly drift of the result."""
_FUNCTIONS = (
    ("toezichthouder bouwen", 0.00012, 1),
    ("bouwplantoetser", 0.00010, 1),
    ("consulent Wmo", 0.00030, 1),
    ("jurist handhaving", 0.00005, 1),
    ("adviseur informatiebeveiliging", 0.00003, 1),
    ("financieel adviseur", 0.00015, 2),
    ("beleidsadviseur ruimtelijke ordening", 0.00010, 1),
    ("leerplichtambtenaar", 0.00006, 1),
)
"""Name, holders per inhabitant, and how many have to be present."""
_STAFFED = ("GM9017", "GM9022", "GM9013", "GM9040")
_FIRST_BUDGET, _LAST_BUDGET = 2027, 2032
"""Budgets on which councils may give their views: some are always ahead while this sample is used."""


def files(province: Province) -> Files:
    """Yield the files of ``own/``; numbers and dates are written the Dutch way."""
    yield "own/eigen_regelingen.csv", _arrangements(province)
    yield "own/eigen_bijdragen_eerdere_jaren.csv", _earlier_contributions(province)
    yield "own/eigen_zienswijzen.csv", _later_views(province)
    yield "own/eigen_functies.csv", _staff(province)
    yield "own/eigen_indicatoren.csv", _indicators(province)
    header = ("procedure", "gemeenten", "nieuwe_naam", "beoogde_datum", "besluitdatum", "status", "peildatum")
    procedure = (
        "Samen Kievitskerk",
        "GM9021+GM9022",
        "Kievitskerk",
        "01-01-2027",
        "20-03-2025",
        "wetsvoorstel",
        _AS_OF,
    )
    yield "own/eigen_herindelingen.csv", table(header, [procedure], delimiter=";")
    yield from write_own_lists.files(province)


def _euro(amount: int) -> str:
    """Euro with points for thousands and a decimal comma."""
    return f"{amount:,}".replace(",", ".") + ",00"


def _view(budget: int) -> tuple[Cell, ...]:
    """The draft budget of an arrangement: received in April before the year, views for twelve weeks (Wgr art. 35)."""
    received = date(budget - 1, 4, 10)
    return f"ontwerpbegroting {budget}", f"{received:%d-%m-%Y}", f"{received + timedelta(weeks=12):%d-%m-%Y}"


def _later_views(province: Province) -> bytes:
    """The calendar of the budgets to come, one row per arrangement: it is the same for all its participants."""
    header = ("regeling", "regeling_id", "deelnemer", "document", "document_datum", "uiterste_datum", "peildatum")
    rows: list[tuple[Cell, ...]] = []
    for item in province.arrangements:
        members = province.members(item, LAST_LIST_YEAR)
        if item.end or not members:
            continue
        rows += [
            (item.name, str(900_000 + item.number), members[0].code, *_view(budget), _AS_OF)
            for budget in range(_FIRST_BUDGET + 1, _LAST_BUDGET + 1)
        ]
    return table(header, rows, delimiter=";")


def _votes(people: int) -> int:
    return 1 + ceil(people / 20_000)


def _arrangements(province: Province) -> bytes:
    header = (
        "regeling",
        "regeling_id",
        "vorm",
        "status",
        "wettelijke_grondslag",
        "getroffen_door",
        "taken",
        "deelnemer",
        "bijdrage_eur_per_jaar",
        "bijdrage_jaar",
        "verdeelsleutel",
        "aandeel",
        "stemmen",
        "stemmen_totaal",
        "toetreding",
        "uittreding",
        "uittreedregeling",
        "document",
        "document_datum",
        "uiterste_datum",
        "peildatum",
    )
    rows = [row for item in province.arrangements if not item.end for row in _members(province, item)]
    return table(header, rows, delimiter=";")


def _members(province: Province, item: Arrangement) -> list[tuple[Cell, ...]]:
    members = province.members(item, LAST_LIST_YEAR)
    shares = {one.code: one.share for one in participations(province, item)}
    votes = {one.code: _votes(province.inhabitants[one.code, LAST_LIST_YEAR]) for one in members}
    has_board = item.form_short not in _WITHOUT_BOARD
    body = "colleges" if item.form_short in {"BVO", "CR", "RZM"} else "raden"
    rows: list[tuple[Cell, ...]] = []
    for member in members:
        amount = province.contributions.get((item.number, member.code, LAST_LIST_YEAR, "budget"), 0)
        share = shares.get(member.code)
        rows.append(
            (
                item.name,
                str(900_000 + item.number),
                item.form.lower(),
                "verplicht" if item.compulsory else "vrijwillig",
                "Fictieve wet art. 1" if item.compulsory else None,
                body,
                item.task,
                member.code,
                _euro(1000 * amount),
                LAST_LIST_YEAR,
                _KEYS[item.key],
                f"{share / 10_000:.4f}%".replace(".", ",") if share is not None else None,
                votes[member.code] if has_board else None,
                sum(votes.values()) if has_board else None,
                f"{item.start:%d-%m-%Y}",
                None,
                _EXIT,
                *_view(_FIRST_BUDGET),
                _AS_OF,
            )
        )
    return rows


def _earlier_contributions(province: Province) -> bytes:
    """What each participant paid by the accounts; a cost drift shows only over the years."""
    header = (
        "regeling",
        "regeling_id",
        "deelnemer",
        "bijdrage_eur_per_jaar",
        "bijdrage_jaar",
        "toetreding",
        "uittreding",
        "peildatum",
    )
    rows: list[tuple[Cell, ...]] = []
    for item in province.arrangements:
        if item.end:
            continue
        stays = {one.code: one for one in participations(province, item)}
        for year in ACCOUNT_YEARS:
            for member in province.members(item, year):
                stay = stays[member.code]
                amount = province.contributions.get((item.number, member.code, year, "accounts"))
                if amount is None:
                    continue
                rows.append(
                    (
                        item.name,
                        str(900_000 + item.number),
                        member.code,
                        _euro(1000 * amount),
                        year,
                        f"{stay.entry:%d-%m-%Y}",
                        f"{stay.exit:%d-%m-%Y}" if stay.exit else None,
                        f"31-12-{year}",
                    )
                )
    return table(header, rows, delimiter=";")


def _staff(province: Province) -> bytes:
    header = ("gemeente", "functie", "medewerkers", "minimaal_nodig", "fte", "plaatsvervangers", "peildatum")
    rows: list[tuple[Cell, ...]] = []
    for code in _STAFFED:
        item: Municipality = province.at(code, LAST_LIST_YEAR)
        rng = stream(province.seed, "functions", code)
        people = province.inhabitants[code, LAST_LIST_YEAR]
        for name, per_inhabitant, required in _FUNCTIONS:
            holders = max(required, round(people * per_inhabitant * rng.uniform(0.8, 1.2)))
            fte = f"{holders * rng.uniform(0.75, 1.0):.1f}".replace(".", ",")
            rows.append((item.name, name, holders, required, fte, int(rng.random() < 0.3), _AS_OF))
    return table(header, rows, delimiter=";")


def _indicators(province: Province) -> bytes:
    header = ("regeling", "indicator", "eenheid", "richting", "jaar", "streefwaarde", "gerealiseerd", "peildatum")
    names = {item.number: item.name for item in province.arrangements}
    rows: list[tuple[Cell, ...]] = []
    for indicator, unit, direction, target, number, drift in _INDICATORS:
        for year in range(2018, 2026):
            rng = stream(province.seed, "result", indicator, year)
            result = target * (1 + drift) ** (year - 2017) * (1 + rng.gauss(0, 0.01))
            # A share of a hundred cannot be more than that.
            result = min(result, 99.9) if unit == "procent" else result
            known = f"{result:.1f}".replace(".", ",") if year < 2025 else None
            cells = (f"{target:.1f}".replace(".", ","), known)
            rows.append((names[number], indicator, unit, direction, year, *cells, _AS_OF))
    return table(header, rows, delimiter=";")
