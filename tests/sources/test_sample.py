"""The invented province: same seed same bytes, the rules of the true tables, the planted truth, and nothing real."""

import csv
import gzip
import io
import json
import os
import re
from collections import defaultdict
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np
import pytest

from verband.errors import BadInputError
from verband.sources.sample import contents, province, write_province
from verband.sources.sample.accounts import ABSENT, NOT_FILED, WITHOUT_BALANCE
from verband.sources.sample.mapping import area_and_centroid, border, contacts, to_rd
from verband.sources.sample.tasks import apportion, full_tasks, rolled_up, rolled_up_titles, to_layout
from verband.sources.sample.write_grants import CIRCULARS, _volumes
from verband.sources.sample.write_staff import broken_notation
from verband.sources.sample.writing import decimal_comma

PUBLISHED = Path(os.environ.get("VERBAND_PUBLISHED_DATA", Path(__file__).parents[3] / "shared" / "data"))
KEY = ("gm_code", "jaar", "verslagsoort")


@pytest.fixture(scope="module")
def land():
    return province(1)


@pytest.fixture(scope="module")
def files(land):
    return contents(land)


@pytest.fixture(scope="module")
def rows(files):
    def read(name, delimiter=","):
        content = files[name]
        text = (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))

    return read


def summed(records, column, *keys):
    result = defaultdict(int)
    for record in records:
        result[tuple(record[key] for key in keys)] += int(record[column])
    return dict(result)


def column(records, name):
    return {tuple(record[key] for key in KEY): int(record[name]) for record in records}


def test_same_seed_same_bytes(files):
    assert contents(province(1)) == files
    other = contents(province(2))
    assert other.keys() == files.keys()
    assert other["iv3/kerncijfers.csv"] != files["iv3/kerncijfers.csv"]


def test_written_folder_is_the_contents_and_says_first_that_it_is_fiction(land, files, tmp_path):
    written = write_province(land, tmp_path / "made" / "here")
    assert written[0].name == "README.txt"
    assert written[0].read_text(encoding="utf-8").startswith("Fictief:")
    assert {str(path.relative_to(tmp_path / "made" / "here")): path.read_bytes() for path in written} == files
    assert sum(map(len, files.values())) < 4_000_000


def test_a_folder_that_cannot_be_written_is_one_plain_message(land, tmp_path):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(BadInputError, match="cannot be written"):
        write_province(land, tmp_path / "taken")


def test_every_code_is_one_that_was_never_given_out(files):
    for name, content in files.items():
        text = (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8-sig")
        codes = re.findall(r"\bGM(\d{4})\b", text) + re.findall(r"gemeente/gm(\d{4})", text)
        assert all(code >= "9001" for code in codes), name
        assert all(code >= "9001" for code in re.findall(r"\bGR(\d{4})\b", text)), name


def test_every_arrangement_names_the_invented_region(land):
    assert all(re.search("Wouder|Wouderse", item.name) for item in land.arrangements)
    assert 28 <= len(land.arrangements) <= 35


@pytest.mark.published
def test_no_name_is_one_of_a_true_municipality(land):
    path = PUBLISHED / "iv3" / "gemeenten.csv"
    if not path.is_file():
        pytest.skip(f"published file {path} is not there")
    true_names = {row["naam"].lower() for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())}
    assert not {item.name.lower() for item in land.municipalities} & true_names


def test_lists_and_inhabitants(land):
    counts = {year: len(land.existing(year)) for year in range(2010, 2027)}
    assert counts[2010] == 28
    assert counts[2018] == 28
    assert (counts[2019], counts[2020], counts[2021], counts[2026]) == (26, 26, 24, 24)
    now = [land.inhabitants[item.code, 2026] for item in land.existing(2026)]
    assert 4_000 <= min(now) < 5_000
    assert 230_000 < max(now) < 250_000
    for year in range(2018, 2027):
        units = sum(count for (_, at), count in land.unit_inhabitants.items() if at == year)
        assert sum(land.inhabitants[item.code, year] for item in land.existing(year)) == units


