"""Rules of columns: how they are written and how they are told."""

import pytest

from verband.domain.schema import Allowed, parse_allowed, schema, table_names


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("", Allowed(), ""),
        ("a|b", Allowed(values=("a", "b")), "one of a, b"),
        ("0..", Allowed(low=0), "0 or more"),
        ("..5", Allowed(high=5), "5 or less"),
        ("2000..2100", Allowed(low=2000, high=2100), "from 2000 to 2100"),
        (r"/\d+/", Allowed(pattern=r"\d+"), r"text like \d+"),
        ("..today", Allowed(until_today=True), "today or earlier"),
    ],
)
def test_every_way_of_writing_a_rule(text, rule, words):
    assert parse_allowed(text) == rule
    assert parse_allowed(text).describe() == words


def test_a_range_without_numbers_is_a_fault():
    with pytest.raises(ValueError, match="morning"):
        parse_allowed("..morning")


@pytest.mark.parametrize("name", [name for name in table_names() if name.startswith("own_")])
def test_no_own_row_is_right_in_the_future(name):
    assert schema(name).column("as_of").allowed.until_today
