"""Staff of public organisations in 2014 (FTE), whose published figures lost their closing zeros.

In the published table a dot separates thousands and zeros at the end were cut off, as if the figure had been a
decimal number: ``1.54`` is 1,540 and ``12.571`` is 12,571. The repair puts the zeros back. A figure without a dot
stands as it is; whole thousands would have lost their dot as well, so a small figure cannot be told from them.
Some names were saved in the wrong encoding (UTF-8 taken for Mac OS Roman, twice) and are turned back.
Source of the shape: BZK, Kennisbank Openbaar Bestuur, FTE 2014, in openstate/datasets.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from verband.sources.formats import Format, table_format
from verband.sources.reading import SetAside

SOURCE = "staff_2014"
SORTS = {
    "sort": {
        "gemeente": "municipality",
        "overig": "other",
        "provincie": "province",
        "waterschap": "water_board",
        "rijk_of_politie": "state_or_police",
    }
}
_DAMAGED = "√|‚"
"""Characters that Mac OS Roman shows for the first bytes of accented letters; Dutch names do not hold them."""
_ROUNDS = 3
_LARGEST_DOUBTFUL = 100
"""Below this a figure without a dot might be whole thousands: the largest organisation has some 42,000 FTE."""

Finished = tuple[pl.DataFrame, Sequence[SetAside], Sequence[str]]


def repaired_fte(published: pl.Expr) -> pl.Expr:
    """Put the closing zeros back: the last group after a dot always has three digits.

    Parameters
    ----------
    published
        Text column as published.

    Returns
    -------
    polars.Expr
        FTE as a number; null where the text is no figure of this kind.
    """
    text = published.str.strip_chars()
    last = text.str.extract(r"\.([0-9]{1,3})$", 1)
    whole = text.str.replace(r"\.[0-9]{1,3}$", "").str.replace_all(".", "", literal=True)
    digits = pl.when(last.is_null()).then(text).otherwise(pl.concat_str(whole, last.str.pad_end(3, "0")))
    figure = last.is_null() | text.str.contains(r"^[1-9]")
    return pl.when(figure & digits.str.contains(r"^[0-9]{1,12}$")).then(digits.cast(pl.Float64, strict=False))


def repaired_name(text: str) -> str:
    """Turn a name back that was read as Mac OS Roman, as often as that happened; others stay as they are."""
    for _ in range(_ROUNDS):
        if not any(mark in text for mark in _DAMAGED.split("|")):
            break
        try:
            text = text.encode("mac_roman").decode("utf-8")
        except UnicodeError:
            break
    return text


def _repair_names(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    names = ("organisation", "place")
    mended = frame.with_columns(
        pl.col(name).replace({text: repaired_name(text) for text in frame[name].unique().drop_nulls().to_list()})
        for name in names
    )
    count = sum(int((frame[name] != mended[name]).sum()) for name in names)
    return mended, [f"{count} names saved in a wrong encoding were turned back"] if count else []


def _finish(frame: pl.DataFrame) -> Finished:
    mended, remarks = _repair_names(frame)
    dotted = pl.col("fte_published").str.contains(".", literal=True)
    mended = mended.with_columns(dotted.alias("repaired"))
    if count := mended.filter("repaired").height:
        remarks.append(f"in {count} figures the dot was read as thousands and cut-off closing zeros were put back")
    doubtful = mended.filter(~pl.col("repaired") & pl.col("fte").is_between(1, _LARGEST_DOUBTFUL, closed="left"))
    if doubtful.height:
        remarks.append(
            f"{doubtful.height} figures without a dot are below {_LARGEST_DOUBTFUL} and were read as they stand; "
            "whole thousands would look the same"
        )
    return mended, (), remarks


def _finish_links(frame: pl.DataFrame) -> Finished:
    mended, remarks = _repair_names(frame)
    differing = mended.filter(repaired_fte(pl.col("fte_published")) != pl.col("fte"))
    if differing.height:
        remarks.append(
            f"{differing.height} repaired figures differ from the published figure with its zeros put back, "
            f"first on line {differing['_line'][0]}"
        )
    unlinked = mended.filter((pl.col("sort") == "municipality") & pl.col("code").is_null())
    if unlinked.height:
        remarks.append(f"{unlinked.height} municipalities have no code")
    return mended, (), remarks


FORMATS: tuple[Format, ...] = (
    table_format(
        "staff_2014",
        source=SOURCE,
        converters={
            "fte": repaired_fte(pl.col("Aantal FTE Totaal")),
            "repaired": pl.col("Aantal FTE Totaal").str.contains(".", literal=True),
        },
        finish=_finish,
    ),
    table_format("staff_2014_links", source=SOURCE, translate=SORTS, finish=_finish_links),
)