def test_genealogy_explains_every_code_that_comes_or_goes(land):
    for year in range(2011, 2027):
        before = {item.code for item in land.existing(year - 1)}
        after = {item.code for item in land.existing(year)}
        moved = [change for change in land.changes if change.day.year == year]
        assert before - after <= {change.old_code for change in moved}
        assert after - before <= {change.new_code for change in moved}
    split = [change.share for change in land.changes if change.kind == "splitsing"]
    assert sum(split) == pytest.approx(1)


def test_cost_adds_up_in_every_breakdown(rows):
    total = column(rows("iv3/kerncijfers.csv"), "lasten_keur")
    for name in (
        "lasten_per_taakveld",
        "lasten_per_hoofdtaakveld",
        "lasten_per_hoofdcategorie",
        "lasten_per_hoofdtaakveld_categorie",
    ):
        assert summed(rows(f"iv3/{name}.csv.gz"), "lasten_keur", *KEY) == total
    both = rows("iv3/lasten_per_hoofdtaakveld_categorie.csv.gz")
    main = rows("iv3/lasten_per_hoofdtaakveld.csv.gz")
    assert summed(both, "lasten_keur", *KEY, "hoofdtaakveld") == summed(main, "lasten_keur", *KEY, "hoofdtaakveld")
    social = {key: value for key, value in summed(main, "lasten_keur", *KEY, "hoofdtaakveld").items() if key[3] == "6"}
    assert {key[:3]: value for key, value in social.items()} == column(rows("iv3/kerncijfers.csv"), "sociaal_keur")


def test_staff_income_and_reserves_add_up(rows):
    totals = rows("iv3/kerncijfers.csv")
    staff = summed(rows("iv3/personeel_per_hoofdtaakveld.csv.gz"), "personeel_keur", *KEY)
    wages, hired = column(totals, "salarissen_keur"), column(totals, "inhuur_keur")
    assert staff == {key: wages[key] + hired[key] for key in wages}
    categories = rows("iv3/lasten_per_hoofdcategorie.csv.gz")
    first = {
        tuple(row[key] for key in KEY): int(row["lasten_keur"]) for row in categories if row["hoofdcategorie"] == "1"
    }
    assert first == wages
    levies = rows("iv3/baten_heffingen_per_categorie.csv.gz")
    parts = [
        summed(levies, "baten_keur", *KEY),
        summed(rows("iv3/baten_overige_per_hoofdcategorie.csv.gz"), "baten_keur", *KEY),
        summed(rows("iv3/baten_rijk_spuks_per_hoofdtaakveld.csv.gz"), "baten_keur", *KEY),
        column(totals, "rijk_keur"),
    ]
    assert {key: sum(part[key] for part in parts) for key in wages} == column(totals, "baten_keur")
    taxes = summed([row for row in levies if row["categorie"] != "B3.7"], "baten_keur", *KEY)
    assert taxes == column(totals, "heffingen_keur")
    for name, amount in (("reserve_lasten", "lasten_keur"), ("baten_reserve", "baten_keur")):
        given = summed(rows(f"iv3/{name}_per_hoofdcategorie.csv.gz"), amount, *KEY)
        assert given == column(totals, f"reserve_{amount}")


def test_contributions_and_hired_staff_are_part_of_their_category(land):
    for report in land.reports:
        fourth = sum(amount for (_, category), amount in report.cost.items() if category == 4)
        given = sum(
            amount
            for (_, code, year, kind), amount in land.contributions.items()
            if (code, year, kind) == (report.code, report.year, report.kind)
        )
        assert given == report.paid_to_arrangements <= fourth
        for task, hired in report.hired.items():
            assert 0 <= hired <= report.cost[task, 3] + 1


def test_balance_sheets_agree_with_the_key_totals_and_with_the_result(land, rows):
    items = rows("iv3/balansposten_jaarrekening.csv.gz")
    totals = {tuple(row[key] for key in KEY): row for row in rows("iv3/kerncijfers.csv")}
    for start, name in (("P11", "eigen_vermogen_keur"), ("P", "balanstotaal_keur"), ("A", "balanstotaal_keur")):
        sums = summed(
            [row for row in items if row["balanspost_code"].startswith(start)], "ultimo_keur", "gm_code", "jaar"
        )
        for (code, year), amount in sums.items():
            assert amount == int(totals[code, year, "jaarrekening"][name])
    for report in land.reports:
        before = land.report(report.code, report.year - 1, "accounts")
        merged = report.year in {2019, 2021} and report.code in {"GM9040", "GM9002", "GM9005", "GM9006"}
        if report.balance and before and before.balance and not merged:
            equity = [
                sum(value for item, value in one.balance.items() if item.startswith("P11")) for one in (before, report)
            ]
            assert equity[1] - equity[0] == report.total_income - report.total_cost


