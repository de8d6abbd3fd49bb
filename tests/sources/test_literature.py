"""Outcomes of research: text kept, number beside it where it is one."""

import os
import random
from pathlib import Path

import pytest

from verband.errors import VerbandError
from verband.sources.files import SourceFile
from verband.sources.reading import Reading
from verband.sources.registry import recognise

PUBLISHED = Path(os.environ.get("VERBAND_PUBLISHED_DATA", Path(__file__).parents[3] / "shared" / "data"))


def store(folder, content, name="file"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return SourceFile(path, name)


def read(file, strict=True):
    return recognise(file).read(file, strict)


def published(path):
    if not (PUBLISHED / path).is_file():
        pytest.skip(f"published file {path} is not in {PUBLISHED}")
    return read(SourceFile(PUBLISHED / path, path))


def check_any_bytes(folder, contents, rounds=150):
    """Whatever happens to a file, only a reading or a plain message comes out, and rows add up."""
    rng = random.Random(7)
    for number in range(rounds):
        content = bytearray(rng.choice(contents).encode())
        for _ in range(rng.randint(1, 6)):
            place = rng.randrange(len(content))
            match rng.randrange(3):
                case 0:
                    content[place] = rng.randrange(256)
                case 1:
                    del content[place : place + rng.randint(1, 20)]
                case _:
                    content[place:place] = bytes(rng.choices(b'",;.\n\r\t0-9{}[]\xe9\x00', k=rng.randint(1, 4)))
            if not content:
                break
        file = store(folder, bytes(content), f"f{number}")
        for strict in (True, False):
            try:
                found = recognise(file, strict=strict)
                if found is None:
                    continue
                reading = found.read(file, strict)
            except VerbandError as error:
                assert str(error)
                continue
            assert isinstance(reading, Reading)
            report = reading.report
            assert report.rows_read == report.rows_kept + len(report.set_aside)
            assert report.rows_kept == sum(frame.height for frame in reading.tables.values())


HEADER = "onderwerp,jaar,grootheid,waarde,eenheid,onderzoek,bron_url,opmerking\n"


def test_numbers_stand_beside_the_text(tmp_path):
    rows = (
        "s,2030,a,geen effect,tekst,X,u,\ns,2030,b,1.8,mld,X,u,\ns,2030,c,-5,procent,X,u,\ns,2030,d,bijna 8,mld,X,u,\n"
    )
    frame = read(store(tmp_path, HEADER + rows)).tables["research_outcomes"]
    assert frame["value"].to_list() == ["geen effect", "1.8", "-5", "bijna 8"]
    assert frame["value_number"].to_list() == [None, 1.8, -5.0, None]


def test_any_bytes(tmp_path):
    check_any_bytes(tmp_path, [HEADER + "s,2030,a,geen effect,tekst,X,u,\ns,2030,b,1.8,mld,X,u,\n"])


@pytest.mark.published
def test_published():
    frame = published("literatuur/uitkomsten_onderzoek.csv").tables["research_outcomes"]
    assert frame.height == 14
    assert frame["value_number"].null_count() == 2
