"""The pages of the evidence ledger say what the tables of rules and the code say; no figure in them is typed."""

import re

import pytest
from tools.evidence import FOLDER, computed, file_name, pages, stated

from verband.analysis.evidence.statements import statements


@pytest.mark.parametrize("claim", statements(), ids=lambda item: item.mechanism)
def test_statement_rules_and_literature_are_those_of_the_reference_tables(claim):
    text = (FOLDER / file_name(claim)).read_text(encoding="utf-8")
    for part in stated(claim):
        assert part in text, "run `python -m tools.evidence`"


def test_every_claim_has_one_page_and_the_index_leads_to_each():
    names = {file_name(claim) for claim in statements()}
    assert {path.name for path in FOLDER.glob("*.md")} == {"index.md", *names}
    assert set(re.findall(r"\]\(([^)]+)\)", (FOLDER / "index.md").read_text(encoding="utf-8"))) == names


@pytest.mark.published
def test_every_figure_is_that_of_the_code(published_workspace):
    written = pages(computed(published_workspace, workers=2))
    differing = [path.name for path, text in written.items() if path.read_text(encoding="utf-8") != text]
    assert not differing, "run `python -m tools.evidence`"