def test_the_planted_defects_are_there_and_no_others(land, rows):
    totals = rows("iv3/kerncijfers.csv")
    zero = {(row["gm_code"], int(row["jaar"]), row["verslagsoort"]) for row in totals if row["lasten_keur"] == "0"}
    assert zero == {(code, year, "jaarrekening") for code, year, _ in NOT_FILED}
    bare = {
        (row["gm_code"], int(row["jaar"]))
        for row in totals
        if row["verslagsoort"] == "jaarrekening" and row["balanstotaal_keur"] == "0" and row["lasten_keur"] != "0"
    }
    assert bare == {(code, year) for code, year, _ in WITHOUT_BALANCE}
    for year in range(2017, 2027):
        there = {row["gm_code"] for row in totals if row["jaar"] == str(year) and row["verslagsoort"] == "begroting"}
        absent = {code for code, at, _ in ABSENT if at == year}
        assert there == {item.code for item in land.existing(year)} - absent


def test_full_tasks_agree_with_the_rolled_up_ones(land, rows):
    rolled = rows("iv3/lasten_per_taakveld.csv.gz")
    for year, word in ((2023, "begroting"), (2025, "begroting"), (2023, "jaarrekening")):
        full = rows(f"iv3/begrotingsanalysetool/{year}_{word}.csv", ";")
        names = {item.name: item.code for item in land.existing(year)}
        sums = defaultdict(float)
        for row in full:
            task = row["Taakveld"].split(" ")[0]
            if row["Gemeenten"] in names and task not in {"0.10", "0.11"}:
                sums[names[row["Gemeenten"]], rolled_up(task)] += float(row["Lasten"])
        for row in rolled:
            if (row["jaar"], row["verslagsoort"]) == (str(year), word):
                assert sums[row["gm_code"], row["taakveld_code"]] == int(row["lasten_keur"])
        nation = {row["Taakveld"]: float(row["Lasten"]) for row in full if row["Gemeenten"] == "Nederland"}
        for task, amount in nation.items():
            assert amount == sum(float(row["Lasten"]) for row in full if row["Taakveld"] == task) / 2


def test_task_layouts_change_as_published():
    codes = {year: {code for code, _ in rolled_up_titles(year)} for year in (2017, 2022, 2023, 2024, 2025)}
    assert codes[2017] == codes[2022]
    assert len(codes[2017]) == 52
    assert codes[2023] - codes[2022] == {"6.73", "6.74"}
    assert codes[2024] - codes[2025] == {"6.2", "6.6", "6.72", "6.73", "6.74"}
    assert codes[2025] - codes[2024] == {"6.21", "6.22", "6.23", "6.60", "6.75", "6.76", "6.79", "6.91", "6.92"}
    assert {code for code, _ in full_tasks(2024)} >= {"6.71a", "6.74c"}
    assert dict(full_tasks(2024))["6.4"] != dict(full_tasks(2025))["6.4"]


def test_moving_amounts_to_a_layout_keeps_their_sum():
    amounts = {("6.72", 3): 1001, ("6.82", 3): 7, ("6.2", 1): 33, ("0.1", 1): 5}
    for year in (2017, 2023, 2025):
        moved = to_layout(amounts, year)
        assert sum(moved.values()) == sum(amounts.values())
        assert moved["0.1", 1] == 5
    assert apportion(10, [1, 1, 1]) == [3, 4, 3]


