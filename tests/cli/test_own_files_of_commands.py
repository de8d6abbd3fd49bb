"""Own files of ``share``, ``influence``, ``continuity``: templates that read back, files to write, options as said."""

from __future__ import annotations

import csv
import json

import fastexcel
import pytest

from verband.cli.entry import main

GAME = "combinatie;kosten;gewicht;nu\nAa;100,5;3;70\nBeek;100;1;90\nAa+Beek;140;;\n"
BOARD = "deelnemer;stemmen;inwoners;bijdrage\nAa;4;38.000;1.150.000\nBeek;4;36.500;1.100.000\nFort;1;8.000;240.000\n"
FUNCTIONS = "functie;medewerkers;minimaal_nodig;korte_afwezigheden_per_jaar\nGriffier;1;1;1,0\nOntvanger;2;1;1,2\n"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a command in an empty folder; give status, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    for name, content in (("game.csv", GAME), ("board.csv", BOARD), ("staff.csv", FUNCTIONS)):
        (tmp_path / name).write_text(content, encoding="utf-8-sig")

    def ask(*words):
        status = main(list(words))
        out, err = capsys.readouterr()
        return status, out, err

    return ask


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("command", "more"), [("share", []), ("influence", ["--quota", "3", "--stake", "contribution"]), ("continuity", [])]
)
def test_a_template_filled_in_with_its_example_is_read(run, tmp_path, command, more, ending, language):
    status, out, _ = run("template", command, "--to", ending, "--lang", language)
    assert (status, f"verband {command} {command}.{ending}" in out) == (0, True)
    text = tmp_path / "text.csv"
    assert run("template", command, "--lang", language, "--out", str(text))[0] == 0
    lines = text.read_text(encoding="utf-8-sig").splitlines()
    if ending == "xlsx":
        assert fastexcel.read_excel(tmp_path / f"{command}.xlsx").load_sheet(0).to_polars().columns == lines[-1].split(
            ";"
        )
    example = lines[-2].removeprefix("# ")
    rows = [example]
    if command == "share":
        _, cost, *rest = example.split(";")
        rows += [";".join(["B", cost, *rest]), f"Aard+B;{cost};;"]
    filled = tmp_path / "filled.csv"
    filled.write_text("\n".join([*lines, *rows]), encoding="utf-8-sig")
    status, out, err = run(command, str(filled), *more)
    assert (status, "defaults" in err) == (0, False), err
    assert out


def test_dutch_files_give_the_figures_of_plain_ones(run, tmp_path):
    (tmp_path / "plain.csv").write_text(
        "name,votes,inhabitants,contribution\nAa,4,38000,1150000\nBeek,4,36500,1100000\nFort,1,8000,240000\n",
        encoding="utf-8",
    )
    words = ["--quota", "5", "--stake", "contribution", "--format", "json"]
    dutch, plain = (json.loads(run("influence", name, *words)[1]) for name in ("board.csv", "plain.csv"))
    assert dutch["members"] == plain["members"]


@pytest.mark.parametrize(
    ("share", "votes"), [("majority", 5), ("1/2", 5), ("2/3", 6), ("66,7%", 7), ("100%", 9), ("6", 6)]
)
def test_a_quota_as_a_share_is_the_least_whole_number_of_votes(run, share, votes):
    found = json.loads(run("influence", "board.csv", "--quota", share, "--format", "json")[1])
    assert found["quota"] == votes


def test_a_second_quota_as_a_share_is_of_the_second_votes(run):
    words = ["--quota", "majority", "--second-votes", "inwoners", "--second-quota", "2/3", "--format", "json"]
    assert json.loads(run("influence", "board.csv", *words)[1])["second_quota"] == 55000


@pytest.mark.parametrize("quota", ["3/2", "0/3", "1/0", "a/b", "0%", "101%"])
def test_a_quota_that_is_no_share_is_refused(run, quota):
    status, out, err = run("influence", "board.csv", "--quota", quota)
    assert (status, out) == (2, "")
    assert "is no quota" in err


def test_a_share_of_votes_with_decimals_is_refused(run, tmp_path):
    (tmp_path / "half.csv").write_text("name,votes\nA,1.5\nB,2\n", encoding="utf-8")
    status, _, err = run("influence", "half.csv", "--quota", "2/3")
    assert (status, "not all votes are whole numbers" in err) == (2, True)


