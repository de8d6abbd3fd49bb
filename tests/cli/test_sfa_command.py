"""``verband sfa``: printed results through the command, the contract of its JSON, and what bad input gets."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from verband.analysis.stochastic_frontier import answer_sfa
from verband.cli.entry import main

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "methods" / "stochastic-frontier.md"
KEYS = [
    "n", "coefficients", "determinants", "sigma_sq", "sigma_sq_se", "gamma", "gamma_se", "mu", "mu_se", "eta", "eta_se",
    "log_likelihood", "log_likelihood_ols", "lr_statistic", "lr_df", "lr_p_value", "mean_efficiency", "efficiencies",
    "efficiency_interval", "converged", "warnings", "model", "distribution", "cost", "log", "firms", "boundary", "kind",
    "file", "remarks", "set_aside",
]  # fmt: skip


@pytest.fixture
def ask(capsys):
    def ask(path, *words):
        status = main(["sfa", str(path), *words, "--format", "json"])
        found = capsys.readouterr()
        assert status == 0, found.err
        return json.loads(found.out)

    return ask


@pytest.fixture
def refusal(capsys):
    def refusal(path, *words):
        status = main(["sfa", str(path), *words])
        found = capsys.readouterr()
        assert (status, found.out) == (2, "")
        assert "Traceback" not in found.err
        return found.err

    return refusal


def rows(seed=3, firms=25, years=4):
    """Text of an invented panel: name, year, output, two inputs, a circumstance."""
    rng = np.random.default_rng(seed)
    own = np.abs(rng.normal(0, 0.5, firms))
    lines = []
    for firm in range(firms):
        for year in range(years):
            k, m, z = np.exp(rng.normal(2, 0.5)), np.exp(rng.normal(1, 0.4)), rng.normal()
            q = np.exp(0.5 + 0.4 * np.log(k) + 0.5 * np.log(m) + 0.1 * rng.normal() - own[firm])
            lines.append(f"F{firm:02d},{2001 + year},{q:.6f},{k:.6f},{m:.6f},{z:.6f}")
    return lines


HEADER = "firm,year,q,k,m,z"


def written(folder, lines, header=HEADER, name="firms.csv"):
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


CROSS = ("--y", "q", "--x", "k,m", "--log")
PANEL = (*CROSS, "--id", "firm", "--time", "year")


# Printed results


@pytest.fixture(scope="module")
def folder(published_folder):
    found = published_folder / "published"
    if not (found / "sfa.json").is_file():
        pytest.skip(f"PUBLISHED RESULTS MISSING: no sfa.json in {found}")
    return found


@pytest.fixture(scope="module")
def cases(folder):
    with (folder / "sfa.json").open(encoding="utf-8") as stream:
        return {case["id"]: case for case in json.load(stream)["cases"]}


@pytest.mark.published
def test_the_first_example_of_frontier_comes_out_as_printed(ask, folder, cases):
    """Its program stops at a relative 1e-5, so that much is the digits that print can give (tests/published)."""
    printed = cases["front41_eg1"]["published"]
    found = ask(folder / "front41Data.csv", "--y", "output", "--x", "capital,labour", "--log")
    assert list(found["coefficients"]) == ["intercept", "capital", "labour"]
    ml = printed["ml"]
    estimates = [item["estimate"] for item in found["coefficients"].values()]
    np.testing.assert_allclose(
        [*estimates, found["sigma_sq"], found["gamma"]], [*ml["beta"], ml["sigmaSq"], ml["gamma"]], rtol=1e-5, atol=5e-7
    )
    # Print holds an approximation to the Hessian, off by up to 1.6% here.
    errors = [*(item["se"] for item in found["coefficients"].values()), found["sigma_sq_se"], found["gamma_se"]]
    np.testing.assert_allclose(errors, [*ml["se"], ml["sigmaSq_se"], ml["gamma_se"]], rtol=0.016)
    assert found["log_likelihood"] == pytest.approx(ml["logLik"], abs=5e-6)
    assert found["log_likelihood_ols"] == pytest.approx(printed["ols"]["logLik"], abs=1e-5)
    assert found["lr_statistic"] == pytest.approx(printed["lr_one_sided"], abs=1e-5)
    assert (found["n"], found["lr_df"], round(found["lr_p_value"], 3)) == (60, printed["lr_df"], 0.046)
    own = [item["efficiency"] for item in found["efficiencies"]]
    np.testing.assert_allclose(own, printed["efficiencies"], atol=2e-6)
    assert found["mean_efficiency"] == pytest.approx(printed["mean_efficiency"], abs=1e-6)
    assert (found["converged"], found["warnings"], found["determinants"]) == (True, [], None)


@pytest.mark.published
def test_the_rice_farms_with_decay_come_out_as_another_program_gives_them(ask, folder, cases):
    other = cases["rice_panel_timevar"]["recomputed"]["R_frontier"]
    words = ("--y", "PROD", "--x", "AREA,LABOR,NPK", "--log", "--id", "FMERCODE", "--time", "YEARDUM", "--decay")
    found = ask(folder / "riceProdPhil.csv", *words)
    estimates = [item["estimate"] for item in found["coefficients"].values()]
    same = [*estimates, found["sigma_sq"], found["gamma"], found["eta"]]
    # That program stops at a relative 1e-5 of its parameters, in a flat likelihood.
    np.testing.assert_allclose(same, list(other["coef"].values()), rtol=2e-4)
    errors = [*(item["se"] for item in found["coefficients"].values()), found["sigma_sq_se"], found["gamma_se"]]
    np.testing.assert_allclose([*errors, found["eta_se"]], list(other["se"].values()), rtol=0.02)
    assert found["log_likelihood"] == pytest.approx(other["logLik"], abs=1e-5)
    assert found["log_likelihood_ols"] == pytest.approx(other["logLikOLS"], abs=1e-9)
    assert (found["n"], found["firms"], found["lr_df"]) == (344, 43, 2)
    with (folder / "riceProdPhil.csv").open(encoding="utf-8", newline="") as stream:
        given = [(row["FMERCODE"], float(row["YEARDUM"])) for row in csv.DictReader(stream)]
    assert [(item["id"], item["time"]) for item in found["efficiencies"]] == given


# The contract of the JSON


def test_the_json_holds_exactly_these_names(ask, tmp_path):
    path = written(tmp_path, rows())
    for words in (CROSS, PANEL, (*PANEL, "--decay"), (*PANEL, "--determinants", "z"), (*CROSS, "--cost")):
        found = ask(path, *words)
        assert list(found) == KEYS
        assert {frozenset(item) for item in found["coefficients"].values()} == {frozenset({"estimate", "se"})}
        assert [list(item) for item in found["efficiencies"]] == [["id", "time", "efficiency", "cost_ratio"]] * 100
        interval = found["efficiency_interval"]
        assert [len(interval["low"]), len(interval["high"]), interval["level"]] == [100, 100, 0.95]
        for item, low, high in zip(found["efficiencies"], interval["low"], interval["high"], strict=True):
            assert 0 < low <= item["efficiency"] <= high <= 1


def test_what_does_not_apply_is_null(ask, tmp_path):
    path = written(tmp_path, rows())
    nothing = dict.fromkeys(("determinants", "mu", "mu_se", "eta", "eta_se"))
    cross = ask(path, *CROSS)
    assert {name: cross[name] for name in nothing} == nothing
    assert {(item["time"], item["cost_ratio"]) for item in cross["efficiencies"]} == {(None, None)}
    assert [item["id"] for item in cross["efficiencies"][:3]] == ["1", "2", "3"]
    decay = ask(path, *PANEL, "--decay")
    assert decay["eta"] is not None
    assert decay["mu"] is None
    truncated = ask(path, *PANEL, "--distribution", "truncated-normal")
    assert truncated["mu"] is not None
    assert truncated["eta"] is None
    effects = ask(path, *PANEL, "--determinants", "z")
    assert list(effects["determinants"]) == ["intercept", "z"]
    assert effects["mu"] is None
    cost = ask(path, *CROSS, "--cost")
    assert all(item["cost_ratio"] >= 1 / item["efficiency"] - 1e-12 for item in cost["efficiencies"])


@pytest.mark.parametrize(
    "words", [CROSS, PANEL, (*PANEL, "--decay"), (*PANEL, "--determinants", "z")], ids=lambda words: words[-1]
)
def test_shuffled_rows_keep_their_efficiency_and_stand_in_the_order_of_the_file(ask, tmp_path, words):
    lines = rows()
    order = np.random.default_rng(0).permutation(len(lines))
    first = ask(written(tmp_path, lines), *words)
    second = ask(written(tmp_path, [lines[at] for at in order], name="shuffled.csv"), *words)
    own = [item["efficiency"] for item in first["efficiencies"]]
    np.testing.assert_allclose([item["efficiency"] for item in second["efficiencies"]], np.array(own)[order], rtol=1e-6)
    if "--id" in words:
        names = [(item["id"], item["time"]) for item in second["efficiencies"]]
        assert names == [(lines[at][:3], int(lines[at][4:8])) for at in order]
    assert second["log_likelihood"] == pytest.approx(first["log_likelihood"], abs=1e-8)


def test_the_same_command_gives_the_same_bytes(capsys, tmp_path):
    path = written(tmp_path, rows())
    answers = []
    for _ in range(2):
        assert main(["sfa", str(path), *PANEL, "--decay", "--format", "json"]) == 0
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1]


# Other forms of the answer


def test_the_csv_holds_a_row_per_row_of_the_file(capsys, tmp_path, ask):
    path = written(tmp_path, rows())
    whole = ask(path, *PANEL)
    assert main(["sfa", str(path), *PANEL, "--format", "csv"]) == 0
    found = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert list(found[0]) == ["id", "time", "efficiency", "low", "high", "cost_ratio"]
    assert [float(item["efficiency"]) for item in found] == [item["efficiency"] for item in whole["efficiencies"]]
    assert [float(item["low"]) for item in found] == whole["efficiency_interval"]["low"]


def test_the_table_says_in_a_sentence_whether_there_is_inefficiency(capsys, tmp_path):
    path = written(tmp_path, rows())
    assert main(["sfa", str(path), *PANEL]) == 0
    shown = capsys.readouterr()
    text = " ".join(shown.out.split())
    assert "Inefficiency was found (at 5%)." in text
    assert "Efficiency of 25 firms" in text
    assert "25 firms that keep their inefficiency" in text
    assert shown.err == ""
    assert main(["sfa", str(path), "--y", "q", "--x", "k,m", "--log", "--cost"]) == 0
    shown = capsys.readouterr()
    assert "No inefficiency was shown (at 5%): do not rank" in " ".join(shown.out.split())
    assert "Warning: The residuals of least squares are skewed to the left" in shown.err


def test_a_fit_without_a_maximum_says_that_it_tells_nothing(capsys, tmp_path, monkeypatch):
    def unfinished(*given):
        return replace(answer_sfa(*given), converged=False, warnings=("No maximum was found.",))

    monkeypatch.setattr("verband.analysis.stochastic_frontier.answer_sfa", unfinished)
    assert main(["sfa", str(written(tmp_path, rows())), *PANEL]) == 0
    shown = capsys.readouterr()
    assert "Whether there is inefficiency cannot be told from this fit" in " ".join(shown.out.split())
    assert "Warning: No maximum was found." in shown.err


def test_wrong_skewness_and_an_edge_warn_and_are_no_fault(ask, capsys, tmp_path):
    rng = np.random.default_rng(7)
    lines = [f"{abs(rng.normal()):.6f},{rng.normal():.6f}" for _ in range(60)]
    found = ask(written(tmp_path, lines, "y,x"), "--y", "y", "--x", "x")
    assert found["boundary"] == "no inefficiency"
    assert (found["lr_statistic"], found["lr_p_value"], found["mean_efficiency"], found["gamma"]) == (0, 1, 1, 0)
    assert [found["sigma_sq_se"], found["gamma_se"], found["coefficients"]["intercept"]["se"]] == [None] * 3
    assert any("the wrong way for a production frontier" in warning for warning in found["warnings"])
    # Without noise: all that deviates lies below the line.
    x = rng.normal(size=60)
    lines = [f"{a - abs(rng.normal()):.6f},{a:.6f}" for a in x]
    edge = ask(written(tmp_path, lines, "y,x"), "--y", "y", "--x", "x")
    assert edge["boundary"] == "no noise"
    assert any("without noise" in warning for warning in edge["warnings"])


def test_decimal_commas_and_a_byte_order_mark_are_accepted_and_said(ask, capsys, tmp_path):
    lines = rows()
    plain = ask(written(tmp_path, lines), *PANEL)
    path = tmp_path / "dutch.csv"
    text = "\n".join([HEADER, *lines]).replace(",", ";").replace(".", ",")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    found = ask(path, *PANEL)
    assert {**found, "remarks": [], "file": ""} == {**plain, "file": ""}
    said = "; ".join(found["remarks"])
    assert "byte order mark" in said
    assert "column q: decimal commas were read" in said
    assert main(["sfa", str(path), *PANEL]) == 0
    assert "dutch.csv: column q: decimal commas were read" in capsys.readouterr().err


@pytest.mark.parametrize("cell", ["0", "-2", ""])
def test_a_row_without_a_logarithm_is_refused_or_set_aside_by_name(ask, refusal, tmp_path, cell):
    lines = rows()
    cells = lines[4].split(",")
    damaged = [*lines[:4], ",".join([*cells[:3], cell, *cells[4:]]), *lines[5:]]
    path = written(tmp_path, damaged)
    assert "firms.csv, line 6, column k: " in refusal(path, *PANEL)
    found = ask(path, *PANEL, "--set-aside")
    clean = ask(written(tmp_path, [*lines[:4], *lines[5:]], name="clean.csv"), *PANEL)
    assert [(item["line"], item["id"]) for item in found["set_aside"]] == [(6, cells[0])]
    assert "k is" in found["set_aside"][0]["reason"]
    assert found["efficiencies"] == clean["efficiencies"]
    # Rows without a name keep the number that they have in the file.
    numbered = ask(path, *CROSS, "--set-aside")
    assert [(item["line"], item["id"]) for item in numbered["set_aside"]] == [(6, None)]
    assert [item["id"] for item in numbered["efficiencies"][:6]] == ["1", "2", "3", "4", "6", "7"]


# Bad input


def changed(line, column, value):
    """Rows with one cell changed; lines as in the file."""
    lines = rows()
    cells = lines[line - 2].split(",")
    cells[HEADER.split(",").index(column)] = value
    lines[line - 2] = ",".join(cells)
    return lines


def extended(make):
    return [f"{line},{make(line)}" for line in rows()]


BAD = {
    "a missing number": (changed(5, "m", ""), HEADER, PANEL, ("line 5, column m", "missing")),
    "a missing determinant": (
        changed(5, "z", "NA"),
        HEADER,
        (*PANEL, "--determinants", "z"),
        ("line 5, column z", "missing"),
    ),
    "a missing period": (changed(5, "year", ""), HEADER, PANEL, ("line 5, column year", "missing")),
    "a missing name": (changed(5, "firm", ""), HEADER, PANEL, ("line 5, column firm", "missing")),
    "zero": (changed(7, "k", "0"), HEADER, CROSS, ("line 7, column k", "0 is not above 0")),
    "a negative number": (changed(7, "q", "-1.5"), HEADER, CROSS, ("line 7, column q", "-1.5 is not above 0")),
    "text": (changed(9, "k", "many"), HEADER, CROSS, ("line 9, column k", "'many' is not a number")),
    "a constant column": (
        extended(lambda line: 5),
        f"{HEADER},c",
        ("--y", "q", "--x", "k,c", "--log"),
        ("line 2 to 101, column c", "is 5 in every row"),
    ),
    "collinear columns": (
        extended(lambda line: 2 * float(line.split(",")[3])),
        f"{HEADER},twice",
        ("--y", "q", "--x", "m,k,twice", "--log"),
        ("line 2 to 101, column twice", "from k (in logarithms)"),
    ),
    "fewer rows than parameters": (rows()[:4], HEADER, CROSS, ("line 2 to 5", "4 rows are too few for 5 parameters")),
    "one row": (rows()[:1], HEADER, CROSS, ("line 2", "1 row is too few for 5 parameters")),
    "a pair twice": (
        changed(4, "year", "2002"),
        HEADER,
        PANEL,
        ("line 4, column firm", "F00 in 2002 stands in line 3 too"),
    ),
    "a pair twice with determinants": (
        changed(4, "year", "2002"),
        HEADER,
        (*PANEL, "--determinants", "z"),
        ("line 4, column firm", "stands in line 3 too"),
    ),
    "a name twice": (rows(), HEADER, (*CROSS, "--id", "firm"), ("line 3, column firm", "F00 stands in line 2 too")),
    "one firm": (rows(firms=1, years=20), HEADER, PANEL, ("line 2 to 21, column firm", "all rows are of F00")),
    "one period": (
        rows(firms=20, years=1),
        HEADER,
        (*PANEL, "--decay"),
        ("line 2 to 21, column year", "all rows are of 2001"),
    ),
    "decay with determinants": (rows(), HEADER, (*PANEL, "--decay", "--determinants", "z"), ("two different models",)),
    "decay without time": (rows(), HEADER, (*CROSS, "--decay"), ("decay needs a panel",)),
    "time without id": (rows(), HEADER, (*CROSS, "--time", "year"), ("without an id",)),
    "y among x": (rows(), HEADER, ("--y", "q", "--x", "k,q"), ("column q is y and stands in x too",)),
    "an unknown column": (rows(), HEADER, ("--y", "q", "--x", "k,mm"), ("no column 'mm'", "Did you mean m?")),
    "an unknown determinant": (rows(), HEADER, (*CROSS, "--determinants", "zz"), ("no column 'zz'",)),
    "a name that is empty": (rows(), HEADER, ("--y", "q", "--x", "k,,m"), ("names a column without a name",)),
    "an exponential panel": (
        rows(),
        HEADER,
        (*PANEL, "--distribution", "exponential"),
        ("not exponential",),
    ),
    "an unknown distribution": (rows(), HEADER, (*CROSS, "--distribution", "gamma"), ("--distribution",)),
    "a perfect fit": (
        extended(lambda line: 3 * float(line.split(",")[3])),
        f"{HEADER},same",
        ("--y", "same", "--x", "k", "--log"),
        ("line 2 to 101, column same", "without any error"),
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_message_with_its_place_and_nothing_on_standard_output(refusal, tmp_path, case):
    lines, header, words, said = BAD[case]
    message = refusal(written(tmp_path, lines, header), *words)
    for part in said:
        assert part in message


def test_a_file_that_is_not_there_is_a_plain_fault(refusal, tmp_path):
    assert "nothing.csv" in refusal(tmp_path / "nothing.csv", *CROSS)


def test_a_column_with_a_comma_in_its_name_stands_between_quotes(ask, tmp_path):
    lines = [line.replace(",", ";") for line in rows()]
    plain = ask(written(tmp_path, lines, HEADER.replace(",", ";")), "--y", "q", "--x", "k,m", "--log")
    path = written(tmp_path, lines, "firm;year;q;k, gross;m;z")
    found = ask(path, "--y", "q", "--x", '"k, gross",m', "--log")
    assert list(found["coefficients"]) == ["intercept", "k, gross", "m"]
    assert found["efficiencies"] == plain["efficiencies"]


# Documentation


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)\n```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def test_the_example_of_the_page_gives_what_the_page_shows(tmp_path, monkeypatch, capsys):
    (file,), (command,), (table, _) = blocks("csv"), blocks("sh"), blocks("text")
    (tmp_path / "pools.csv").write_text(file + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    assert command.startswith("verband ")
    assert main(command.split()[1:]) == 0
    shown = capsys.readouterr()
    assert [line.rstrip() for line in shown.out.rstrip().splitlines()] == table.splitlines()
    assert shown.err == ""


def test_the_python_of_the_page_gives_what_the_page_shows(tmp_path, monkeypatch, capsys):
    (file,), (program,), (_, printed) = blocks("csv"), blocks("python"), blocks("text")
    (tmp_path / "pools.csv").write_text(file + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "page", "exec"), {})
    assert capsys.readouterr().out.rstrip() == printed


def test_the_page_names_every_key_of_the_json_and_its_links_lead_somewhere():
    text = PAGE.read_text(encoding="utf-8")
    known = {name.removesuffix("_se") for name in KEYS}
    assert [name for name in known if f"`{name}`" not in text] == []
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (PAGE.parent / target).exists()
