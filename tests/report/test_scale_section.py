"""The section on scale: what is said, what is not said, and the chart."""

import re
from dataclasses import replace

import pytest
from invented import CODE, portrait, scale_models, variants
from lxml import etree

from verband.report.charts.curve import highest_shown
from verband.report.context import Context
from verband.report.page import Figures, Paragraph, Table
from verband.report.questions import answers
from verband.report.sections.scale import scale


def section(name="whole", language="nl"):
    return scale(Context(variants()[name], language))


def plain(text):
    return text.replace("\u00a0", " ")


def text_of(found):
    return " ".join(block.text for block in found.blocks if isinstance(block, Paragraph))


def test_the_finding_counts_only_tasks_that_can_be_judged():
    found = scale_models().of(CODE).sum()
    assert [item.scale.task for item in found.less] == ["0.4"]
    assert [item.scale.task for item in found.none] == ["7.3"]
    assert [item.scale.task for item in found.unknown] == ["6.72"]
    assert [item.scale.task for item in found.unspent] == ["2.3"]
    assert [item.scale.task for item in found.arrangements] == ["1.1"]
    assert [item.scale.task for item in found.hosted] == ["6.81"]
    assert [item.scale.task for item in found.bookkeeping] == ["6.82"]
    # What its code cannot tell is told nowhere, also not as a difference in the table.
    assert all(item.change is None for item in (*found.hosted, *found.bookkeeping))
    assert found.judged == 2
    assert found.by_chance == pytest.approx(0.1)


def test_shares_are_of_the_cost_of_the_tasks_that_are_judged():
    share = scale_models().of(CODE).sum().share
    assert share == {"less": pytest.approx(0.8), "more": 0.0, "none": pytest.approx(0.2)}


def test_the_heading_is_the_finding():
    assert (
        section().heading
        == "Twee keer zo grote gemeenten geven bij één van 2 taken per inwoner minder uit, bij geen meer"
    )
    assert section("no difference").heading.startswith("Bij geen van 1 taken")


def test_an_interval_is_told_in_words_in_the_title_of_the_chart():
    chart = next(block for block in section().blocks if isinstance(block, Figures)).chart
    assert chart.title == "Overhead: twee keer zo groot geeft per inwoner 18% minder uit (tussen 12% en 24%)"


def test_the_finding_tells_of_one_of_another_size_with_shares():
    told = text_of(section())
    assert "een gemeente die twee keer zo groot is als Vlierbeek" in told
    assert "minder uit bij één taak (80,0% van de lasten van Vlierbeek op deze taken)" in told
    assert "bij één taak niet aantoonbaar iets anders uit (20,0%)" in told
    assert "Eén taak waar Vlierbeek niets aan uitgeeft, telt niet mee." in told


def test_of_the_largest_the_sentences_turn_with_the_comparison():
    """Half as large spends 20% more, so on no task half as large is cheaper."""
    found = section("half as large")
    assert found.heading == "Half zo grote gemeenten geven bij geen van 3 taken per inwoner minder uit, bij drie meer"
    assert "meer uit bij drie taken" in text_of(found).replace("3 taken", "drie taken")
    answer = answers(Context(variants()["half as large"], "nl"))[9].text
    assert answer.startswith(
        "Half zo grote gemeenten geven bij geen van 3 taken per inwoner minder uit, bij drie meer."
    )


def test_all_tasks_are_compared_with_one_other_size():
    models = scale_models()
    rows = models.expected.to_dicts()
    for row in rows:
        if row["task"] == "7.3" and row["code"] == CODE:
            row["factor"] = 0.5
    mixed = replace(models, expected=type(models.expected)(rows, schema=models.expected.schema)).of(CODE)
    assert {item.factor for item in mixed.tasks} == {2.0, None}
    assert [item.scale.task for item in mixed.sum().unknown] == ["6.72", "7.3"] or [
        item.scale.task for item in mixed.sum().unknown
    ] == ["7.3", "6.72"]


def test_an_outsourced_organisation_is_warned_about():
    assert "werkt bij een andere organisatie" in text_of(section("outsourced"))


def test_the_largest_are_told_about_half_their_size():
    chart = next(block for block in section("half as large").blocks if isinstance(block, Figures)).chart
    assert "half zo groot geeft per inwoner 20% meer uit (tussen 10% en 30%)" in chart.title


