"""The command: fast answers, one plain message for every fault, whatever becomes of its streams."""

import importlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from verband import __version__
from verband.cli.app import application, help_text
from verband.cli.entry import HELP_FILE, main
from verband.cli.place import FICTIONAL

START = [sys.executable, "-c", "from verband.cli.entry import run; run()"]


def verband(*words, env=None, **options):
    return subprocess.run(
        [*START, *map(os.fspath, words)],
        capture_output="stdout" not in options,
        env={**os.environ, **(env or {})},
        check=False,
        timeout=120,
        **options,
    )


def one_message(process, status=2):
    text = process.stderr.decode()
    assert process.returncode == status, text
    assert text.startswith("verband: "), text
    assert text.count("\n") == 1, text
    assert "Traceback" not in text
    assert "fault in Verband" not in text
    return text


@pytest.fixture(scope="module")
def workspace(few_sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("held") / "workspace"
    assert verband("load", few_sample, "--workspace", folder).returncode == 0
    return folder


@pytest.fixture(scope="module")
def few_sample(sample_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("few")
    for name in ("prijzen", "herindelingen"):
        shutil.copytree(sample_folder / name, folder / name)
    (folder / "iv3").mkdir()
    for name in ("gemeenten.csv", "inwoners.csv", "kerncijfers.csv", "taakvelden.csv", "lasten_per_taakveld.csv.gz"):
        shutil.copy2(sample_folder / "iv3" / name, folder / "iv3" / name)
    return folder


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["-h"], ["help"], []])
def test_fast_answers_import_nothing_heavy(words):
    code = (
        "import sys; from verband.cli.entry import main; status = main(sys.argv[1:]);"
        "heavy = {'polars', 'duckdb', 'typer', 'rich', 'numpy', 'pyarrow', 'pathlib', 'verband.workspace'};"
        "sys.exit(status or ', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    found = subprocess.run(
        [sys.executable, "-S", "-c", code, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert found.returncode == 0, found.stderr
    assert (f"verband {__version__}" if words == ["--version"] else "Usage: verband") in found.stdout


def test_the_stored_help_is_that_of_the_commands():
    assert Path(HELP_FILE).read_text(encoding="utf-8") == help_text(), (
        "help.txt is not what the commands say; write it anew with: python -c "
        "'from verband.cli.app import help_text; from verband.cli.entry import HELP_FILE; "
        'open(HELP_FILE, "w", encoding="utf-8").write(help_text())\''
    )


def commands():
    return typer.main.get_command(application()).commands


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_explains_itself_with_an_example(name, capsys):
    with pytest.raises(SystemExit) as stopped:
        application()(args=[name, "--help"], prog_name="verband")
    text = capsys.readouterr().out
    assert stopped.value.code == 0
    assert "Example: verband " + name in " ".join(text.split())


@pytest.mark.parametrize("name", ["load", "status", "tables", "municipalities", "arrangements", "series", "national"])
def test_every_command_that_answers_has_format_and_workspace(name):
    options = {option for parameter in commands()[name].params for option in parameter.opts}
    assert {"--format", "--workspace"} <= options


@pytest.mark.parametrize("name", ["undo", "forget", "export"])
def test_every_command_on_a_workspace_names_it(name):
    assert "--workspace" in {option for parameter in commands()[name].params for option in parameter.opts}


@pytest.mark.parametrize(
    "words",
    [
        ["nothing"],
        ["load"],
        ["series", "X"],
        ["national", "--year", "x"],
        ["status", "--format", "yaml"],
        ["status", "--format"],
        ["dossier", "GM9001", "--lang", "de"],
        ["scale", "--nothing"],
        ["scale", "7.3", "7.4"],
        ["template", "nothing"],
        ["export"],
        ["arrangements", "X", "--date", "31-12-2024"],
    ],
)
def test_wrong_words_are_told_with_status_2(words):
    found = verband(*words)
    assert found.stdout == b""
    told = one_message(found)
    assert "--help` says what can be asked." in told
    assert "Value error" not in told


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["series", "Nergenshuizen", "--task", "7.3"], "Nergenshuizen"),
        (["series", "GM9001", "--task", "99.9"], "99.9"),
        (["series", "GM9001", "--task", "7.3", "--boundaries", "2050"], "2050"),
        (["series", "GM9001", "--task", "7.3", "--boundaries", "0"], "no municipality list of 0"),
        (["national", "--year", "2050"], "2050"),
        (["national", "--year", "99999999999999999999"], "99999999999999999999"),
        (["municipalities", "--year", "1066"], "1066"),
        (["export", "nothing"], "nothing"),
        (["forget", "nothing.csv"], "nothing.csv"),
        (["undo"], "no earlier state"),
        *(
            (["scale", "7.3", "--at", wrong], f"--at {wrong} is no number of inhabitants")
            for wrong in ("abc", "-5", "2.5", "20.0000", "20,000", "1e6", "", "\u0665\u0660\u0660")
        ),
        (["scale", "7.3", "--at", "0"], "0 inhabitants is no size of a municipality"),
        (["scale", "7.3", "--at", "99"], "Give 100 to 5.000.000"),
        (["scale", "7.3", "--at", "1.000.000.000.000"], "1.000.000.000.000 inhabitants is no size"),
        (["load", "missing"], "missing"),
        (["arrangements", "GM9001"], "no list of arrangements"),
    ],
)
def test_unknown_things_are_one_message(workspace, words, expected, tmp_path):
    assert expected in one_message(verband(*words, "--workspace", workspace, cwd=tmp_path))


