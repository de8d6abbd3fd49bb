"""The ledger on the sample province: whole, the same for any number of workers and any backend, kept, refused well."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date

import joblib
import pytest
from distributed import Client, LocalCluster
from typer.testing import CliRunner

from verband.analysis.evidence.statements import statements
from verband.analysis.evidence.verdict import holm
from verband.cli.app import application
from verband.domain.reference import reference
from verband.errors import MissingDataError, UnknownNameError
from verband.report.evidence.ledger_page import evidence_page
from verband.workspace import Workspace
from verband.workspace.evidence import gathering
from verband.workspace.evidence.kept import read_findings

QUICK = ("M2", "M4", "M6", "M9", "M10")
FIELDS = {
    *("id", "statement", "type", "question", "direction", "smallest_effect", "equivalence_margin", "estimate", "unit"),
    *("se", "low", "high", "level", "n_observations", "n_municipalities", "n_clusters", "years", "method", "verdict"),
    *("rule", "p_value_holm", "kind", "components", "variants", "set_aside", "data_needed", "literature", "sources"),
}
VERDICTS = {"supported", "not_supported", "inconclusive", "mixed", "not_testable"}


@pytest.fixture(scope="module")
def ledger(sample_workspace):
    """The whole ledger, computed once."""
    return sample_workspace.evidence(fresh=True)


def run(*arguments, workspace):
    return CliRunner().invoke(application(), ["evidence", *arguments, "--workspace", str(workspace)])


def test_none_of_the_sixteen_is_left_out(ledger):
    assert [item.statement.mechanism for item in ledger] == [f"M{number}" for number in range(1, 17)]
    for item in ledger:
        assert item.verdict in VERDICTS
        if item.verdict == "not_testable":
            assert item.missing
            assert item.statement.data_needed is not None or item.primary is None
        if item.primary is None:
            assert item.verdict == "not_testable"
    types = {item.statement.mechanism: item.statement.type for item in ledger}
    assert all(item.verdict == "not_testable" for item in ledger if types[item.statement.mechanism] == "motive")


def test_every_deciding_component_has_two_variants_and_every_estimate_a_rule(ledger):
    for item in ledger:
        for part in item.components:
            assert part.rule == item.statement.rule(part.rule.component)
            assert part.finding.low <= part.finding.estimate <= part.finding.high
            assert part.finding.method
            if part.rule.role != "shown":
                own = [one for one in item.variants if one.component == part.rule.component]
                assert len(own) >= 2, part.rule.component
        for one in item.variants:
            assert (one.finding is None) == bool(one.missing)


def test_p_values_are_adjusted_over_the_whole_ledger(ledger):
    own = {item.statement.mechanism: item.p_value for item in ledger if item.p_value is not None}
    told = {item.statement.mechanism: item.p_value_holm for item in ledger if item.p_value_holm is not None}
    assert told == holm(own)


def test_a_part_that_is_kept_is_the_same_and_a_stale_one_is_not_read(ledger, sample_workspace, monkeypatch):
    snapshot = sample_workspace.status().snapshot
    assert read_findings(sample_workspace.folder, snapshot, 1, "M4") is not None
    monkeypatch.setattr(gathering, "PREPARE", {})  # nothing may be computed
    again = sample_workspace.evidence(["M4", "m14"])
    # Without Holm's adjustment, which is over the whole ledger: also where the rest happens to be kept, for the same
    # question gets the same answer.
    own = (item for item in ledger if item.statement.mechanism in ("M4", "M14"))
    assert again == tuple(replace(item, p_value_holm=None) for item in own)
    assert sample_workspace.evidence() == ledger
    assert read_findings(sample_workspace.folder, snapshot, 2, "M4") is None
    assert read_findings(sample_workspace.folder, "another", 1, "M4") is None
    damaged = next((sample_workspace.folder / "models").glob("evidence-*/M2.json"))
    damaged.write_text("{", encoding="utf-8")
    assert read_findings(sample_workspace.folder, snapshot, 1, "M2") is None


def test_the_same_bytes_for_any_number_of_workers(sample_workspace):
    told = []
    for workers in ("1", "2"):
        result = run(*QUICK, "--fresh", "--workers", workers, "--format", "json", workspace=sample_workspace.folder)
        assert result.exit_code == 0, result.output
        told.append(result.stdout)
    assert told[0] == told[1]


def test_a_dask_cluster_gives_the_same_and_takes_one_setting(sample_workspace):
    alone = sample_workspace.evidence(QUICK, fresh=True)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        assert sample_workspace.evidence(QUICK, workers=2, fresh=True) == alone


def test_json_and_csv_have_what_a_researcher_needs(ledger, sample_workspace):
    result = run("--format", "json", workspace=sample_workspace.folder)
    records = json.loads(result.stdout)
    assert [item["id"] for item in records] == [item.mechanism for item in statements()]
    for record in records:
        assert set(record) >= FIELDS
        primaries = [part for part in record["components"] if part["primary"]]
        assert len(primaries) <= 1
        for name in ("estimate", "se", "low", "high", "n_observations", "n_clusters"):
            assert record[name] == (primaries[0][name] if primaries else None)
        for part in record["components"]:
            assert set(part) >= {"name", "primary", "by", "estimate", "unit", "se", "low", "high", "verdict"}
        for part in record["variants"]:
            assert set(part) >= {"name", "estimate", "low", "high", "verdict"}
    rows = run("M4", "--format", "csv", workspace=sample_workspace.folder).stdout.splitlines()
    assert rows[0].startswith("id,component,variant")
    assert len(rows) > 10


def test_the_table_names_the_claims_and_one_mechanism_tells_its_rule(ledger, sample_workspace):
    whole = run(workspace=sample_workspace.folder).stdout
    for item in statements():
        assert f"\n{item.mechanism} " in whole
    one = " ".join(run("M14", workspace=sample_workspace.folder).stdout.split())
    assert "95% interval wholly above 50 EUR per inhabitant" in one
    assert "Hinnerich (2009)" in one


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["M17"], "there is no mechanism 'M17'"),
        (["M4", "elephants"], "there is no mechanism 'elephants'"),
    ],
)
def test_an_unknown_mechanism_is_refused(arguments, message, sample_workspace):
    with pytest.raises(UnknownNameError, match=message):
        sample_workspace.evidence(arguments)


def test_an_empty_workspace_says_what_to_load(tmp_path):
    with pytest.raises(MissingDataError, match="verband load"):
        Workspace(tmp_path / "nothing").evidence(["M4"])


def test_what_is_refused_ends_with_status_2_and_no_traceback(tmp_path, sample_workspace):
    for arguments in (["M17", "--workspace", str(sample_workspace.folder)], ["M4", "--workspace", str(tmp_path)]):
        done = subprocess.run(
            [sys.executable, "-c", "from verband.cli.entry import run; run()", "evidence", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert not done.stdout
        assert "Traceback" not in done.stderr
        assert done.stderr.startswith("verband: ")


def test_a_mechanism_whose_tables_are_not_loaded_says_which(sample_folder, tmp_path):
    shutil.copytree(sample_folder, tmp_path / "data", ignore=shutil.ignore_patterns("herindelingen", "own"))
    workspace = Workspace(tmp_path / "workspace")
    workspace.load(tmp_path / "data")
    (after,) = workspace.evidence(["M10"])
    assert after.verdict == "not_testable"
    assert "Boundary changes" in after.missing
    assert "verband load" in after.missing


def test_own_lists_keys_and_days_decide_or_stand_beside(ledger):
    """Four staff lists, keys and days of joining are in the sample; the model results stay."""
    found = {item.statement.mechanism: item for item in ledger}
    for mechanism, primary, beside in (
        ("M5", "on_one_or_two_people", "one_person_functions"),
        ("M13", "conflict_under_own_key", "chance_that_some_leave"),
    ):
        assert found[mechanism].primary.rule.component == primary
        assert not found[mechanism].missing
        assert found[mechanism].verdict != "not_testable"
        assert found[mechanism].p_value is not None
        assert any(part.rule.component == beside for part in found[mechanism].components)
    there = {part.rule.component: part.rule.role for part in found["M12"].components}
    assert {there[name] for name in ("leaving", "undoing", "leaving_minus_undoing")} == {"shown"}


@pytest.fixture(scope="module")
def without_own_files(sample_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("public")
    shutil.copytree(sample_folder, folder / "data", ignore=shutil.ignore_patterns("own", "exportOO*"))
    workspace = Workspace(folder / "workspace")
    workspace.load(folder / "data")
    return workspace


def test_without_own_files_the_reason_says_what_to_load_also_of_what_decides_nothing(without_own_files):
    found = {item.statement.mechanism: item for item in without_own_files.evidence(["M5", "M12"])}
    assert found["M5"].verdict == "not_testable"
    assert found["M5"].missing.count("verband template staff") == 1
    assert any(part.rule.component == "one_person_functions" for part in found["M5"].components)
    assert "verband template arrangements" in found["M12"].not_estimated["leaving"]
    # What decides nothing changes neither the verdict nor why there is none.
    assert "leaving" not in found["M12"].missing
    result = run("M12", "--format", "json", workspace=without_own_files.folder)
    told = {part["name"]: part["reason"] for part in json.loads(result.stdout)[0]["not_estimated"]}
    assert told["leaving"] == found["M12"].not_estimated["leaving"]
    for language, words in (
        ("nl", "geen data van toe- en uittreding geladen"),
        ("en", "no days of joining and leaving"),
    ):
        assert words in evidence_page(
            tuple(found.values()), without_own_files.evidence_background(), on=date(2026, 7, 1), language=language
        )
    assert "no days of joining" in " ".join(run("M12", workspace=without_own_files.folder).stdout.split())


def test_keys_of_compulsory_arrangements_do_not_count(sample_folder, tmp_path, ledger):
    """Nobody can leave what the law compels, so its key is no test; the others stay as they are."""
    shutil.copytree(sample_folder, tmp_path / "data")
    file = tmp_path / "data" / "own" / "eigen_regelingen.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = [
        line.replace(";vrijwillig;;", ";verplicht;Wet art. 1;") if "Regionaal Archief" in line else line
        for line in lines
    ]
    assert changed != lines
    file.write_text("".join(changed), encoding="utf-8")
    workspace = Workspace(tmp_path / "workspace")
    workspace.load(tmp_path / "data")
    (found,) = workspace.evidence(["M13"])
    before = next(item for item in ledger if item.statement.mechanism == "M13")
    assert found.primary.finding.n_clusters == before.primary.finding.n_clusters - 1
    reasons = [item.reason for item in found.set_aside if "Regionaal Archief" in item.reason]
    assert any("the law compels it, so that nobody can leave" in reason for reason in reasons)


def test_every_rule_of_the_table_belongs_to_a_mechanism():
    named = {row["mechanism"] for row in reference("evidence_components")}
    assert named <= {item.mechanism for item in statements()}
    assert set(gathering.PREPARE) == {item.mechanism for item in statements()}
