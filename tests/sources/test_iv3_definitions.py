"""Iv3 definition files and the safe JSON loader."""

import json
import os
from pathlib import Path

import polars as pl
import polars.testing
import pytest

from verband.domain.schema import schema
from verband.errors import BadInputError
from verband.sources import iv3_definitions
from verband.sources.files import SourceFile
from verband.sources.iv3_columns import columns_as_published
from verband.sources.json_files import MAX_DEPTH, load_json
from verband.sources.registry import recognise

DOCUMENT = {
    "metadata": {"overheidslaag": "GR", "boekjaar": "2031", "omschrijving": "verzonnen"},
    "codelijsten": {
        "taakveld": {
            "codelijst": [
                {
                    "code": "0.",
                    "omschrijving": "Bestuur",
                    "subcodes": [{"code": "0.1", "omschrijving": "Raad"}, {"code": "0.10", "omschrijving": "Reserves"}],
                },
                {"code": "9.", "subcodes": [{"code": "9.1", "subcodes": [{"code": "9.11"}]}]},
            ]
        },
        "standper": {"codelijst": [{"code": "ultimo"}]},
    },
    "grijze_cellen": {
        "lasten": [{"taakveld": "0.1", "categorie": "3.1"}, {"taakveld": "0.1", "categorie": "3.1"}],
        "balans_baten": [{"balanscode": "A1", "categorie": "2.1"}],
    },
    "controles": [{"nummer": 1, "foutcode": "XX001", "calculaties": [{"periode": [1, 2]}]}],
}


def source(tmp_path, content, name="iv3.json"):
    path = tmp_path / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return SourceFile(path, name)


def read(tmp_path, document, name="iv3.json"):
    file = source(tmp_path, document if isinstance(document, str) else json.dumps(document), name)
    return recognise(file).read(file, True)


def test_nested_codes_become_rows_with_parent_and_position(tmp_path):
    reading = read(tmp_path, DOCUMENT)
    codes = reading.tables["iv3_codes"]
    assert reading.scope == "GR 2031"
    assert codes.columns == list(schema("iv3_codes").names)
    assert codes.select("list", "position", "code", "parent").rows() == [
        ("taakveld", 1, "0.", None),
        ("taakveld", 2, "0.1", "0."),
        ("taakveld", 3, "0.10", "0."),
        ("taakveld", 4, "9.", None),
        ("taakveld", 5, "9.1", "9."),
        ("taakveld", 6, "9.11", "9.1"),
        ("standper", 1, "ultimo", None),
    ]


def test_blocked_cells_and_checks(tmp_path):
    reading = read(tmp_path, DOCUMENT)
    cells = reading.tables["iv3_blocked_cells"].select("part", "row_code", "category").rows()
    assert cells == [("lasten", "0.1", "3.1"), ("balans_baten", "A1", "2.1")]
    assert reading.report.reasons == {"repeats an earlier record": 1}
    assert reading.report.rows_read == 11
    check = reading.tables["iv3_checks"].row(0, named=True)
    assert (check["number"], check["error_code"], json.loads(check["calculation"])) == (
        1,
        "XX001",
        [{"periode": [1, 2]}],
    )


def test_older_form_of_checks_and_none_at_all(tmp_path):
    old = {k: v for k, v in DOCUMENT.items() if k != "controles"}
    assert "the file holds no checks" in read(tmp_path, old).report.remarks
    old["controlelijst"] = {"controles": [{"controle-id": 4, "omschrijving": "Vier", "definitie": []}]}
    assert read(tmp_path, old).tables["iv3_checks"].select("number", "title", "error_code").rows() == [
        (4, "Vier", None)
    ]


def test_a_copy_under_another_layers_name_is_said(tmp_path):
    assert any("Gemeente 2031" in text for text in read(tmp_path, DOCUMENT, "iv3_Gemeente_2031.json").report.remarks)
    assert not read(tmp_path, DOCUMENT, "iv3_definities_GR_2031.json").report.remarks


