"""``verband share``: printed games through the command, the contract of its JSON, and what bad input gets."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pytest

from verband.cli.entry import main

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "methods" / "fair-shares.md"
GAME = """coalition,cost,weight,today
Aa,100,3,70
Beek,100,1,90
Cleve,100,2,80
Aa+Beek,140,,
Aa+Cleve,150,,
Cleve+Beek,160,,
Aa+Beek+Cleve,190,,
"""
FORMULA = {
    "members": {"A": {"weight": 12000}, "B": {"weight": 30000}, "C": {"weight": 8000}},
    "cost": {"formula": "fixed + slope * weight ** 0.9 + 5000 * members", "fixed": 250000, "slope": 9.5},
}
KEYS = [
    "equal",
    "weight",
    "stand-alone",
    "scrb",
    "shapley",
    "nucleolus",
    "prenucleolus",
    "per-capita-nucleolus",
    "least-core",
    "tau",
]
METHOD = [
    "shares",
    "shares_rounded",
    "exact",
    "unique",
    "in_core",
    "individually_rational",
    "individual_gain",
    "worst_coalition",
    "worst_excess",
    "interval",
    "how",
    "reason",
]


@pytest.fixture
def ask(tmp_path, capsys):
    """Ask the command about a text; give status, standard output and standard error."""

    def ask(text, *words, name="game.csv"):
        file = tmp_path / name
        file.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        status = main(["share", str(file), *words])
        found = capsys.readouterr()
        return status, found.out, found.err

    return ask


@pytest.fixture
def answer(ask):
    """The JSON of the command."""

    def answer(text, *words):
        name = "game.csv" if isinstance(text, str) else "game.json"
        status, out, err = ask(text, *words, "--format", "json", name=name)
        assert status == 0, err
        return json.loads(out)

    return answer


def as_csv(cost, column="cost"):
    return "\n".join([f"coalition,{column}", *(f"{name},{value}" for name, value in cost.items())])


@pytest.mark.published
def test_published_games_through_the_command(answer, published_folder):
    told = json.loads((published_folder / "published" / "games.json").read_text(encoding="utf-8"))["cases"]
    names = {
        "shapley": "shapley",
        "nucleolus": "nucleolus",
        "prenucleolus": "prenucleolus",
        "scrb": "scrb",
        "per-capita-nucleolus": "per_capita_prenucleolus_weak_nucleolus",
    }
    for case in told[:3]:
        for given in (as_csv(case["input"]["cost"]), {"cost": case["input"]["cost"]}):
            found = answer(given, "--method", "all")
            known = case["recomputed"]
            for key, name in names.items():
                if name in known:
                    shares = list(found["methods"][key]["shares"].values())
                    assert shares == pytest.approx(known[name], rel=1e-9, abs=1e-9)
            assert found["core_empty"] == (not known["core_nonempty"])
            assert found["subadditive"] == known["subadditive"]
            assert found["least_core_epsilon"] == pytest.approx(-known["least_core_min_saving"], rel=1e-9)
    skane = answer(as_csv(told[0]["input"]["cost"]), "--method", "shapley", "--round", "0.01")["methods"]["shapley"]
    # Print has 16.94 and 19.18 for M and T; the shares of the printed costs are 16.9458 and 19.1757.
    assert list(skane["shares_rounded"].values()) == [20.01, 10.71, 6.61, 10.37, 16.95, 19.17]
    assert (skane["in_core"], skane["worst_coalition"]) == (False, ["H", "K", "L"])


def test_the_json_has_the_names_of_the_contract(answer):
    found = answer(GAME)
    assert list(found)[:3] == ["members", "game", "total"]
    assert {"subadditive", "core_empty", "minimum_subsidy", "least_core_epsilon", "methods", "remarks"} < set(found)
    assert (found["members"], found["game"], found["total"]) == (["Aa", "Beek", "Cleve"], "cost", 190)
    assert list(found["methods"]) == KEYS
    for item in found["methods"].values():
        assert [name for name in item if name != "change_from_today"] == METHOD
        assert sum(item["shares"].values()) == pytest.approx(190)
        assert item["shares_rounded"] is None
        for name, gain in item["individual_gain"].items():
            assert gain == pytest.approx(100 - item["shares"][name])
    assert found["methods"]["weight"]["shares"] == pytest.approx({"Aa": 95, "Beek": 190 / 6, "Cleve": 190 / 3})
    assert found["methods"]["equal"]["change_from_today"]["Beek"] == pytest.approx(190 / 3 - 90)
    assert found["methods"]["shapley"]["exact"]


def test_only_what_is_asked_in_the_order_asked(answer):
    found = answer(GAME, "--method", "tau", "--method", "equal")
    assert list(found["methods"]) == ["tau", "equal"]


def test_excess_and_worst_coalition_are_those_of_the_unrounded_shares(answer):
    found = answer(GAME, "--round", "10")
    cost = {frozenset(row["coalition"].split("+")): float(row["cost"]) for row in csv.DictReader(io.StringIO(GAME))}
    for key, item in found["methods"].items():
        excess = {
            names: sum(item["shares"][name] for name in names) - value
            for names, value in cost.items()
            if len(names) < 3
        }
        assert item["worst_excess"] == pytest.approx(max(excess.values())), key
        assert excess[frozenset(item["worst_coalition"])] == pytest.approx(item["worst_excess"])
        assert item["in_core"] == (max(excess.values()) <= 1e-6)
        assert sum(item["shares_rounded"].values()) == 190
        assert all(value % 10 == 0 for value in item["shares_rounded"].values())


def test_a_benefit_game_is_the_cost_game_turned_round(answer):
    cost = answer(GAME)
    turned = re.sub(
        r"^([^,]+),(\d+),.*$", r"\1,-\2", GAME.replace("coalition,cost,weight,today", "coalition,worth"), flags=re.M
    )
    found = answer(turned, "--benefit")
    assert (found["game"], found["subadditive"], found["superadditive"]) == ("benefit", None, True)
    for key in set(KEYS) - {"weight"}:
        one, two = cost["methods"][key], found["methods"][key]
        assert list(two["shares"].values()) == pytest.approx([-value for value in one["shares"].values()])
        assert two["individual_gain"] == pytest.approx(one["individual_gain"])
        assert two["worst_excess"] == pytest.approx(one["worst_excess"])
        assert two["in_core"] == one["in_core"]
    assert found["minimum_subsidy"] == pytest.approx(cost["minimum_subsidy"])
    assert found["methods"]["weight"]["reason"] == "no weights are given"


def test_keys_that_do_not_exist_are_null_with_the_reason(answer):
    empty = as_csv({"P": 100, "Q": 100, "R": 100, "P+Q": 140, "P+R": 140, "Q+R": 140, "P+Q+R": 240})
    found = answer(empty)
    assert (found["core_empty"], found["subadditive"]) == (True, True)
    assert found["minimum_subsidy"] == pytest.approx(30)
    assert found["least_core_epsilon"] == pytest.approx(20)
    for key, said in (("weight", "no weights"), ("scrb", "no benefits remain"), ("tau", "not quasi-balanced")):
        item = found["methods"][key]
        assert (item["shares"], item["in_core"], item["worst_coalition"]) == (None, None, None)
        assert said in item["reason"]
    dear = answer(as_csv({"P": 1, "Q": 1, "P+Q": 5}))
    assert dear["methods"]["nucleolus"]["shares"] is None
    assert "together costs more" in dear["methods"]["nucleolus"]["reason"]
    assert dear["methods"]["prenucleolus"]["shares"] == pytest.approx({"P": 2.5, "Q": 2.5})
    assert dear["subadditive"] is False


def test_a_least_core_that_is_not_unique_is_said(answer):
    found = answer(as_csv({"A": 9, "B": 9, "C": 9, "A+B": 10, "A+C": 18, "B+C": 18, "A+B+C": 19}))
    item = found["methods"]["least-core"]
    assert item["unique"] is False
    assert "prenucleolus" in item["reason"]
    assert item["shares"] == found["methods"]["prenucleolus"]["shares"]


def test_a_formula_is_worked_out_for_every_coalition(answer):
    found = answer(FORMULA)

    def cost(weight, members):
        return 250000 + 9.5 * weight**0.9 + 5000 * members

    assert found["total"] == pytest.approx(cost(50000, 3))
    assert found["alone"] == pytest.approx({"A": cost(12000, 1), "B": cost(30000, 1), "C": cost(8000, 1)})
    assert found["methods"]["shapley"]["how"] == {"computed": "exact"}
    assert found["methods"]["weight"]["shares"]["B"] == pytest.approx(cost(50000, 3) * 0.6)


def many(count, step=1):
    weights = {f"M{number}": {"weight": 1000 + 37.5 * step * number} for number in range(count)}
    return {"members": weights, "cost": FORMULA["cost"]}


def test_many_members_say_how_the_shapley_value_was_found(answer):
    exact = answer(many(40), "--method", "shapley")["methods"]["shapley"]
    assert (exact["exact"], exact["interval"]) == (True, None)
    assert exact["how"] == {"computed": "exact", "unit": 12.5}
    rounded = answer(many(40), "--method", "shapley", "--unit", "100")["methods"]["shapley"]
    assert (rounded["exact"], rounded["how"]["computed"]) == (False, "rounded")
    assert rounded["how"]["unit"] == pytest.approx(100, rel=0.01)
    drawn = answer(many(40), "--method", "shapley", "--orders", "100", "--seed", "3")["methods"]["shapley"]
    assert drawn["how"] == {"computed": "sampled", "orders": 100, "level": 0.95, "seed": 3}
    for item in (rounded, drawn):
        for name, (low, high) in item["interval"].items():
            assert low <= item["shares"][name] <= high
    # The bound is proven: it holds for all. The interval of a sample holds each with 95%: nearly all of 40.
    assert all(low <= exact["shares"][name] <= high for name, (low, high) in rounded["interval"].items())
    assert sum(low <= exact["shares"][name] <= high for name, (low, high) in drawn["interval"].items()) >= 30
    assert sum(rounded["shares"].values()) == pytest.approx(sum(exact["shares"].values()), rel=1e-12)


def test_what_needs_all_coalitions_is_null_for_many_members(answer):
    found = answer(many(26))
    assert "26 members" in found["reason"]
    assert (found["core_empty"], found["minimum_subsidy"], found["subadditive"]) == (None, None, None)
    for key in KEYS:
        item = found["methods"][key]
        assert (item["shares"] is None) == (key in KEYS[5:])
        assert item["reason"]
        assert item["in_core"] is None
    assert found["methods"]["equal"]["individually_rational"] is not None


def test_the_same_call_gives_the_same_bytes(ask):
    words = ("--orders", "40", "--seed", "5", "--format", "json")
    first = ask(many(30), *words, name="game.json")
    assert first[0] == 0
    assert first == ask(many(30), *words, name="game.json")


def test_decimal_commas_and_a_byte_order_mark_are_read_and_said(ask):
    text = "\ufeff" + GAME.replace(",", ";").replace("Aa;100;", "Aa;100,5;")
    status, out, err = ask(text, "--format", "json")
    assert status == 0
    found = json.loads(out)
    assert found["alone"]["Aa"] == 100.5
    for said in ("byte order mark", "semicolons", "decimal commas"):
        assert said in err
        assert any(said in remark for remark in found["remarks"])


def test_a_total_that_is_no_multiple_is_said(answer):
    found = answer(GAME.replace("190", "190.4"), "--round", "1")
    assert any("no multiple" in remark for remark in found["remarks"])
    assert sum(found["methods"]["equal"]["shares_rounded"].values()) == 190


@pytest.mark.parametrize(
    ("change", "words", "said"),
    [
        (
            ("Aa+Cleve,150,,\n", ""),
            (),
            ["lines 2 to 7, column coalition", "cost of Aa+Cleve is missing", "7 coalitions"],
        ),
        (("Aa+Cleve", "Aa+Kleve"), (), ["line 6, column coalition", "'Kleve' in Aa+Kleve", "Did you mean Cleve?"]),
        (("Aa+Cleve,150", "Aa+Cleve,much"), (), ["line 6, column cost", "'much' is not a number"]),
        (("Aa+Cleve,150", "Aa+Cleve,"), (), ["line 6, column cost", "the cost of Aa+Cleve is missing"]),
        (("Aa+Cleve,150", "Aa+Cleve,inf"), (), ["line 6, column cost", "'inf' is not a number"]),
        (("Beek,100", "Aa,100"), (), ["line 3, column coalition", "Aa stands in line 2 too"]),
        (("Cleve+Beek", "Beek+Aa"), (), ["line 7, column coalition", "Beek+Aa stands in line 5 too"]),
        (("Aa+Cleve", "Aa+Aa"), (), ["line 6, column coalition", "Aa stands twice"]),
        (("Aa+Cleve", "Aa+"), (), ["line 6, column coalition", "a member without a name"]),
        (("Beek,100,1", "Beek,100,-1"), (), ["line 3, column weight", "-1 is below 0"]),
        (("Beek,100,1", "Beek,100,"), (), ["line 3, column weight", "weight of Beek is missing"]),
        (("Aa+Beek,140,", "Aa+Beek,140,4"), (), ["line 5, column weight", "more members"]),
        (("coalition", "group"), (), ["line 1", "no column 'coalition'"]),
        (("cost", "price"), (), ["line 1", "no column 'cost'"]),
        (("cost", "worth"), (), ["line 1", "Add --benefit"]),
        (("", ""), ("--benefit",), ["line 1", "needs a column 'worth'"]),
        (("", ""), ("--method", "shaply"), ["no key 'shaply'", "shapley"]),
        (("", ""), ("--round", "0"), ["cannot be rounded to 0"]),
        (("", ""), ("--unit", "10"), ["a unit is for a formula"]),
        (("", ""), ("--orders", "100"), ["random orders is for a formula"]),
        (("", ""), ("--seed", "-1"), ["seed is -1"]),
        (("", ""), ("--task", "7.3", "--members", "Aa,Beek"), ["a file and a task"]),
    ],
)
def test_bad_input_gets_one_message_with_its_place_and_nothing_else(ask, change, words, said):
    text = GAME.replace(*change, 1) if change[0] else GAME
    assert (text != GAME) == bool(change[0])
    status, out, err = ask(text, *words, "--format", "json")
    assert (status, out) == (2, "")
    assert "Traceback" not in err
    for part in said:
        assert part in err


def changed(path, value):
    found = json.loads(json.dumps(FORMULA))
    holder = found
    for key in path[:-1]:
        holder = holder[key]
    if value is None:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return json.dumps(found, indent=1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (changed(("cost", "formula"), "fixed + __import__('os').getpid()"), ["line 14, column 23", "not arithmetic"]),
        (changed(("cost", "formula"), "fixed + max(weight, 3)"), ["line 14, column 23", "'max(weight, 3)'"]),
        (changed(("cost", "formula"), "fixed + price * weight"), ["line 14, column 23", "'price' has no value"]),
        (changed(("cost", "formula"), "fixed * (weight"), ["line 14, column 23", "cannot be read"]),
        (changed(("cost", "formula"), "fixed / (weight - 12000)"), ["no number for A (weight 12000, members 1)"]),
        (changed(("cost", "formula"), "9 ** 9 ** 9 ** weight"), ["no number for A"]),
        (changed(("cost", "formula"), 3), ["line 14, column 14", "a number, not text"]),
        (changed(("cost", "fixed"), "much"), ["line 15, column 12", "text, not a number"]),
        (changed(("cost", "weight"), 4), ["line 17, column 3", "'weight' has a meaning of its own"]),
        (changed(("cost", "a b"), 4), ["line 17, column 3", "cannot be used in a formula"]),
        (changed(("members", "B", "weight"), -3), ["line 7, column 14", "weight of B is below 0"]),
        (changed(("members", "B", "weight"), "3"), ["line 7, column 14", "text, not a number"]),
        (changed(("members", "B", "weight"), None), ["line 6, column 8", "B has no weight"]),
        (changed(("members", "B", "wieght"), 3), ["line 8, column 4", "'wieght' means nothing"]),
        (changed(("members", "B"), 3), ["line 6, column 8", "not an object"]),
        (changed(("members",), None), ["no members"]),
        (changed(("cost",), None), ["no 'cost'"]),
        (changed(("costs",), 3), ["'costs' means nothing here"]),
        (json.dumps(FORMULA, indent=1).replace('"B"', '"A"'), ["line 6, column 3", "'A' stands there more than once"]),
        (
            json.dumps(FORMULA).replace("9.5", "NaN"),
            [f"column {json.dumps(FORMULA).index('9.5') + 1}:", "NaN is no number"],
        ),
        (json.dumps(FORMULA)[:-2], ["line 1", "breaks off"]),
        (json.dumps(FORMULA)[:-9], ["line 1", "no JSON from here on"]),
        ('{"cost": {"A": 1, "B": 2, "A+C": 3}}', ["line 1, column 27", "'C' in A+C"]),
        ('{"cost": {"A": 1, "B": 2}}', ["line 1, column 10", "cost of A+B is missing"]),
        ('{"cost": {"A": 1, "B": true, "A+B": 2}}', ["line 1, column 24", "true or false, not a number"]),
        ('{"members": ["A", "B", "A"], "cost": {"formula": "members"}}', ["line 1, column 24", "more than once"]),
    ],
)
def test_bad_json_gets_one_message_with_its_place(ask, text, said):
    status, out, err = ask(text, "--format", "json", name="game.json")
    assert (status, out) == (2, "")
    assert "Traceback" not in err
    for part in said:
        assert part in err


def test_twenty_six_members_as_a_table_are_refused(ask):
    rows = as_csv({f"M{number}": 1 for number in range(26)})
    status, out, err = ask(rows)
    assert (status, out) == (2, "")
    assert "lines 2 to 27, column coalition: 26 members" in err
    status, out, err = ask({"cost": {f"M{number}": 1 for number in range(26)}}, name="game.json")
    assert (status, out) == (2, "")
    assert "line 1, column 10: 26 members" in err


def test_without_a_file_or_a_task_nothing_is_asked(capsys):
    assert main(["share"]) == 2
    assert "no game is given" in capsys.readouterr().err
    assert main(["share", "--task", "7.3"]) == 2
    assert "go together" in capsys.readouterr().err


def test_the_csv_has_a_row_per_key_and_member(ask, answer):
    status, out, err = ask(GAME, "--format", "csv", "--round", "0.01")
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    found = answer(GAME, "--round", "0.01")["methods"]
    assert len(rows) == 30
    for row in rows:
        item = found[row["method"]]
        assert float(row["share"]) == item["shares"][row["member"]]
        assert float(row["share_rounded"]) == item["shares_rounded"][row["member"]]
        assert row["in_core"] == str(item["in_core"])
    assert "Note:" in err


def test_the_tables_fit_a_narrow_screen_and_say_who_would_leave(ask, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    status, out, err = ask(GAME.replace("100,", "1234567,", 1))
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    text = " ".join(out.split())
    for part in ("for leaving", "Shapley", "derived", "Its gain: what the group would gain by leaving"):
        assert part in text


def test_help_explains_itself_with_an_example(capsys):
    assert main(["share", "--help"]) == 0
    assert "verband share game.csv --method shapley" in " ".join(capsys.readouterr().out.split())


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def example(tmp_path, monkeypatch):
    """A folder with the files of the page."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "collection.csv").write_text(blocks("csv")[0], encoding="utf-8")
    (tmp_path / "service.json").write_text(blocks("json")[0], encoding="utf-8")


@pytest.mark.usefixtures("example")
def test_the_example_of_the_page_comes_out_as_printed(capsys):
    shown = blocks("console")
    assert shown
    for block in shown:
        command, printed = block.split("\n", maxsplit=1)
        assert main(shlex.split(command.removeprefix("$ verband "))) == 0
        out = capsys.readouterr().out
        assert [line.rstrip() for line in out.rstrip().splitlines()] == printed.rstrip().splitlines()


@pytest.mark.usefixtures("example")
def test_the_python_of_the_page_runs():
    for block in blocks("python"):
        exec(compile(block, str(PAGE), "exec"), {})