@pytest.mark.parametrize(("circular", "factor", "paid"), [("m2023_2024", 1.400, False), ("s2024_2024", 1.430, True)])
def test_grant_results_are_weight_times_volume_times_factor(rows, circular, factor, paid):
    def number(text):
        return 0.0 if text.strip() == "-" else float(text.replace(".", "").replace(",", "."))

    base = f"gemeentefonds/clusterdata/gf_{circular}"
    weights = {row["Codering maatstaf"] or row["Naam maatstaf"]: row for row in rows(f"{base}_gewichten.csv", "\t")}
    payments = {row["Naam"]: row for row in rows(f"{base}_siudu.csv", "\t")}
    results = {row["Gemeenten"]: row for row in rows(f"gemeentefonds/analysedata/gf_{circular}.csv", ";")}
    for row in rows(f"{base}_volumina.csv", "\t"):
        for cluster in (
            "Participatie",
            "Onroerendezaakbelasting",
            "Individuele voorzieningen Wmo",
            "Bestuur en ondersteuning",
        ):
            amount = 0.0
            for code, weight in weights.items():
                if code in row:
                    amount += number(row[code]) * number(weight[cluster]) * (1 if code.startswith("WOZ") else factor)
            for name, value in payments[row["Naam"]].items():
                listed = weights.get(name[:1].lower() + name[1:])
                if paid and listed and name not in {"Beschermd wonen", "Participatie", "Voogdij/18+"}:
                    amount += number(value) * number(listed[cluster])
            assert float(results[row["Naam"]][cluster]) == pytest.approx(amount, abs=0.01)


def test_the_map_touches_itself(land):
    items = land.existing(2024)
    rings = {item.code: border(land.seed, item.cell) for item in items}
    seen = contacts(land, 2024)
    for contact in seen:
        a, b = rings[contact.first.code], rings[contact.second.code]
        shared = set(pairwise(a)) & {(end, start) for start, end in pairwise(b)}
        assert (contact.kind == "grens") == bool(shared)
        assert (contact.length_m > 0) == (contact.kind == "grens")
    assert {contact.kind for contact in seen} == {"grens", "punt", "nabij"}
    island = [contact for contact in seen if "GM9023" in {contact.first.code, contact.second.code}]
    assert {contact.kind for contact in island} == {"nabij"}
    assert {frozenset((one.first.code, one.second.code)) for one in seen if one.kind == "grens"} >= {
        frozenset(("GM9021", "GM9022")),
        frozenset(("GM9018", "GM9020")),
    }
    for ring in rings.values():
        area, (east, north) = area_and_centroid([to_rd(point) for point in ring])
        assert 5e7 < area < 3e8
        corners = [to_rd(point) for point in ring]
        # Counter-clockwise and convex: the centroid lies to the left of every edge, so inside.
        assert all((bx - ax) * (north - ay) > (by - ay) * (east - ax) for (ax, ay), (bx, by) in pairwise(corners))


def test_transformation_hits_the_origin_of_the_grid():
    east, north = to_rd((5.38720621, 52.15517440))
    assert (east, north) == pytest.approx((155_000, 463_000), abs=0.01)
    assert to_rd((5.0, 53.0)) == pytest.approx((129_000, 557_000), abs=1500)


def test_register_and_list_hold_the_same_arrangements(land, files, rows):
    listed = {row["Gemeenschappelijke regeling"] for row in rows("gr_register/opengr/opengr_provincies.csv")}
    register = files["gr_register/exportOO_fictief.xml"].decode()
    for name in listed:
        assert f"GR {name}<" in register
    shares = re.findall(r"<p:regeling .*?</p:regeling>", register, re.DOTALL)
    for text in shares:
        parts = [float(part) for part in re.findall(r"<p:verdeelsleutel>([\d.]+)<", text)]
        assert not parts or sum(parts) == pytest.approx(1, abs=1e-9)
    names = [row["Deelnemer"] for row in rows("gr_register/opengr/opengr_provincies.csv")]
    assert {"ZeeÃ«rveen", "Finkenau (Duitsland)", "Ouderlo"} <= set(names)
    records = [tuple(row.values()) for row in rows("gr_register/opengr/opengr_provincies.csv")]
    assert len(records) - len(set(records)) == 1
    assert [tuple(row.values()) for row in json.loads(files["gr_register/opengr/opengr_provincies.json"])] == records


