"""Charts: numbers on an axis that differ, names that stay whole, every year to be seen, and doubt shown as doubt."""

import re
from itertools import pairwise

import pytest
from lxml import etree

from verband.report.charts import Line, Range, curve, lines, ranges, strip
from verband.report.charts.style import ticks, wrapped
from verband.report.numbers import Numbers

SVG = "{http://www.w3.org/2000/svg}"
DUTCH = Numbers("nl")
LONG_NAMES = ("Schiermonnikoog", "Vijfheerenlanden", "Nuenen, Gerwen en Nederwetten", "Alphen-Chaam")


def words_of(svg):
    return [element.text for element in etree.fromstring(svg).iter(f"{SVG}text")]


def places(svg):
    """Each word with the place where it begins or ends, in pixels of the picture."""
    for element in etree.fromstring(svg).iter(f"{SVG}text"):
        across, down = 0.0, 0.0
        for up in (element, *element.iterancestors()):
            found = re.search(r"translate\(([-\d.]+),([-\d.]+)\)", up.get("transform", ""))
            if found:
                across, down = across + float(found[1]), down + float(found[2])
        yield element.text, element.get("text-anchor", "start"), across, down


def share(**told):
    values = told.pop("values", (0.011, 0.013, 0.012))
    own = Line(told.pop("name", "Amsterdam 1,2%"), values, own=True, doubtful=told.pop("doubtful", ()))
    others = told.pop("others", [])
    return lines(DUTCH, "x", "x", "x", years=range(2022, 2022 + len(values)), lines=[*others, own], **told)


@pytest.mark.parametrize("high", [0.07, 0.4, 1.0, 2.2, 2.5, 3.1, 5.0, 7.7, 23.0, 100.0, 865.0, 12_345.0])
@pytest.mark.parametrize("low", [0.0, -0.6])
@pytest.mark.parametrize("count", [4, 5, 8])
def test_no_two_numbers_on_an_axis_are_written_alike(low, high, count):
    values, decimals = ticks(low, high, count)
    written = [DUTCH.exact(value, decimals) for value in values]
    assert len(set(written)) == len(written) >= 3
    assert low - 1e-9 <= values[0] < values[-1] <= high + 1e-9
    gaps = [after - before for before, after in pairwise(values)]
    assert max(gaps) == pytest.approx(min(gaps))
    assert [DUTCH.exact(value, decimals + 3) for value in values] == [
        f"{text}{'' if decimals else ','}000" for text in written
    ]


def test_small_shares_have_a_decimal_on_the_axis():
    found = [
        text for text in words_of(share(high=(0.022, 0.022, 0.022)).wide) if text.endswith("%") and "m" not in text
    ]
    assert found == ["0,0%", "0,5%", "1,0%", "1,5%", "2,0%"]


def test_small_shares_have_a_decimal_on_a_strip_too():
    chart = strip(DUTCH, "x", "x", "x", everyone=[0.001, 0.02], group=[0.01], own=0.012, labels=("a", "b", "c"))
    for svg in (chart.wide, chart.narrow):
        found = [text for text in words_of(svg) if text.endswith("%")]
        assert len(set(found)) == len(found) > 2


@pytest.mark.parametrize("name", LONG_NAMES)
def test_no_name_is_broken_within_a_word(name):
    chart = share(name=f"{name} 12,3%", others=[Line("grootteklasse (midden) 13,7%", (0.1, 0.1, 0.1))])
    for svg in (chart.wide, chart.narrow):
        assert {*name.split(), "12,3%", "grootteklasse"} <= {part for text in words_of(svg) for part in text.split()}
    assert wrapped(name, 5) == name.replace("Alphen-", "Alphen- ").split()


def test_names_of_bounds_stand_beside_the_drawing_on_a_wide_screen_and_above_it_on_a_narrow_one():
    values = (0.15, 0.22, 0.48)
    chart = share(values=values, bounds=[(0.2, "signaalwaarde 20%"), (0.5, "signaalwaarde 50%")])
    for text, _, across, _ in places(chart.wide):
        if text.startswith("signaal"):
            assert across > 680 - 190
    years = [down for text, _, _, down in places(chart.narrow) if text.endswith("0%") and "s" not in text]
    bounds = [down for text, _, _, down in places(chart.narrow) if text.startswith("signaal")]
    assert len(bounds) == 2
    assert max(bounds) < min(years)


def test_a_year_between_gaps_and_a_year_in_doubt_are_drawn():
    alone = Line("grootteklasse", (None, 0.1, None))
    kept = share(others=[alone], values=(0.1, None, 0.2))
    without = share(others=[], values=(0.1, None, 0.2))
    assert kept.wide.count("<path") > without.wide.count("<path")
    doubtful = share(doubtful=(2023,))
    for svg in (doubtful.wide, doubtful.narrow):
        assert len(re.findall(r'<path[^>]*fill="#ffffff"[^>]*stroke="#00565f"', svg)) == 1
    assert 'fill="#ffffff"' not in share().wide


def test_names_of_tasks_are_whole_on_a_phone():
    long = "Maatwerkdienstverlening 18- en jeugdhulp met verblijf in een instelling"
    rows = [
        Range(long, 1234.0, "\u20ac\u00a01.234", 1.0, 2.0, 3.0),
        Range("Afval", 5.0, "\u20ac\u00a05", 1.0, 2.0, 3.0),
    ]
    chart = ranges(DUTCH, "x", "x", "x", rows=rows, own="x")
    for svg in (chart.wide, chart.narrow):
        assert long in " ".join(words_of(svg))


@pytest.mark.parametrize("people", [950, 5_000, 24_000, 60_000, 900_000])
@pytest.mark.parametrize("name", LONG_NAMES)
def test_the_name_over_a_curve_stays_within_the_drawing_and_has_a_white_edge(people, name):
    everyone = [(size, 100.0) for size in (900, 10_000, 940_000)]
    points = [(size, 100.0, 90.0, 110.0) for size in (900, 940_000)]
    label = f"{name} \u20ac\u00a0999"
    chart = curve(DUTCH, "x", "x", "x", everyone=everyone, points=points, own=(people, 120.0, label))
    for svg, width in ((chart.wide, 680), (chart.narrow, 336)):
        found = [item for item in places(svg) if item[0] in label and not item[0].replace(".", "").isdigit()]
        assert " ".join(item[0] for item in found) == label
        for text, anchor, across, down in found:
            length = len(text) * 13 * 0.6
            start = across - length if anchor == "end" else across
            assert start >= 52 - 6
            assert start + length <= width
            assert down >= 6
            assert re.search(rf'<text[^>]*style="paint-order: stroke"[^>]*>{re.escape(text)}', svg)
