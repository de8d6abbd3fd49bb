"""Councils: the number of seats by inhabitants, and council members in the country.

Seats follow Gemeentewet article 8, with the inhabitants on 1 January of the year before the election. The classes
have to join without gap or overlap and be open above, else a municipality would have no seats or two numbers.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from verband.errors import BadInputError
from verband.sources.files import SourceFile
from verband.sources.formats import Format, table_format
from verband.sources.reading import Reading

SOURCE = "council"
_PLAIN_RULE = table_format("council_seat_rule", source=SOURCE)


def _check_classes(rule: pl.DataFrame, where: str) -> None:
    classes = rule.sort("inhabitants_from")
    previous: int | None = -1
    for low, high in classes.select("inhabitants_from", "inhabitants_to").iter_rows():
        if previous is None or low != previous + 1 or (high is not None and high < low):
            raise BadInputError(
                f"the size classes do not join at {low} inhabitants",
                where=where,
                todo="Let each class begin one above the end of the class before it, the first at 0, the last open",
            )
        previous = high
    if classes.height and previous is not None:
        raise BadInputError(
            f"no class holds municipalities of more than {previous} inhabitants",
            where=where,
            todo="Leave the upper bound of the last class empty",
        )


def _read_rule(file: SourceFile, strict: bool) -> Reading:
    reading = _PLAIN_RULE.read(file, strict)
    _check_classes(reading.tables["council_seat_rule"], file.name)
    return reading


FORMATS: tuple[Format, ...] = (
    replace(_PLAIN_RULE, read=_read_rule),
    table_format("council_members_national", source=SOURCE),
)