def test_inhabitants_the_dutch_way_are_thousands_and_it_is_said(sample_workspace):
    found = verband("scale", "7.3", "--at", "20.000", "--workspace", sample_workspace.folder, "--format", "json")
    plain = verband("scale", "7.3", "--at", "20000", "--workspace", sample_workspace.folder, "--format", "json")
    assert "--at 20.000 is read as 20000 inhabitants." in found.stderr.decode()
    assert "is read as" not in plain.stderr.decode()
    assert found.stdout == plain.stdout != b""
    assert b'"at_inhabitants": 20000,' in found.stdout


def test_a_workspace_variable_that_points_at_a_file(tmp_path, few_sample):
    (tmp_path / "file").write_bytes(b"x")
    for words in (["status"], ["load", few_sample], ["undo"]):
        found = verband(*words, env={"VERBAND_WORKSPACE": str(tmp_path / "file")})
        assert "a workspace is a folder" in one_message(found)
    assert "verband load" in one_message(verband("status", env={"VERBAND_WORKSPACE": str(tmp_path / "none")}))
    assert not (tmp_path / "none").exists()


def test_a_folder_name_that_is_no_text(tmp_path, few_sample):
    for words in (["load", few_sample], ["status"]):
        process = verband(*words, "--workspace", os.fsencode(tmp_path) + b"/w\xff")
        assert "not valid UTF-8" in one_message(process)
    assert list(tmp_path.iterdir()) == []
    assert "there is no such" in one_message(verband("load", os.fsencode(tmp_path) + b"/w\xff"))


@pytest.mark.parametrize("output", ["table", "json", "csv"])
def test_a_reader_that_goes_away_and_a_closed_output_leave_no_trace(workspace, output):
    command = " ".join(f"'{word}'" for word in START)
    asked = f"series GM9001 --task 7.3 --workspace '{workspace}' --format {output}"
    for shell in (f"{command} {asked} | head -1", f"{command} {asked} | true", f"{command} {asked} >&-"):
        found = subprocess.run(["bash", "-c", shell], capture_output=True, check=False)
        assert found.stderr.decode() in ("", f"{FICTIONAL}\n")
        assert found.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "words", [["--version"], ["--help"], ["series", "--help"], ["series", "GM9001", "--task", "7.3"]]
)
def test_output_that_cannot_be_written_is_one_message(workspace, words):
    with Path("/dev/full").open("wb") as full:
        found = verband(*words, stdout=full, stderr=subprocess.PIPE, env={"VERBAND_WORKSPACE": str(workspace)})
    assert "cannot be written" in one_message(found)


def test_loading_with_all_streams_closed_harms_no_file(few_sample, tmp_path):
    command = " ".join(f"'{word}'" for word in START)
    shell = f"{command} load '{few_sample}' --workspace '{tmp_path}/w' <&- >&- 2>&-"
    assert subprocess.run(["bash", "-c", shell], check=False).returncode == 0
    assert verband("status", "--workspace", tmp_path / "w").returncode == 0


