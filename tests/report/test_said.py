"""Reasons and notes of the analysis in the words of the page."""

import pytest
from invented import portrait

from verband.report.context import Context
from verband.report.said import how_carried, why_ended


@pytest.mark.parametrize(
    ("reason", "dutch"),
    [
        ("left on 2020-01-01 (x.csv)", "Uitgetreden op 1\xa0januari\xa02020."),
        ("joins only on 2030-02-03 (x.csv)", "Treedt pas toe op 3\xa0februari\xa02030."),
        (
            "lapsed: all members have become one municipality (Wet arhi art. 41 lid 1)",
            "Vervallen: alle deelnemers zijn",
        ),
        ("dissolved according to its name in the list of 2016-01-01", "Opgeheven, volgens de naam"),
        ("seat of a predecessor in another area than ODX; the law fixes it (Wet arhi)", "in een ander gebied dan ODX."),
        ("something new", "something new"),
    ],
)
def test_reasons(reason, dutch):
    assert dutch in why_ended(Context(portrait(), "nl"), reason)


@pytest.mark.parametrize(
    ("note", "dutch"),
    [
        (None, ()),
        ("A is now C; B is now C, but for 1.0% that went elsewhere", ("Overgezet van A en B.",)),
        (
            "A was divided; its seat is given to the largest part, C, which is a guess",
            ("A is verdeeld; de plaats is aan het grootste deel gegeven. Dat is een aanname.",),
        ),
        ("something new", ("something new",)),
    ],
)
def test_notes(note, dutch):
    assert how_carried(Context(portrait(), "nl"), note) == dutch
