"""Genealogy, names and codes against the real lists."""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path

import pytest

from verband.domain.classification import Status, classify
from verband.domain.genealogy import Genealogy
from verband.domain.municipality import MunicipalityIndex, is_damaged, provinces
from verband.domain.task import tasks

pytestmark = pytest.mark.published
ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("VERBAND_PUBLISHED_DATA") or ROOT.parent / "shared" / "data")
TYPES = {
    "samenvoeging": "merger",
    "splitsing": "split",
    "naamswijziging": "renaming",
    "grenscorrectie": "boundary_correction",
    "voortzetting": "continuation",
}


def rows(*parts):
    path = FOLDER.joinpath(*parts)
    if not path.is_file():
        pytest.skip(f"SKIPPED: {path} is not there; set VERBAND_PUBLISHED_DATA to the folder with the published data")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def genealogy():
    return Genealogy.from_records(
        {
            "effective_date": row["effective_date"],
            "new_code": row["new_gm_code"],
            "new_name": row["new_name"],
            "old_code": row["old_gm_code"],
            "old_name": row["old_name"],
            "type": TYPES[row["type"]],
            "share": row["aandeel_adressen_oude_gemeente"],
            "inhabitants_moved": row["inwoners_overgegaan"],
        }
        for row in rows("herindelingen", "herindelingen_2011_2023.csv")
    )


@pytest.fixture(scope="module")
def lists():
    found = {}
    for row in rows("iv3", "gemeenten.csv"):
        found.setdefault(int(row["jaar"]), set()).add(row["gm_code"])
    return found


def test_every_change_of_code_is_explained(genealogy, lists):
    assert set(lists) == set(range(2010, 2027))
    assert genealogy.unexplained(lists) == ()


def test_all_municipalities_are_carried_to_the_last_list(genealogy, lists):
    for year in range(2010, 2027):
        weights = genealogy.weights(year, 2026, lists[year])
        assert {new for _, new, _ in weights} == lists[2026]
        unknown = {old for old, _, weight in weights if weight is None}
        assert unknown == ({"GM0051", "GM0055"} if year < 2014 else set())
        sums = {}
        for old, _, weight in weights:
            sums[old] = sums.get(old, 0) + (weight or 0)
        assert all(total == pytest.approx(1) for old, total in sums.items() if old not in unknown)


def test_known_cases(genealogy):
    def carried(code, start, end):
        return {part.code: part.weight for part in genealogy.carry(code, start, end)}

    assert carried("GM0265", 2014, 2015) == {"GM0241": 1.0}
    assert carried("GM0265", 2014, 2016) == {"GM1945": 1.0}
    assert carried("GM0457", 2022, 2022) == {"GM0457": 1.0}
    assert carried("GM0457", 2022, 2023) == {"GM0363": 1.0}
    assert carried("GM0600", 2010, 2011) == {"GM0599": 1.0}
    assert carried("GM1921", 2015, 2016) == {"GM1940": 1.0}
    # A boundary correction, and after it a merger of the rest; a correction to one that merged later.
    assert set(carried("GM0040", 2016, 2018)) == {"GM0014", "GM1952"}
    assert 0 < carried("GM0040", 2016, 2018)["GM0014"] < 0.1
    assert set(carried("GM1930", 2017, 2026)) == {"GM1930", "GM1992"}
    assert 0.9 < carried("GM1930", 2017, 2026)["GM1930"] < 1
    # Divided by the residents who moved.
    divided = carried("GM1671", 2014, 2015)
    assert divided["GM0796"] > divided["GM0828"] > 0.3
    assert genealogy.successor("GM0140", date(2026, 1, 1)) == "GM1900"
    assert genealogy.successor("GM0055", date(2026, 1, 1)) is None


def test_every_published_name_finds_its_code(lists):
    published = rows("iv3", "gemeenten.csv")
    index = MunicipalityIndex.from_records(
        {"code": row["gm_code"], "name": row["naam"], "year": row["jaar"]} for row in published
    )
    for row in published:
        if is_damaged(row["naam"]):
            continue
        assert index.find(row["naam"]).code == row["gm_code"], row
    assert {index.find(code).code for code in lists[2026]} == lists[2026]
    assert {row["provincie_code"] for row in published} - {""} == set(provinces())


def test_task_list_is_the_published_one():
    published = rows("iv3", "taakvelden.csv")
    for year in range(2017, 2027):
        codes = {row["taakveld_code"] for row in published if row["jaar"] == str(year)}
        assert {task.code for task in tasks(year)} - {"0.11"} == codes


def test_parts_are_the_published_ones():
    folder = FOLDER / "iv3" / "begrotingsanalysetool"
    if not folder.is_dir():
        pytest.skip(f"SKIPPED: {folder} is not there")
    for name, year in (("2023_jaarrekening.csv", 2023), ("2024_begroting.csv", 2024), ("2025_begroting.csv", 2025)):
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            codes = {row["Taakveld"].split(" ")[0] for row in csv.DictReader(file, delimiter=";")}
        listed = {task.code for task in (*tasks(year), *tasks(year, level="part"))}
        assert codes <= listed
        sums = {task.rolled_up for task in tasks(year, level="part")}
        assert listed - codes <= sums


def test_names_of_arrangements_are_never_called_voluntary():
    names = {row["Gemeenschappelijke regeling"] for row in rows("gr_register", "opengr", "opengr_provincies.csv")}
    found = {name: classify(name) for name in names}
    assert len(found) == 464
    assert all(one.status is not Status.VOLUNTARY for one in found.values())
    compelled = [name for name, one in found.items() if one.status is Status.COMPULSORY]
    assert 65 <= len(compelled) <= 80
    assert sum(bool(one.tasks) for one in found.values()) >= 300
    safety = [one for name, one in found.items() if name.lower().startswith("veiligheidsregio")]
    assert all(one.tasks == ("1.1",) and one.form == "public_body" for one in safety)