def test_names_with_diacritics_reach_a_pipe_that_claims_ascii(workspace):
    found = verband("municipalities", "--format", "csv", "--workspace", workspace, env={"PYTHONIOENCODING": "ascii"})
    assert found.returncode == 0, found.stderr
    assert "ë".encode() in found.stdout


def limited(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [4096, 1_000_000])
def test_a_full_disk_leaves_the_workspace_as_it_was(workspace, few_sample, tmp_path, size):
    shutil.copytree(workspace, tmp_path / "w")
    few = shutil.copytree(few_sample, tmp_path / "few")
    path = few / "prijzen" / "cpi_jaarmutatie.csv"
    path.write_text(path.read_text().replace("2016,", "2006,"))
    for place in (tmp_path / "w", tmp_path / "new"):
        before = {item.name: item.read_bytes() for item in place.iterdir()} if place.exists() else {}
        found = verband("load", few, "--workspace", place, preexec_fn=limited(size))
        text = one_message(found)
        assert "disk is full" in text
        assert str(tmp_path) in text
        after = {item.name: item.read_bytes() for item in place.iterdir() if item.name != "verband.lock"}
        assert after == {name: content for name, content in before.items() if name != "verband.lock"}
    for output in ("parquet", "csv", "xlsx"):
        words = ["export", "cost_per_task", "--to", output, "--out", tmp_path / "out", "--workspace", workspace]
        if size == 4096:
            assert "cannot be written" in one_message(verband(*words, preexec_fn=limited(size)))
            assert list((tmp_path / "out").iterdir()) == []


def interrupted(folder, place, delay):
    """Send Ctrl-C so many seconds after the command has begun; whether it was in time."""
    program = "from verband.cli.entry import run; print('ready', flush=True); run()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "load", str(folder), "--workspace", str(place)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.readline()
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    if process.returncode == 0:
        return False
    assert stderr.decode() == "verband: stopped; the workspace is as it was.\n"
    assert process.returncode == 130
    assert not place.exists() or {item.name for item in place.iterdir()} <= {"verband.lock"}
    return True


def test_interrupted_while_loading(sample_folder, tmp_path):
    moments = [interrupted(sample_folder, tmp_path / str(delay), delay) for delay in (0.05, 0.4, 1.0)]
    assert any(moments)


@pytest.mark.slow
def test_interrupted_at_many_random_moments(sample_folder, tmp_path):
    chance = random.Random(5)
    moments = [interrupted(sample_folder, tmp_path / str(number), chance.uniform(0.05, 2.5)) for number in range(60)]
    assert sum(moments) > 20


def test_an_interruption_waits_until_a_library_has_started(monkeypatch, capsys, tmp_path):
    """A compiled library that is interrupted while it starts ends the process with words of its own."""
    (tmp_path / "starts_slowly.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nsum(range(1000))\nstarted = True\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    seen = []

    def command(**_):
        seen.append(importlib.import_module("starts_slowly").started)
        time.sleep(5)
        seen.append("the end")

    monkeypatch.setattr("verband.cli.app.application", lambda: command)
    assert main(["tables"]) == 130
    assert seen == [True]
    assert capsys.readouterr().err == "verband: stopped; the workspace is as it was.\n"


def test_an_interruption_that_a_library_reports_otherwise_is_still_one(monkeypatch, capsys):
    def command(**_):
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None

    monkeypatch.setattr("verband.cli.app.application", lambda: command)
    before = signal.getsignal(signal.SIGINT)
    assert main(["status"]) == 130
    assert capsys.readouterr().err == "verband: stopped; the workspace is as it was.\n"
    assert signal.getsignal(signal.SIGINT) is before


def test_a_template_is_never_written_over(tmp_path, capsys):
    for kind in ("arrangements", "staff", "indicators", "procedures", "prices", "quality"):
        path = tmp_path / f"{kind}.csv"
        words = ["template", kind, "--out", str(path)]
        assert main(words) == 0
        content = path.read_bytes()
        assert main([*words, "--lang", "en"]) == 2
        assert "there already" in capsys.readouterr().err
        assert path.read_bytes() == content
    assert main(["template", "staff", "--out", str(tmp_path / "none" / "x.csv")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