def test_an_interval_with_nought_is_no_difference():
    chart = next(block for block in section("no difference").blocks if isinstance(block, Figures)).chart
    assert chart.title == "Afval: geen aantoonbaar verschil naar grootte"


def test_that_it_forecasts_no_saving_is_always_said():
    assert text_of(section("too unlike")).endswith("niet op cijfers.")  # nothing is compared there
    for name in ("whole", "no difference"):
        assert "Het voorspelt geen besparing" in text_of(section(name))


@pytest.mark.parametrize("name", ["too unlike", "no estimate", "bare"])
def test_what_cannot_be_told_is_said_without_a_chart(name):
    found = section(name)
    assert not any(isinstance(block, Figures) for block in found.blocks)
    assert any(isinstance(block, Paragraph) and block.kind == "unknown" for block in found.blocks)


def test_the_table_holds_every_task_with_its_exact_interval():
    table = next(block for block in section().blocks if isinstance(block, Table))
    rows = {row[0].split()[0]: row for row in table.rows}
    assert rows["0.4"][1:] == ("400", "90", "80 tot 101", "70 tot 110", "−18,0%", "−24,0% tot −12,0%", "–")
    assert table.columns[5] == "2× zo groot"
    assert (rows["6.72"][2], rows["6.72"][5]) == ("niet te zeggen", "niet te zeggen")
    assert rows["6.72"][3] == rows["6.72"][4] == rows["6.72"][6] == "–"


def test_remarks_on_tasks_are_marks_of_what_stands_under_the_table():
    table = next(block for block in section().blocks if isinstance(block, Table))
    rows = {row[0].split()[0]: row for row in table.rows}
    told = dict(re.findall(r"([a-f]\)) ([^.]+)\.", table.note))
    assert told[rows["1.1"][7]] == "hoofdtaak vooral via regelingen"
    assert "een deel van de gemeenten geeft niets uit" in [told[mark] for mark in rows["2.3"][7].split()]
    assert {mark for row in table.rows for mark in row[7].split()} - {"–"} == set(told)


def test_the_table_starts_with_the_most_expensive_task():
    table = next(block for block in section().blocks if isinstance(block, Table))
    assert table.rows[0][0].startswith("0.4")


def test_the_tenth_answer_is_an_estimate_with_what_is_not_known():
    found = answers(Context(portrait(), "nl"))[9]
    assert found.kind == "estimated"
    assert found.anchor == "scale"
    assert "ergelijken kan nog niet" in found.text


def test_few_far_outliers_do_not_press_the_chart_flat_and_are_counted():
    everyone = [(1_000.0 * number, 100.0) for number in range(1, 200)] + [(5_000.0, 9_000.0)]
    assert highest_shown(everyone, 120.0, [110.0]) < 200
    assert highest_shown(everyone, 8_000.0, [110.0]) > 8_000
    models = scale_models()
    one = {**models.expected.to_dicts()[-1], "task": "0.4"}
    more = [{**one, "code": f"GM96{number:02}", "cost_eur": 90.0 + number} for number in range(60)]
    far = [*models.expected.to_dicts(), *more, {**one, "code": "GM9799", "cost_eur": 9_000.0}]
    facts = replace(models, expected=type(models.expected)(far, schema=models.expected.schema)).of(CODE)
    found = scale(Context(portrait(scale=facts), "nl"))
    reading = next(block for block in found.blocks if isinstance(block, Figures)).reading
    assert "Eén gemeente ligt boven de grafiek." in reading


def test_dots_are_drawn_once_each_in_one_path():
    chart = next(block for block in section().blocks if isinstance(block, Figures)).chart
    root = etree.fromstring(chart.wide.encode())
    dots = [item for item in root.iter("{http://www.w3.org/2000/svg}path") if item.get("stroke-linecap") == "round"]
    assert len(dots) == 1
    assert dots[0].get("d").count("M") == 26
    lengths = " ".join(item.get(name, "") for item in root.iter() for name in ("d", "transform"))
    assert not re.search(r"\d\.\d{2}", lengths)


def test_a_municipality_without_models_has_no_scale():
    assert scale_models().of("GM0000").tasks == ()
