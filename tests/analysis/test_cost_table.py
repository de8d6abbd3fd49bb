"""The cost table of all municipalities gives each the same as asking for it alone, and knows no municipality twice."""

import polars as pl

from verband.analysis.task_costs import cost_table, task_costs

CODES = [f"C{number:02}" for number in range(15)]
COSTS = pl.DataFrame(
    [
        (code, task, None if (number, task) == (3, "7.3") else 10.0 * number + len(task))
        for number, code in enumerate(CODES)
        for task in ("7.3", "1.1", "0.10")
        if (number, task) != (5, "1.1")
    ],
    schema=["code", "task", "cost_keur"],
    orient="row",
)
PEOPLE = pl.DataFrame({"code": CODES[:-1], "inhabitants": [100.0 * (number + 1) for number in range(14)]})
TITLES = pl.DataFrame({"task": ["0.10", "1.1", "7.3", "8.3"], "title": ["Reserves", "Crisis", "Afval", "Wonen"]})


def test_each_municipality_gets_what_it_gets_alone():
    table = cost_table(COSTS, PEOPLE, TITLES)
    for code in CODES:
        others = [other for other in CODES if other != code]
        groups = {"alike": others[:12], "in_class": others}
        assert table.of(code, **groups) == task_costs(COSTS, PEOPLE, TITLES, code=code, **groups)


def test_missing_and_absent_are_no_nought():
    table = cost_table(COSTS, PEOPLE, TITLES)
    assert [task for task, _ in table.titles] == ["0.10", "1.1", "7.3"]
    others = CODES[6:]
    assert {item.task: item.cost_eur for item in table.of("C03", alike=others, in_class=others)}["7.3"] is None
    absent = {item.task: item for item in table.of("C05", alike=others, in_class=others)}["1.1"]
    assert (absent.cost_eur, absent.alike.value) == (None, None)
    assert "C14" in absent.alike.missing
