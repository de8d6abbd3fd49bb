"""Exports: the same values and bytes, described column by column, and nobody else's package touched."""

import datetime
import json
from types import SimpleNamespace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from verband.domain.schema import schema
from verband.errors import BadInputError, UnknownNameError, WorkspaceError
from verband.sources.tabular import polars_schema
from verband.warehouse.export import ExportFormat, export_table

TABLES = (
    "key_totals",
    "own_arrangements",
    "municipality_list",
    "arrangement_websites",
    "report_status",
    "consumer_prices",
)


def read_back(path, like):
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    if path.suffix == ".xlsx":
        return pl.read_excel(path, schema_overrides=dict(like.schema)).cast(dict(like.schema))
    return pl.read_csv(path, schema_overrides=dict(like.schema))


@pytest.mark.parametrize("output", ["parquet", "csv", "xlsx"])
@pytest.mark.parametrize("table", TABLES)
def test_values_come_back_and_the_bytes_are_the_same_twice(sample_workspace, tmp_path, table, output):
    path, package = sample_workspace.export(table, output, tmp_path / "one")
    frame = sample_workspace.table(table)
    # A workbook holds sixteen digits of a number; the others hold them all.
    assert_frame_equal(read_back(path, frame), frame, check_exact=output != "xlsx", rel_tol=1e-15, abs_tol=0)
    again, package_again = sample_workspace.export(table, output, tmp_path / "two")
    assert again.read_bytes() == path.read_bytes()
    assert package_again.read_bytes() == package.read_bytes()
    sample_workspace.export(table, output, tmp_path / "one")
    assert package.read_bytes() == package_again.read_bytes()
    assert {item.name for item in path.parent.iterdir()} == {path.name, "datapackage.json"}


def test_the_package_says_what_the_columns_mean(sample_workspace, tmp_path):
    path, package = sample_workspace.export("key_totals", "csv", tmp_path)
    resource = json.loads(package.read_text())["resources"][0]
    fields = resource["schema"]["fields"]
    assert [field["name"] for field in fields] == path.read_text().splitlines()[0].split(",")
    assert all(field["description"] and field["kind"] for field in fields)
    assert {field["name"]: field["unit"] for field in fields}["cost_keur"] == "keur"
    assert resource["schema"]["primaryKey"] == list(schema("key_totals").key)
    assert resource["rows"] == sample_workspace.table("key_totals").height
    assert [source["path"] for source in resource["sources"]] == ["iv3/kerncijfers.csv"]


def test_a_second_table_joins_the_package_and_names_stay_unique(sample_workspace, tmp_path):
    for table, output in (
        ("key_totals", "csv"),
        ("inhabitants", "csv"),
        ("key_totals", "parquet"),
        ("inhabitants", "csv"),
    ):
        sample_workspace.export(table, output, tmp_path)
    resources = json.loads((tmp_path / "datapackage.json").read_text())["resources"]
    assert [item["path"] for item in resources] == ["inhabitants.csv", "key_totals.csv", "key_totals.parquet"]
    assert len({item["name"] for item in resources}) == 3


@pytest.mark.parametrize(
    "content",
    [
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"name": "someone-else", "resources": []}',
        b'{"name": "verband-export"}',
        b'{"name": "verband-export", "resources": 5}',
        b'{"name": "verband-export", "resources": ["x"]}',
        b'{"name": "verband-export", "resources": [{"path": 5}]}',
        b"[" * 100_000,
    ],
)
def test_a_package_of_someone_else_is_refused_before_anything_is_written(sample_workspace, tmp_path, content):
    (tmp_path / "datapackage.json").write_bytes(content)
    with pytest.raises(BadInputError, match="not Verband's"):
        sample_workspace.export("inhabitants", "csv", tmp_path)
    assert [item.name for item in tmp_path.iterdir()] == ["datapackage.json"]
    assert (tmp_path / "datapackage.json").read_bytes() == content


def test_unknown_tables_are_refused(sample_workspace, tmp_path):
    for name in ("_files", "nothing", "key_totals; DROP TABLE key_totals", "../key_totals"):
        with pytest.raises(UnknownNameError, match="verband tables"):
            sample_workspace.export(name, "csv", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("output", list(ExportFormat))
def test_a_folder_that_cannot_be_written_is_one_plain_message(sample_workspace, tmp_path, output):
    (tmp_path / "file").write_bytes(b"x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(WorkspaceError, match="--out"):
            sample_workspace.export("inhabitants", output.value, folder)
    (tmp_path / "taken" / f".inhabitants.{output.value}.part").mkdir(parents=True)
    with pytest.raises(WorkspaceError, match="--out"):
        sample_workspace.export("inhabitants", output.value, tmp_path / "taken")


def odd_warehouse():
    contract = schema("own_arrangements")
    row = dict.fromkeys(contract.names) | {
        "arrangement": '=HYPERLINK("http://x.example")',
        "key": "https://example.org/" + "a" * 2500,
        "document": '0012, "quoted"\nnew line; =1+1',
        "participant": "Súdwest-Fryslân",
        "contribution_eur_per_year": 0.1 + 0.2,
        "share": 1 / 3,
        "as_of": datetime.date(2026, 1, 31),
    }
    frame = pl.DataFrame([row], schema=polars_schema(contract))
    return SimpleNamespace(
        fictional=False,
        tables=lambda: ("own_arrangements",),
        table=lambda name: frame,
        query=lambda name, **_: pl.DataFrame({"name": ["x.csv"]}),
    ), frame


@pytest.mark.parametrize("output", list(ExportFormat))
def test_text_stays_text(tmp_path, output):
    warehouse, frame = odd_warehouse()
    path, _ = export_table(warehouse, "own_arrangements", output, tmp_path)
    back = read_back(path, frame)
    text = [name for name, kind in frame.schema.items() if kind == pl.String]
    assert back.select(text).rows() == frame.select(text).rows()
    assert back["as_of"][0] == frame["as_of"][0]
    assert back["share"][0] == pytest.approx(1 / 3, rel=1e-15)
    if output is not ExportFormat.xlsx:
        assert back.equals(frame)
