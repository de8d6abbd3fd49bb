"""Charts of intervals and paths: the area of the rule, nil in sight, arrows at what goes on, figures apart."""

import re
from itertools import pairwise

import pytest
from lxml import etree

from verband.report.charts import Interval, Panel, Path, intervals, paths
from verband.report.charts.intervals import scale_of
from verband.report.charts.style import BAND
from verband.report.numbers import Numbers

DUTCH = Numbers("nl")
SVG = "{http://www.w3.org/2000/svg}"


def words_of(svg):
    return [element.text for element in etree.fromstring(svg).iter(f"{SVG}text")]


def chart(*rows, domain=(-10.0, 10.0)):
    panel = Panel("Verschil in %", (("", rows),), domain)
    return intervals(DUTCH, "x", "x", "x", panels=[panel])


def row(low, high, **told):
    return Interval("Uitvoerende taken", "0,8 (−0,8; 2,4)", (low + high) / 2, low, high, **told)


def test_the_scale_holds_nil_the_limits_and_all_that_decides():
    low, high = scale_of([(60.0, 90.0)], [], [50.0])
    assert low < 0
    assert high > 90
    low, high = scale_of([(-3.0, 1.0)], [(-5.0, 4.0)] * 20 + [(-900.0, 900.0)], [-2.0])
    assert -10 < low < -5
    assert 4 < high < 10
    assert scale_of([], [(0.0, 89.0)], [])[1] > 89


def test_the_area_that_the_rule_asks_for_is_drawn_and_none_without_a_rule():
    assert BAND in chart(row(1.0, 3.0, zone=(2.0, None))).wide
    assert BAND in chart(row(1.0, 3.0, zone=(-5.0, 5.0))).narrow
    assert BAND not in chart(row(1.0, 3.0)).wide


def test_the_area_begins_at_the_limit():
    svg = chart(row(1.0, 3.0, zone=(0.0, None))).wide
    area = re.search(rf'<path[^>]*fill="{BAND}"[^>]*>|<path d="([^"]+)" fill="{BAND}"', svg)[0]
    zero = next(text for text in etree.fromstring(svg).iter(f"{SVG}text") if text.text == "0")
    start = float(re.search(r'd="M([\d.]+)', area)[1])
    assert start == pytest.approx(float(re.search(r"translate\(([\d.]+)", zero.get("transform"))[1]), abs=1)


def test_an_interval_that_goes_on_ends_in_an_arrow():
    assert not Panel("", (("", (row(-5.0, 5.0),)),), (-10.0, 10.0)).clipped()
    beyond = Panel("", (("", (row(-50.0, 5.0),)),), (-10.0, 10.0))
    assert beyond.clipped()
    # One sign more than where it ends within the scale.
    within, going_on = chart(row(-4.0, 5.0)).wide, chart(row(-14.0, 15.0)).wide
    assert going_on.count("<path") == within.count("<path") + 2


@pytest.mark.parametrize("domain", [(-500.0, 400.0), (-0.05, 0.04), (-3.0, 90.0), (-100_000.0, 100_000.0)])
def test_no_two_figures_on_a_scale_touch(domain):
    made = chart(row(domain[0], domain[1]), domain=domain)
    for svg, size in ((made.wide, 14), (made.narrow, 13)):
        found = []
        for text in etree.fromstring(svg).iter(f"{SVG}text"):
            if re.fullmatch(r"−?[\d.,]+", text.text):
                across = float(re.search(r"translate\(([-\d.]+)", text.get("transform"))[1])
                width = len(text.text) * size * 0.6
                anchor = text.get("text-anchor", "start")
                start = across - {"start": 0, "middle": width / 2, "end": width}[anchor]
                found.append((start, start + width))
        found.sort()
        assert len(found) >= 2
        assert all(before[1] < after[0] for before, after in pairwise(found))


def test_names_and_figures_are_whole_on_any_screen():
    made = chart(row(1.0, 3.0, strong=True), row(1.0, 3.0, indent=True))
    for svg in (made.wide, made.narrow):
        told = " ".join(words_of(svg))
        assert told.count("Uitvoerende taken") == 2
        assert told.count("0,8 (−0,8; 2,4)") == 2


def test_paths_write_years_as_years_and_wide_ranges_of_sizes_on_a_logarithmic_axis():
    years = Path("a", tuple((float(year), 1.0, 0.5, 1.5) for year in range(2017, 2025)))
    made = paths(DUTCH, "x", "x", "x", x_title="Jaar", y_title="Deel", series=[years])
    assert "2024" in words_of(made.wide)
    assert "2.024" not in words_of(made.wide)
    sizes = Path("a", ((5_000.0, 1.0, None, None), (500_000.0, 2.0, None, None)))
    made = paths(DUTCH, "x", "x", "x", x_title="Inwoners", y_title="Deel", series=[sizes])
    assert {"10.000", "100.000"} <= set(words_of(made.narrow))


def test_every_series_is_named_and_has_its_own_sign():
    two = [
        Path(name, tuple((float(x), float(x), x - 1.0, x + 1.0) for x in range(4))) for name in ("Lasten", "Vermogen")
    ]
    made = paths(DUTCH, "x", "x", "x", x_title="Jaren", y_title="Euro", series=two)
    for svg in (made.wide, made.narrow):
        assert {"Lasten", "Vermogen"} <= set(words_of(svg))
        assert "stroke-dasharray" in svg


def test_a_scatter_keeps_the_sign_of_every_point():
    many = [Path(name, tuple((float(x), float(x), None, None) for x in range(40)), joined=False) for name in ("a", "b")]
    made = paths(DUTCH, "x", "x", "x", x_title="Jaren", y_title="Euro", series=many)
    # Forty of each and one before each name.
    for svg in (made.wide, made.narrow):
        assert len(re.findall(r"<path[^>]*stroke-width=\"1.3\"", svg)) == 80
