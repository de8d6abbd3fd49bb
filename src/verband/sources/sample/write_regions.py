"""Regional divisions of 2016: a table per division, each municipality with its region."""

from __future__ import annotations

from collections import defaultdict

from verband.sources.sample.model import Province
from verband.sources.sample.write_arrangements import LIST_YEAR
from verband.sources.sample.writing import Cell, Files, table

_DIVISIONS = (
    ("veiligheid/veiligheidsregios", "Veiligheidsregio's", (1,)),
    ("sociaal/ggds", "GGD's", (2,)),
    (
        "fysiek/omgevingsdienstenregionaleuitvoeringsdiensten",
        "Omgevingsdiensten (Regionale uitvoeringsdiensten)",
        (3, 4),
    ),
    ("sociaal/jeugdzorgregios1", "Jeugdzorgregio's", (19, 20)),
    ("sociaal/intergemeentelijkesocialediensten", "Intergemeentelijke sociale diensten", (5, 6)),
)
"""File, header of the division, and the arrangements that are its regions."""


def files(province: Province) -> Files:
    """Yield the files of ``gr_register/regioatlas/``; one division comes without inhabitants, as published."""
    arrangements = {item.number: item for item in province.arrangements}
    for path, division, numbers in _DIVISIONS:
        regions: dict[str, list[str]] = defaultdict(list)
        for number in numbers:
            name = arrangements[number].name
            regions[name] = [item.code for item in province.members(arrangements[number], LIST_YEAR)]
        yield _file(province, path, division, regions, counted=True)
    whole = {"Wouderland": [item.code for item in province.existing(LIST_YEAR)]}
    yield _file(province, "sociaal/veiligthuisregios", "Veilig Thuis regio's", whole, counted=False)


def _file(
    province: Province, path: str, division: str, regions: dict[str, list[str]], *, counted: bool
) -> tuple[str, bytes]:
    rows: list[tuple[Cell, ...]] = []
    for item in sorted(province.existing(LIST_YEAR), key=lambda one: one.name):
        for region, codes in regions.items():
            if item.code in codes:
                people = sum(province.inhabitants[code, LIST_YEAR] for code in codes)
                rows.append((item.name, item.code[2:], region, str(people if counted else 0)))
    header = ("Gemeente", "CBS", division, "Inwoneraantal van regio")
    content = table(header, rows, delimiter=";", quote_all=True, mark=True)
    return f"gr_register/regioatlas/{path}.csv", content
