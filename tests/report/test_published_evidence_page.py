"""The evidence page on the published data: everything that the analyses say has its Dutch, and no figure is a hole."""

import re

import html5lib
import pytest
from made_evidence import ON

from verband.analysis.evidence.statements import statements
from verband.report.evidence.ledger_page import evidence_page
from verband.report.evidence.said import START, said
from verband.workspace.evidence.gathering import PREPARE

pytestmark = pytest.mark.published


@pytest.fixture(scope="module")
def ledger(published_workspace):
    return published_workspace.evidence(tuple(PREPARE), workers=2)


def test_everything_that_is_said_has_its_dutch(ledger):
    said_in_english = set()
    for item in ledger:
        told = [item.missing, *item.not_estimated.values(), *(part.reason for part in item.set_aside)]
        told += [text for part in item.components for text in (part.finding.method, part.finding.note)]
        told += [text for part in item.variants for text in (part.name, part.missing)]
        said_in_english |= {text for text in told if START in said(text, "nl")}
    assert not said_in_english, "add their Dutch to texts/evidence_said.toml"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_tells_of_every_claim(ledger, published_workspace, language):
    page = evidence_page(ledger, published_workspace.evidence_background(), on=ON, language=language)
    html5lib.HTMLParser(strict=True).parse(page)
    assert re.findall(r'<section id="(m\d+)"', page) == [item.mechanism.casefold() for item in statements()]
    text = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", page, flags=re.DOTALL)
    assert not re.search(r"\bnan\b|None(?! of)|⟦", text)
    if language == "nl":
        # A point between digits is that of thousands, of a task or of a file; a decimal has a comma.
        assert not re.search(r"(?<![\d.,])\d+\.\d%", text)
        assert '<span lang="en">' not in text
