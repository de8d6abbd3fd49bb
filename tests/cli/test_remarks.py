"""What commands say on standard error of a file that they read."""

from __future__ import annotations

from verband.cli.remarks import say_remarks


def test_rows_set_aside_for_the_same_reason_are_said_together(capsys):
    few = [(2, "Aa", "no cost"), (3, "Beek", "no cost")]
    many = [(line, f"M{line}", "treated too early") for line in range(10, 15)]
    say_remarks("file.csv", ["points are thousands"], [*few, *many, (None, "Dijk", "no panel")], ["be careful."])
    assert capsys.readouterr().err.splitlines() == [
        "file.csv: points are thousands.",
        "file.csv, line 2: Aa was set aside: no cost.",
        "file.csv, line 3: Beek was set aside: no cost.",
        "file.csv: M10 (line 10), M11 (line 11), M12 (line 12) and 2 more were set aside: treated too early. "
        "--format json names them all.",
        "file.csv: Dijk was set aside: no panel.",
        "Warning: be careful.",
    ]