def changed(path, value):
    document = json.loads(json.dumps(DOCUMENT))
    at = document
    for key in path[:-1]:
        at = at[key]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["metadata", "boekjaar"], 2031, "metadata > boekjaar holds a number, expected text"),
        (["metadata", "boekjaar"], "20x1", "expected a year"),
        (["metadata", "overheidslaag"], "Waterschap", "expected one of Gemeente, GR, Provincie"),
        (["metadata", "overheidslaag"], "", "is empty"),
        (["metadata"], [], "metadata holds a list, expected an object"),
        (["codelijsten"], [], "expected an object"),
        (["codelijsten", "taakveld"], {}, "has no key 'codelijst'"),
        (["codelijsten", "taakveld", "codelijst"], "x", "holds text, expected a list"),
        (["codelijsten", "taakveld", "codelijst", 0, "code"], 0.1, "holds a number, expected text"),
        (["codelijsten", "taakveld", "codelijst", 0, "omschrijving"], True, "true or false"),
        (["codelijsten", "taakveld", "codelijst", 0, "subcodes"], {}, "expected a list"),
        (["codelijsten", "taakveld", "codelijst", 0], None, ""),
        (["codelijsten", "taakveld", "codelijst", 1], {"code": "0.", "omschrijving": "Anders"}, "second, different"),
        (["grijze_cellen"], None, "has no key 'grijze_cellen'"),
        (["grijze_cellen", "elders"], [], "has a part 'elders'"),
        (["grijze_cellen", "lasten", 0], 7, "expected an object"),
        (["controles", 0, "nummer"], True, "expected a whole number"),
        (["controles", 0, "nummer"], 10**30, "expected a whole number"),
        (["controles", 0, "calculaties"], None, "has no key 'calculaties'"),
    ],
)
def test_wrong_shapes_are_plain_messages(tmp_path, path, value, message):
    if not message:
        read(tmp_path, changed(path, value))
        return
    with pytest.raises(BadInputError, match=message):
        read(tmp_path, changed(path, value))


TABLES = ("iv3_codes", "iv3_blocked_cells", "iv3_checks")


@pytest.mark.parametrize("older", [False, True])
def test_columns_and_single_values_give_the_same(tmp_path, monkeypatch, older):
    document = changed(["grijze_cellen", "lasten"], [{"taakveld": "0.1", "categorie": "3.1"}])
    if older:
        del document["controles"]
        document["controlelijst"] = {"controles": [{"controle-id": 4, "omschrijving": "É", "definitie": [None]}]}
    assert all(columns_as_published(table, document) is not None for table in TABLES)
    by_columns = read(tmp_path, document)
    monkeypatch.setattr(iv3_definitions, "columns_as_published", lambda table, document: None)
    by_values = read(tmp_path, document)
    assert by_columns.report == by_values.report
    for table in TABLES:
        pl.testing.assert_frame_equal(by_columns.tables[table], by_values.tables[table])


@pytest.mark.parametrize(
    ("table", "path", "value"),
    [
        ("iv3_codes", ["codelijsten", "taakveld", "codelijst", 0, "omschrijving"], []),
        ("iv3_codes", ["codelijsten", "taakveld", "codelijst", 0, "subcodes"], {}),
        ("iv3_codes", ["codelijsten", "taakveld", "codelijst", 0, "code"], " "),
        ("iv3_codes", ["codelijsten", "taakveld", "codelijst", 0], "subcodes"),
        ("iv3_codes", ["codelijsten", "taakveld", "codelijst", 0], []),
        ("iv3_blocked_cells", ["grijze_cellen", "lasten"], {}),
        ("iv3_blocked_cells", ["grijze_cellen", "lasten"], ""),
        ("iv3_blocked_cells", ["grijze_cellen", "lasten", 0, "taakveld"], ""),
        ("iv3_blocked_cells", ["grijze_cellen", "elders"], []),
        ("iv3_checks", ["controles", 0, "nummer"], 1.0),
        ("iv3_checks", ["controles", 0, "nummer"], True),
        ("iv3_checks", ["controles", 0, "nummer"], -1),
        ("iv3_checks", ["controles", 0, "foutcode"], 1),
        ("iv3_checks", ["controles"], {}),
        ("iv3_checks", ["controles"], [DOCUMENT["controles"][0]] * 2),
    ],
)
def test_anything_unexpected_is_left_to_the_walk_through_single_values(table, path, value):
    assert columns_as_published(table, changed(path, value)) is None