def test_amounts_of_options_with_a_comma_and_shares_with_a_percent_sign(run):
    words = ["--format", "json", "--target"]
    found = [run("continuity", "staff.csv", *words, target)[1] for target in ("0.01", "0,01", "1%")]
    assert found[0] == found[1] == found[2]
    assert json.loads(found[0])["target"]["gap_share"] == 0.01


def test_thousands_in_a_price_are_asked(run):
    status, _, err = run("continuity", "staff.csv", "--target", "1%", "--holder-cost", "95.000")
    assert (status, "95.000 can be thousands or decimals" in err) == (2, True)


def test_methods_with_commas_between(run):
    found = json.loads(run("share", "game.csv", "--method", "shapley, tau", "--format", "json")[1])
    assert list(found["methods"]) == ["shapley", "tau"]


def test_what_is_paid_today_stands_beside_the_keys(run):
    _, out, _ = run("share", "game.csv", "--method", "shapley")
    assert out.splitlines()[0].split() == ["Member", "Alone", "Today", "Shapley"]
    assert "70" in out.splitlines()[2].split()


def test_a_coalition_written_in_words_is_recognised(run, tmp_path):
    (tmp_path / "words.csv").write_text(GAME.replace("Aa+Beek", "Aa en Beek"), encoding="utf-8")
    status, _, err = run("share", "words.csv")
    assert (status, "line 4, column coalition: 'Aa en Beek'" in err, "Write Aa+Beek" in err) == (2, True, True)


def test_a_file_pooled_with_itself_is_refused(run):
    status, out, err = run("continuity", "staff.csv", "--pool", "./staff.csv")
    assert (status, out) == (2, "")
    assert "its people would count twice" in err


def test_gap_days_stand_with_their_range(run):
    found = json.loads(run("continuity", "staff.csv", "--format", "json")[1])
    low, high = found["expected_gap_days_per_year_range"]
    assert low == pytest.approx(365 * sum(item["gap_share_low"] for item in found["functions"]))
    assert high == pytest.approx(365 * sum(item["gap_share_high"] for item in found["functions"]))
    assert low < found["expected_gap_days_per_year"] < high
    shown = " ".join(run("continuity", "staff.csv")[1].split())
    assert f"({low:.1f} to {high:.1f}) gap days a year".replace(".", ",") in shown


ASKED = [
    ("share", ["share", "game.csv"], "shares"),
    ("influence", ["influence", "board.csv", "--quota", "5"], "members"),
    ("continuity", ["continuity", "staff.csv", "--target", "1%"], "functions"),
    ("model", ["continuity", "--model", "erlang-b", "--load", "2", "--servers", "3"], "model"),
]


@pytest.mark.parametrize(("name", "words", "sheet"), ASKED, ids=[item[0] for item in ASKED])
def test_the_answer_in_a_file_is_the_answer(run, tmp_path, name, words, sheet):
    for ending in ("json", "csv", "xlsx"):
        status, _, err = run(*words, "--out", f"{name}.{ending}")
        assert (status, f"Wrote {name}.{ending}" in err) == (0, True)
    assert json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8")) == json.loads(
        run(*words, "--format", "json")[1]
    )
    book = fastexcel.read_excel(tmp_path / f"{name}.xlsx")
    assert (book.sheet_names[0], book.sheet_names[-1]) == (sheet, "notes")
    rows = list(csv.reader((tmp_path / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
    frame = book.load_sheet(0).to_polars()
    assert (frame.columns, frame.height) == (rows[0], len(rows) - 1)
    if name != "model":
        assert (tmp_path / f"{name}.csv").read_text(encoding="utf-8") == run(*words, "--format", "csv")[1]
    assert book.load_sheet("notes", header_row=None).to_polars().height > 0
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.parametrize(
    ("out", "what"),
    [("a.pdf", "ends in '.pdf'"), ("none/a.xlsx", "no such folder"), ("board.csv", "there already")],
)
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_shown(run, tmp_path, out, what):
    status, shown, err = run("influence", "board.csv", "--quota", "5", "--out", out)
    assert (status, shown, what in err) == (2, "", True)
    assert (tmp_path / "board.csv").read_text(encoding="utf-8-sig") == BOARD
