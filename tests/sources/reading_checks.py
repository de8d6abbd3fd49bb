"""Shared by the tests of readers: store, recognise and read a file, and damage it at random."""

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
    contents = [item if isinstance(item, bytes) else item.encode() for item in contents]
    rng = random.Random(7)
    for number in range(rounds):
        content = bytearray(rng.choice(contents))
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
            except VerbandError:
                continue
            assert isinstance(reading, Reading)
            report = reading.report
            assert report.rows_read == report.rows_kept + len(report.set_aside)
            assert report.rows_kept == sum(frame.height for frame in reading.tables.values())