@pytest.mark.parametrize("ends", ['"]"', '"[{"', '"]}]}]}"', '""', "1"])
def test_brackets_in_text_do_not_hide_the_nesting(tmp_path, ends):
    def nested(levels):
        return f"[{ends}, " * levels + f"{ends}" + f", {ends}]" * levels

    assert load_json(source(tmp_path, nested(MAX_DEPTH)))
    with pytest.raises(BadInputError, match="nested more than"):
        load_json(source(tmp_path, nested(MAX_DEPTH + 1)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a": 1, "a": 2}', "key 'a' stands more than once"),
        ('{"a":\n 1', "line 2: the JSON text breaks off"),
        ('{"a":\n\n nonsense}', "line 3: this is no JSON from here on"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": -Infinity}', "-Infinity is no number"),
        ('{"a": 1e999}', "number 1e999 is too large"),
        ('{"a": ' + "9" * 5000 + "}", "5000 digits"),
        ("[" * 100_000, "nested more than"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "nested more than"),
        ('{"a": "\\ud800"}', "lone surrogate"),
        ('{"\\ud800": 1}', "lone surrogate"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"\xef\xbb\xbf", "breaks off"),
    ],
)
def test_json_faults_are_one_plain_message(tmp_path, content, message):
    with pytest.raises(BadInputError, match=message):
        load_json(source(tmp_path, content))


def test_json_that_is_sound_is_returned_as_it_is(tmp_path):
    value = {"a": [1, 2.5, None, True, "é"], "b": {}}
    assert load_json(source(tmp_path, json.dumps(value))) == value
    deep = json.loads("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert load_json(source(tmp_path, json.dumps(deep))) == deep


def test_every_cut_of_a_file_is_told_plainly(tmp_path):
    text = json.dumps(DOCUMENT, indent=1).encode()
    formats = recognise(source(tmp_path, text))
    for end in range(0, len(text) - 1, 37):
        with pytest.raises(BadInputError):
            formats.read(source(tmp_path, text[:end]), True)


def test_error_codes(tmp_path):
    reading = read(tmp_path, {"fouten_overzicht": [{"foutcode": "A1", "omschrijving": "o", "melding": "m"}]})
    assert reading.tables["iv3_error_codes"].rows() == [("A1", "o", "m")]


def test_delivery_schema_takes_its_version_from_the_name_first(tmp_path):
    document = {"$schema": "http://json-schema.org", "title": "Iv3 data schema", "description": "Iv3 versie 1.0"}
    reading = read(tmp_path, document, "iv3_data_schema_v1_1.json")
    assert reading.scope == "1.1"
    assert any("description 1.0" in text for text in reading.report.remarks)
    assert json.loads(reading.tables["iv3_delivery_schemas"]["document"][0]) == document
    assert read(tmp_path, document, "x.json").scope == "1.0"
    with pytest.raises(BadInputError, match="which version"):
        read(tmp_path, {**document, "description": "?"}, "x.json")


@pytest.mark.published
def test_published_definitions():
    root = Path(os.environ.get("VERBAND_PUBLISHED_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not (root / "iv3_definities").is_dir():
        pytest.skip(f"the published data are not in {root}")
    scopes = {}
    frames = []
    for path in sorted((root / "iv3_definities").glob("*.json")):
        file = SourceFile(path, path.name)
        reading = recognise(file).read(file, True)
        assert not reading.report.set_aside
        assert all(
            columns_as_published(table, load_json(file)) is not None for table in reading.tables if table in TABLES
        )
        scopes.setdefault(reading.scope, []).append(path.name)
        frames.append(reading.tables.get("iv3_codes"))
    assert len(frames) == 33
    codes = pl.concat([frame for frame in frames if frame is not None])
    tasks = codes.filter((pl.col("list") == "taakveld") & (pl.col("layer") == "Gemeente"))
    assert "6.711" in tasks.filter(pl.col("year") == 2025)["code"].to_list()
    assert "6.71a" in tasks.filter(pl.col("year") == 2023)["code"].to_list()
    assert {"0.1", "0.10"} <= set(tasks["code"])
    twice = {scope for scope, names in scopes.items() if len(names) > 1}
    assert twice == {"Gemeente 2018", "Gemeente 2019"}
