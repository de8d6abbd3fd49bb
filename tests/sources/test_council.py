"""Councils: seats by inhabitants without gap or overlap, members in the country."""

import os
import random
from pathlib import Path

import pytest

from verband.errors import BadInputError, VerbandError
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


RULE = "inwoners_van,inwoners_tot_en_met,raadszetels\n"
MEMBERS = "jaar,maximaal_aantal,feitelijk_aantal,bron_url\n"


def test_rule_is_read_and_open_above(tmp_path):
    frame = read(store(tmp_path, RULE + "0,100,3\n101,,5\n")).tables["council_seat_rule"]
    assert frame.rows() == [(0, 100, 3), (101, None, 5)]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("0,100,3\n102,,5\n", "do not join at 102"),
        ("0,100,3\n100,,5\n", "do not join at 100"),
        ("5,100,3\n101,,5\n", "do not join at 5"),
        ("0,,3\n101,,5\n", "do not join at 101"),
        ("0,100,3\n101,200,5\n", "more than 200"),
    ],
)
def test_classes_that_do_not_join_are_refused(tmp_path, rows, message):
    with pytest.raises(BadInputError, match=message):
        read(store(tmp_path, RULE + rows))


def test_members_may_be_missing(tmp_path):
    frame = read(store(tmp_path, MEMBERS + "2030,90,,u\n2031,90,80,u\n")).tables["council_members_national"]
    assert frame["actual"].to_list() == [None, 80]


def test_any_bytes(tmp_path):
    check_any_bytes(tmp_path, [RULE + "0,100,3\n101,,5\n", MEMBERS + "2030,90,,u\n2031,90,80,u\n"])


@pytest.mark.published
def test_published():
    rule = published("bestuur/raadszetels_gemeentewet_art8.csv").tables["council_seat_rule"]
    assert rule.height == 17
    assert rule["seats"].is_sorted()
    assert published("bestuur/aantal_raadsleden_nederland.csv").tables["council_members_national"].height == 11
