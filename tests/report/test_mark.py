"""The mark in the head of a page: it changes with everything that the page depends on, and is read back from disk."""

from dataclasses import replace
from datetime import date

import pytest
from invented import ON, portrait

from verband.analysis.portrait import Lead
from verband.report import mark as marking
from verband.report.dossier import write_dossier
from verband.report.mark import mark, mark_of, read_mark


def test_a_written_page_tells_what_it_was_made_from(tmp_path):
    page = write_dossier(portrait(), tmp_path, language="en")
    assert (
        read_mark(page)
        == mark_of(portrait(), "en")
        == mark("GM9901", snapshot="0123456789abcdef", on=ON, language="en")
    )


def test_the_mark_differs_with_all_that_the_page_depends_on(monkeypatch):
    whole = portrait()
    marks = {
        mark_of(whole, "nl"),
        mark_of(whole, "en"),
        mark_of(replace(whole, snapshot="f" * 16), "nl"),
        mark_of(replace(whole, on=date(2026, 3, 2)), "nl"),
        mark_of(replace(whole, identity=replace(whole.identity, code="GM9902")), "nl"),
        # The page says which dissolved municipality led to it.
        mark_of(replace(whole, lead=Lead("GM9902", "Oud Vlierbeek", date(2021, 1, 1), ())), "nl"),
    }
    monkeypatch.setattr(marking, "program_hash", lambda: "another state of the program")
    marks.add(mark_of(whole, "nl"))
    assert len(marks) == 7


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"\xff\xfe\x00", b"x" * 100_000, None])
def test_what_is_no_page_of_ours_has_no_mark(tmp_path, content):
    path = tmp_path / "page.html"
    if content is not None:
        path.write_bytes(content)
    assert read_mark(path) is None
    assert read_mark(tmp_path) is None
