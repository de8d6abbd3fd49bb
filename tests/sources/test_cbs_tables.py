"""Identifiers of CBS tables: what is unknown stays empty and is said."""

import os
from pathlib import Path

import pytest

from verband.errors import BadInputError
from verband.sources.files import SourceFile
from verband.sources.registry import recognise

HEADER = "jaar,laag,tabel_id,status,basis"


def read(tmp_path, *rows, strict=True):
    path = tmp_path / "x"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    file = SourceFile(path, "x.csv")
    return recognise(file).read(file, strict)


def test_layers_and_certainty_are_translated_and_unknown_stays_empty(tmp_path):
    reading = read(
        tmp_path,
        "2030,gemeenten,99001NED,bevestigd,een lijst",
        "2030,gemeenschappelijke_regelingen,,onbekend,99002NED of 99003NED",
    )
    assert reading.tables["cbs_tables"].rows() == [
        (2030, "municipalities", "99001NED", "confirmed", "een lijst"),
        (2030, "arrangements", None, "unknown", "99002NED of 99003NED"),
    ]
    assert reading.report.remarks == ("1 of 2 table identifiers are not confirmed",)


def test_an_unknown_layer_is_refused_by_line(tmp_path):
    with pytest.raises(BadInputError, match=r"line 2.*'laag' holds 'eilanden'"):
        read(tmp_path, "2030,eilanden,99001NED,bevestigd,x")


@pytest.mark.published
def test_published_list():
    root = Path(os.environ.get("VERBAND_PUBLISHED_DATA", Path(__file__).parents[2] / "../shared/data"))
    path = root / "cbs_odata" / "iv3_tabellen.csv"
    if not path.exists():
        pytest.skip(f"the published data are not at {root}")
    file = SourceFile(path, path.name)
    frame = recognise(file).read(file, True).tables["cbs_tables"]
    assert frame.height == 65
    assert frame["table_id"].null_count() == 1
