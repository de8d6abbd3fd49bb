"""Prices (M2) and quality per task (M3) of own files: the province's planted truth comes back, verdicts follow."""

from __future__ import annotations

import csv
import io
import shutil

import numpy as np
import polars as pl
import pytest

from verband.analysis.evidence.own_comparison import TOGETHER, compared
from verband.analysis.evidence.prices import buying_decisions
from verband.analysis.evidence.quality import standardised
from verband.report.evidence.said import START, said
from verband.report.evidence.sentences import Told
from verband.sources.sample import Parameters
from verband.workspace import Workspace
from verband.workspace.evidence.own_lists import own_rows
from verband.workspace.evidence.tables import EvidenceTables

PLANTED = Parameters()


@pytest.fixture(scope="module")
def ledger(sample_workspace):
    return {item.statement.mechanism: item for item in sample_workspace.evidence(["M2", "M3"], fresh=True)}


@pytest.fixture(scope="module")
def tables(sample_workspace):
    with sample_workspace._open() as warehouse:
        yield EvidenceTables(warehouse, sample_workspace.folder)


def part(evidence, component):
    return next(item for item in evidence.components if item.rule.component == component)


def test_the_planted_price_comes_back_and_the_verdict_follows(ledger, tables):
    slope = part(ledger["M2"], "price_by_volume")
    assert slope.finding.low < PLANTED.price_elasticity < slope.finding.high < -0.05
    assert slope.told == "supported"
    assert ledger["M2"].primary == slope
    # Joint purchases have no discount but that of their larger volume.
    rows, aside = own_rows(tables, "own_prices", ("purchase", "unit"))
    assert not aside
    known, apart = buying_decisions(rows.rename({"price_eur_per_unit": "price"}))
    assert not apart
    larger = compared(known, "log_volume", (TOGETHER,)).contrast.estimate
    together = part(ledger["M2"], "price_together")
    assert together.finding.low < 100 * np.expm1(PLANTED.price_elasticity * larger) < together.finding.high
    # One part supports the claim, the other cannot tell: so neither can the whole.
    assert together.told == "inconclusive"
    assert ledger["M2"].verdict == "inconclusive"
    assert not ledger["M2"].missing


def test_the_planted_quality_comes_back_and_the_verdict_follows(ledger, tables):
    rows, _ = own_rows(tables, "own_quality", ("task", "indicator", "unit"))
    saving = dict.fromkeys(("6.3", "7.3"), "none") | dict.fromkeys(("0.1", "0.61+0.62"), "some") | {"5.7": "undecided"}
    known, aside = standardised(rows, saving)
    assert not aside
    assert set(known["saves"]) == {"none", "some", "undecided"}
    planted = PLANTED.quality_gain["7.3"] / np.sqrt(2 * PLANTED.quality_sd**2)
    found = part(ledger["M3"], "quality_together")
    assert found.finding.low < planted < found.finding.high
    assert found.finding.low > 0.2
    assert (found.told, ledger["M3"].verdict) == ("supported", "supported")
    # Two arrangements do the task of which a saving cannot be told: too few, and said so.
    assert "known of 12 that did it alone and 2 arrangements" in ledger["M3"].not_estimated["quality_where_undecided"]
    none = part(ledger["M3"], "quality_where_it_saves").finding
    assert none.low < 0 < none.high


def test_the_tasks_are_those_of_which_m1_finds_no_saving(sample_workspace):
    verdicts = {item.task: item.verdict for item in sample_workspace.scale().tasks}
    assert all(verdicts[task] in ("constant", "diseconomies") for task in ("6.3", "7.3"))
    assert verdicts["5.7"] == "inconclusive"
    assert all(verdicts[task] == "economies" for task in ("0.1", "0.61+0.62"))


def test_municipalities_are_led_to_those_of_today(tables, sample_workspace):
    """The lists of 2020 name municipalities that merged in 2021."""
    today = set(tables.names.listed(tables.facts.boundaries))
    for name, named in (("own_prices", ("purchase", "unit")), ("own_quality", ("task", "indicator", "unit"))):
        rows, _ = own_rows(tables, name, named)
        assert set(rows["code"]) == today
        assert rows["inhabitants"].null_count() == 0
        assert rows.height == sample_workspace.table(name).height
        written = set(sample_workspace.table(name).filter(pl.col("year") == 2020)["municipality"])
        assert {tables.names.index.find(text).code for text in written} - today


def test_what_is_said_has_words_in_both_languages(ledger):
    for item in ledger.values():
        found = [one.finding for one in (*item.components, *item.variants) if one.finding]
        sentences = [text for one in found for text in (one.method, one.note)]
        sentences += [one.name for one in item.variants] + [one.reason for one in item.set_aside] + [item.missing]
        for sentence in sentences:
            assert START not in said(sentence, "nl"), sentence
        for language in ("nl", "en"):
            told = " ".join(Told(item, language).plain())
            assert "{" not in told
            assert START not in told


