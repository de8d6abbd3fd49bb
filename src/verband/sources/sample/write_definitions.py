"""Small Iv3 definition files in the two published structures, the error codes and a delivery schema."""

from __future__ import annotations

from typing import Any

from verband.sources.sample.model import Province
from verband.sources.sample.tasks import full_tasks
from verband.sources.sample.writing import Files, as_json

Node = dict[str, Any]
_MAIN_TASKS = (
    "BESTUUR EN ONDERSTEUNING",
    "VEILIGHEID",
    "VERKEER, VERVOER EN WATERSTAAT",
    "ECONOMIE",
    "ONDERWIJS",
    "SPORT, CULTUUR EN RECREATIE",
    "SOCIAAL DOMEIN",
    "VOLKSGEZONDHEID EN MILIEU",
    "WONEN EN BOUWEN",
)
_COST = {
    "1.1": "Salarissen en sociale lasten",
    "3.5.1": "Ingeleend personeel",
    "3.8": "Overige goederen en diensten",
    "4.3.3": "Inkomensoverdrachten - gemeenschappelijke regelingen",
    "5.1": "Rente",
}
_INCOME = {
    "2.2.1": "Belastingen op producenten",
    "2.2.2": "Belastingen op huishoudens",
    "3.7": "Leges en andere rechten",
    "4.3.1": "Inkomensoverdrachten - Rijk",
    "4.3.2": "Inkomensoverdrachten - gemeenten",
}
_INTERNAL = {"7.1": "Mutatie reserves", "7.3": "Afschrijvingen"}
_ASSETS = {"A121": "Gronden en terreinen", "A23": "Liquide middelen"}
_LIABILITIES = {"P111": "Algemene reserve", "P112": "Bestemmingsreserves", "P133": "Onderhandse leningen"}
_INDICATORS = {"bi.1": "Formatie (Fte per 1.000 inwoners)", "bi.4": "Externe inhuur"}


def _node(code: str, title: str, children: list[Node] | None = None) -> Node:
    return {"code": code, "omschrijving": title} | ({"subcodes": children} if children else {})


def _plain(codes: dict[str, str]) -> list[Node]:
    return [_node(code, title) for code, title in codes.items()]


def _tasks(year: int) -> list[Node]:
    tasks = full_tasks(year)
    return [
        _node(f"{main}.", title, [_node(code, name) for code, name in tasks if code.startswith(f"{main}.")])
        for main, title in enumerate(_MAIN_TASKS)
    ]


def _definition(layer: str, year: int) -> Node:
    def listed(root: str, title: str, children: list[Node]) -> Node:
        return {"codelijst": [_node(root, title, children)]}

    running = [_node("LR", "Lopende Rekening", _plain(_COST)), _node("IV", "Interne Verrekeningen", _plain(_INTERNAL))]
    earned = [_node("LR", "Lopende Rekening", _plain(_INCOME)), _node("IV", "Interne Verrekeningen", _plain(_INTERNAL))]
    balance = [
        _node("Tot_Act", "Totaal Activa", [_node("A1", "Vaste Activa", _plain(_ASSETS))]),
        _node("Tot_Pas", "Totaal Passiva", [_node("P1", "Vaste Passiva", _plain(_LIABILITIES))]),
    ]
    period = {f"Rek_{year - 2}": f"Rekening {year - 2}", f"Begr_{year}": f"Begroting {year}"}
    return {
        "metadata": {
            "overheidslaag": layer,
            "boekjaar": str(year),
            "omschrijving": "Fictief: verkort Iv3 definitiebestand versie 2.1",
        },
        "codelijsten": {
            "taakveld": listed("Tot_TV", "Totaal taakvelden", _tasks(year)),
            "categorie_lasten": listed("Tot_cat_l", "Totaal categorie lasten", running),
            "categorie_baten": listed("Tot_cat_b", "Totaal categorie baten", earned),
            "balanscode": listed("Tot_Bal", "Totaal Balans", balance),
            "kengetallen": {"codelijst": [_node("fk.1", "Netto schuldquote"), _node("fk.3", "Solvabiliteitsratio")]},
            "beleidsindicatoren": {"codelijst": _plain(_INDICATORS)},
            "verslagperiode": {"codelijst": _plain(period)},
            "standper": {"codelijst": [_node("1 januari", "begindatum"), _node(f"31-12-{year}", "einddatum")]},
        },
        "controles": [
            {"nummer": 1, "foutcode": "PF001", "calculaties": [{"periode": [1, 2, 3, 4, 5]}]},
            {"nummer": 2, "foutcode": "PF008", "calculaties": [{"periode": [5]}]},
        ],
        "grijze_cellen": {
            "lasten": [{"taakveld": "0.1", "categorie": "5.1"}, {"taakveld": "8.3", "categorie": "7.1"}],
            "balans_lasten": [{"balanscode": "A121", "categorie": "1.1"}],
            "baten": [{"taakveld": "0.1", "categorie": "2.2.1"}],
            "balans_baten": [{"balanscode": "P111", "categorie": "2.2.1"}],
        },
    }


def _old_definition(year: int) -> Node:
    """The structure until 2019: lists without a total on top, groups without a title, checks in a list of their own."""
    groups = [
        {"code": "Lopende Rekening", "subcodes": _plain(_COST)},
        {"code": "Interne Verrekeningen", "subcodes": _plain(_INTERNAL)},
    ]
    check = {
        "volgnr": 1,
        "variabele": "Totaal_lasten",
        "expressie": {"rekeningsoort": "lasten", "taakveld": "Totaal taakveld"},
        "omschrijving": "totaal lasten",
    }
    return {
        "metadata": {
            "overheidslaag": "Gemeente",
            "boekjaar": str(year),
            "omschrijving": "Fictief: verkort Iv3 definitiebestand versie 1.0",
        },
        "codelijsten": {
            "taakveld": {"codelijst": _tasks(year)},
            "balanscode": {"codelijst": [_node("A1", "Vaste Activa", _plain(_ASSETS))]},
            "categorie_lasten": {"codelijst": groups},
        },
        "controlelijst": {
            "controles": [{"controle-id": 1, "omschrijving": "Controle 01", "definitie": [check]}],
        },
        "grijze_cellen": {"lasten": [{"categorie": "5.1", "taakveld": "0.1"}]},
    }


def files(province: Province) -> Files:
    """Yield the files of ``iv3_definities/``."""
    del province  # Definitions are the same for every province.
    yield "iv3_definities/iv3_definities_Gemeente_2018.json", as_json(_old_definition(2018), indent=2)
    for layer, years in (("Gemeente", (2022, 2023, 2024, 2025)), ("GR", (2024, 2025))):
        for year in years:
            content = as_json(_definition(layer, year), indent=2)
            yield f"iv3_definities/iv3_definities_{layer}_{year}.json", content
    faults = [
        {
            "foutcode": "SF001",
            "omschrijving": "metadata ontbreekt",
            "melding": "Fictief: metadata is niet aangetroffen.",
        },
        {"foutcode": "PF008", "omschrijving": "balans", "melding": "Fictief: het verschil is <fout>."},
    ]
    yield "iv3_definities/fouten.json", as_json({"fouten_overzicht": faults}, indent=2)
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Iv3 data schema",
        "description": "Fictief: Iv3 data schema versie 2.1",
        "type": "object",
        "required": ["metadata", "contact", "data"],
        "properties": {"metadata": {"type": "object"}, "data": {"type": "object"}},
    }
    yield "iv3_definities/iv3_data_schema_v2_1.json", as_json(schema, indent=2)
