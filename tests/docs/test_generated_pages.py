"""The documentation says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.docs import pages

from verband.domain.schema import table_names

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("path", sorted(pages()), ids=lambda path: path.name)
def test_a_generated_page_is_up_to_date(path):
    assert path.read_text(encoding="utf-8") == pages()[path], "run `make docs`"


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))])
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_command_in_the_readme_exists():
    commands = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for name in re.findall(r"^verband ([\w-]+)", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE):
        assert f"\n## {name}\n" in commands


def test_every_table_has_a_contract_file():
    stored = {path.stem for path in (ROOT / "src/verband/domain/schemas").glob("[a-z]*.csv")}
    assert stored == set(table_names())


def test_the_first_command_of_the_readme_names_a_municipality_of_the_sample(sample_workspace):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    name = re.search(r"^MUNICIPALITY \?= (.+)$", makefile, flags=re.MULTILINE)[1]
    assert name in {item.name for item in sample_workspace.municipalities()}