def _loaded(sample_folder, tmp_path, *left_out, **files):
    data = tmp_path / "data"
    shutil.copytree(sample_folder, data, ignore=shutil.ignore_patterns(*left_out))
    for name, content in files.items():
        (data / "own" / f"{name}.csv").write_text(content, encoding="utf-8")
    workspace = Workspace(tmp_path / "workspace")
    workspace.load(data)
    return workspace


def test_without_the_lists_the_reason_says_what_to_load(sample_folder, tmp_path):
    workspace = _loaded(sample_folder, tmp_path, "eigen_prijzen.csv", "eigen_kwaliteit.csv")
    prices, quality = workspace.evidence(["M2", "M3"])
    assert (prices.verdict, quality.verdict) == ("not_testable", "not_testable")
    assert prices.missing == "no prices with volumes are loaded (fill in: verband template prices)"
    assert quality.missing.startswith("indicators of 5 arrangements are loaded, but not what the same tasks reach")
    assert "verband template quality" in quality.missing
    named = quality.missing.split("tasks without a saving: ")[1].split(";")[0].split(", ")
    assert {"6.3", "7.3"} <= set(named)
    assert not {"0.1", "5.7"} & set(named)
    for item in (prices, quality):
        assert START not in said(item.missing, "nl")


def test_thin_lists_say_what_is_lacking_and_the_newest_row_counts(sample_folder, tmp_path):
    with (sample_folder / "own" / "eigen_prijzen.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter=";") if not row["regeling"] and row["jaar"] == "2024"]
    few = [row for row in rows if row["inkoop"] == "laptops"][:4]
    later = [row | {"prijs_eur_per_eenheid": "1,00", "peildatum": "01-02-2025"} for row in few[:1]]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows([*few, *later])
    workspace = _loaded(sample_folder, tmp_path, "eigen_prijzen.csv", "eigen_kwaliteit.csv", prijzen=text.getvalue())
    (found,) = workspace.evidence(["M2"])
    assert found.verdict == "not_testable"
    assert "known of 4 buyers; at least 6 are needed" in found.missing
    assert "known of 0 that did it alone and 0 arrangements" in found.missing
    with workspace._open() as warehouse:
        held, _ = own_rows(EvidenceTables(warehouse, workspace.folder), "own_prices", ("purchase", "unit"))
    assert held.height == 4
    assert held["price_eur_per_unit"].min() == 1.0


def test_a_newer_row_takes_the_place_of_the_older_one_however_it_is_written(sample_folder, tmp_path):
    header = "gemeente;inkoop;eenheid;jaar;volume;prijs_eur_per_eenheid;regeling;peildatum"
    older = ("GM9017;Papier;pak;2024;100;5,00;;01-01-2024", "GM9013;papier;pak;2024;80;5,10;;01-01-2024")
    newer = ("GM9017; papier ;pak;2024;100;4,00;;01-01-2025", "GM9013;papier;pak;2024;180;4,50;Inkoopbureau;01-01-2025")
    files = {
        "oud": "\n".join([header, *older]),
        "nieuw": "\n".join([header, *newer]),
        "kopie": "\n".join([header, *newer]),
    }
    workspace = _loaded(sample_folder, tmp_path, "eigen_prijzen.csv", **files)
    with workspace._open() as warehouse:
        held, _ = own_rows(EvidenceTables(warehouse, workspace.folder), "own_prices", ("purchase", "unit"))
    assert held.select("code", "price_eur_per_unit", "arrangement").rows() == [
        ("GM9013", 4.5, "Inkoopbureau"),
        ("GM9017", 4.0, None),
    ]


def test_purchases_of_the_accounts_are_in_the_boundaries_of_the_panel(tables, sample_workspace):
    """The break: category 3 of a year in its own boundaries beside inhabitants and hired staff in the latest ones."""
    found = tables.facts.cost_of_category("3")
    assert set(found["code"]) == set(tables.names.listed(tables.facts.boundaries))
    published = sample_workspace.table("cost_per_category").filter(
        (pl.col("report") == "accounts") & (pl.col("category") == "3")
    )
    whole = [
        year for (year,), part in found.partition_by("year", as_dict=True).items() if not part["cost_keur"].null_count()
    ]
    assert min(whole) < 2019
    for year in whole:
        both = (frame.filter(pl.col("year") == year)["cost_keur"].sum() for frame in (found, published))
        assert next(both) == pytest.approx(next(both))