def test_solvency_ratios_fit_the_year_that_they_are_of(land, rows):
    exact = defaultdict(list)
    for row in rows("financiele_kengetallen/kengetallen.csv.gz"):
        if row["kengetal"] == "Solvabiliteitsratio" and row["type_raming"] == "Rekening" and row["waarde"]:
            shift = 1 if row["begroting"] == "2024" else 0
            report = land.report(row["gm_code"], int(row["jaar"]) - shift, "accounts")
            if report and report.balance:
                equity = sum(value for item, value in report.balance.items() if item.startswith("P11"))
                total = sum(value for item, value in report.balance.items() if item.startswith("P"))
                exact[row["begroting"]].append(abs(equity / total - float(row["waarde"])))
    assert set(exact) == {str(year) for year in range(2020, 2026)}
    assert max(max(gaps) for gaps in exact.values()) <= 0.00051


@pytest.mark.parametrize("task", ["0.1", "0.2", "0.4", "0.61", "1.1", "2.1", "5.3", "6.3", "7.3", "8.3"])
def test_the_planted_elasticity_and_curvature_come_back(land, task):
    """By least squares on size, its square, need, address density and year effects, without the package's own model."""
    volumes = {item.code: _volumes(land, item, CIRCULARS[-1]) for item in land.existing(2024)}
    rows, costs = [], []
    for report in land.reports:
        if report.kind == "accounts" and report.code in volumes:
            size = log(report.inhabitants / land.parameters.reference_inhabitants)
            density = log(volumes[report.code]["oadw"] / volumes[report.code]["woonr"])
            need = land.need_of(land.at(report.code, report.year), report.year)
            rows.append((size, size**2, need, density, *(report.year == year for year in range(2017, 2025))))
            costs.append(log(sum(amount for (one, _), amount in report.cost.items() if one == task)))
    found = np.linalg.lstsq(np.array(rows, dtype=float), np.array(costs), rcond=None)[0]
    assert found[0] == pytest.approx(land.parameters.elasticity[task], abs=0.05)
    assert found[1] == pytest.approx(land.parameters.curvature.get(task, 0.0), abs=0.03)
    assert found[3] == pytest.approx(0.15 if task[0] in "27" else 0.0, abs=0.08)


def test_the_last_year_before_a_merger_costs_more_and_is_paid_from_reserves(land):
    tasks = land.parameters.claim_tasks
    for code, year in (("GM9024", 2018), ("GM9025", 2018), ("GM9027", 2020), ("GM9028", 2020)):
        last, before = (land.report(code, at, "accounts") for at in (year, year - 1))
        spent = [sum(amount for (task, _), amount in one.cost.items() if task in tasks) for one in (before, last)]
        assert spent[1] > 1.15 * spent[0]
        assert last.reserve_withdrawals > 1.5 * before.reserve_withdrawals
        assert last.balance["P111"] + last.balance["P112"] < before.balance["P111"] + before.balance["P112"]


def test_one_arrangement_drifts_and_one_key_is_unfair(land):
    drift = land.parameters.drift

    def growth(number, codes):
        total = [
            sum(land.contributions.get((number, code, year, "accounts"), 0) for code in codes) for year in (2017, 2024)
        ]
        return total[1] / total[0]

    others = {"GM9001", "GM9007", "GM9010"}
    assert growth(drift.arrangement, {"GM9003", "GM9004", "GM9017"}) > 1.15 * growth(7, others)
    unfair = land.arrangements[land.parameters.unfair_key - 1]
    assert unfair.number == land.parameters.unfair_key
    paid = {
        item.code: land.contributions[unfair.number, item.code, 2024, "accounts"] / land.inhabitants[item.code, 2024]
        for item in land.members(unfair, 2024)
    }
    assert max(paid.values()) > 5 * min(paid.values())


def test_the_best_alternative_is_open_and_cheaper(land):
    best = land.parameters.best_alternative
    arrangement = next(item for item in land.arrangements if item.number == best.arrangement)
    members = {item.code for item in land.members(arrangement, 2026)}
    assert arrangement.task == best.task
    assert best.municipality not in members
    assert land.parameters.elasticity[best.task] < 0.8


def test_numbers_are_written_as_published():
    assert [broken_notation(value) for value in (164, 1540, 12571, 1200, 310)] == [
        "164",
        "1.54",
        "12.571",
        "1.2",
        "310",
    ]
    assert decimal_comma(4375, 2, thousands=True) == "4.375,00"
    assert decimal_comma(-0.0029, 6) == "-0,002900"
