"""The lists of arrangements of 2016, with the defects of the true ones: a damaged name, a repeated row, foreigners."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from verband.sources.sample.model import PROVINCE_NAME, Arrangement, Municipality, Province
from verband.sources.sample.writing import Cell, Files, as_json, table

LIST_YEAR = 2016
"""Year of the lists."""
POSTCODE = "9999 ZZ"
_DISSOLVED = "Ouderlo"
_EARLIER = ("GM9029", "Reigersoord en Schor", 2014)
_UNCLEAR = "Kievitsland en Lisdodde"
_PARTICIPANT_HEADER = ("Deelnemer", "Gemeenschappelijke regeling", "Postcode", "Plaats", "Provincie")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the participant list."""

    participant: str
    arrangement: str
    place: str

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The line as published."""
        return self.participant, self.arrangement, POSTCODE, self.place, f"Provincie {PROVINCE_NAME}"


def twice_encoded(name: str) -> str:
    """Damage a name as one publisher did: its UTF-8 bytes read as Windows-1252."""
    return name.encode("utf-8").decode("cp1252")


def listed(province: Province) -> tuple[Arrangement, ...]:
    """The arrangements in force at the beginning of the list year."""
    return tuple(item for item in province.arrangements if item.active(LIST_YEAR))


def seat(province: Province, arrangement: Arrangement) -> str:
    """Place of the seat: the name of its municipality."""
    return province.at(arrangement.town, LIST_YEAR).name


def lines(province: Province) -> list[Line]:
    """All lines of the participant list, one of them twice."""
    result: list[Line] = []
    for arrangement in listed(province):
        place = seat(province, arrangement)
        names = [twice_encoded(item.name) for item in province.members(arrangement, LIST_YEAR)]
        if arrangement.number == 26:
            # A supplier that never heard of the renaming.
            names = [_EARLIER[1] if name == "Reigersoord" else name for name in names]
        names.extend(arrangement.others)
        if arrangement.number == 30:
            names.append(_UNCLEAR)
        result.extend(Line(name, arrangement.name, place) for name in names)
    result.insert(6, result[5])
    return result


def _kind(province: Province, name: str) -> tuple[str, Municipality | None]:
    municipality = next((one for one in province.existing(LIST_YEAR) if twice_encoded(one.name) == name), None)
    if municipality:
        return "gemeente", municipality
    if name == _EARLIER[1]:
        return "gemeente_andere_jaren", None
    kinds = {
        "Provincie": "provincie",
        "Waterschap": "waterschap",
        _DISSOLVED: "gemeente_opgeheven_voor_2010",
        _UNCLEAR: "onduidelijk",
    }
    return next((kind for start, kind in kinds.items() if name.startswith(start)), "buitenland"), None


def _links(province: Province) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for name, count in sorted(Counter(line.participant for line in lines(province)).items()):
        kind, municipality = _kind(province, name)
        if municipality:
            rows.append((name, municipality.name, kind, municipality.code, LIST_YEAR, "naam", count))
        elif kind == "gemeente_andere_jaren":
            rows.append((name, name, kind, _EARLIER[0], _EARLIER[2], "naam", count))
        else:
            rows.append((name, name, kind, None, None, None, count))
    return rows


def entity_code(arrangement: Arrangement) -> str:
    """Code of an arrangement in the Iv3 tables; GR9001 and up were never given out."""
    return f"GR{9000 + arrangement.number}"


def _documents(province: Province) -> bytes:
    documents = []
    for arrangement in listed(province)[:6]:
        name = f"{9_000_000 + arrangement.number}-Begroting-2016"
        documents.append(
            {
                "id": name,
                "title": f"{arrangement.name} Begroting 2016",
                "access": "public",
                "pages": 20 + arrangement.number,
                "description": f"{arrangement.name} - Provincie {PROVINCE_NAME}",
                "source": f"{arrangement.name} - Provincie {PROVINCE_NAME}",
                "created_at": "Sat, 05 Mar 2016 00:18:20 +0000",
                "updated_at": "Sat, 05 Mar 2016 00:18:51 +0000",
                "canonical_url": f"https://documenten.voorbeeld.invalid/{name}.html",
                "language": "nld",
                "file_hash": f"{arrangement.number:040x}",
                "display_language": "eng",
            }
        )
    index = {"total": len(documents), "page": 1, "per_page": len(documents), "q": "projectid:0-fictief"}
    return b"\n" + json.dumps(index | {"documents": documents}, ensure_ascii=False).encode()


def _package() -> bytes:
    field = {"name": "Deelnemer", "type": "string", "description": ""}
    resource = {
        "name": "opengr_provincies",
        "path": "opengr_provincies.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "schema": {"fields": [field]},
    }
    about = {
        "resources": [resource],
        "name": "fictieve-regelingen",
        "title": "Fictieve regelingen",
        "license": "CC0-1.0",
        "description": "Fictief: regelingen van een verzonnen provincie.",
    }
    return as_json(about, indent=2)


def files(province: Province) -> Files:
    """Yield the lists in ``gr_register/`` but for the regional divisions and the register export."""
    rows = [line.cells for line in lines(province)]
    yield "gr_register/opengr/opengr_provincies.csv", table(_PARTICIPANT_HEADER, rows)
    records = [dict(zip(_PARTICIPANT_HEADER, row, strict=True)) for row in rows]
    text = as_json(records, indent=2).decode().replace('": "', '":"').replace("\n", "\r\n")
    yield "gr_register/opengr/opengr_provincies.json", text.encode()
    yield "gr_register/opengr/opengr_provincies_financieel_docs.json", _documents(province)
    yield "gr_register/opengr/datapackage.json", _package()
    yield (
        "gr_register/afgeleid/opengr_deelnemers_gm.csv",
        table(
            (
                "deelnemer_bron",
                "deelnemer_hersteld",
                "soort",
                "gm_code",
                "gm_lijst_jaar",
                "koppeling",
                "aantal_regels",
            ),
            _links(province),
        ),
    )
    treasury: list[tuple[Cell, ...]] = []
    for item in listed(province):
        known = item.number % 3 == 0
        box = f"Postbus {900 + item.number}"
        names = (item.name, entity_code(item)) if known else (None, None)
        treasury.append((item.name, box, POSTCODE, seat(province, item), *names))
    yield (
        "gr_register/dsta/gemeenschappelijke_regelingen_dsta.csv",
        table(("DSTA_GR_naam", "Adres", "Postcode", "Plaats", "CBS_GR_naam", "CBS_GR_code"), treasury),
    )
    entities: list[tuple[Cell, ...]] = [(item.code, 11, item.name, "") for item in province.existing(LIST_YEAR)]
    entities.extend((entity_code(item), 4, item.name, "") for item in listed(province))
    yield (
        "gr_register/cbs_iv3_entiteiten_2016.csv",
        table(("cbsId", "cbsIdCount", "cbsName", "cbsComment"), entities, quote_all=True),
    )
    services = [
        (f"https://www.omgevingsdienst.voorbeeld.invalid/{item.number}", item.name)
        for item in listed(province)
        if item.task == "7.4"
    ]
    yield (
        "gr_register/omgevingsdiensten.csv",
        table(("url_omgevingsdienst", "naam_omgevingsdienst"), services, line_end="\r\n"),
    )
    sites = [(f"www.regeling{item.number}.voorbeeld.invalid",) for item in listed(province)]
    yield "gr_register/gr_domeinnamen.csv", table((), sites, line_end="\r\n")
