"""The pages that are checked by the validator and in a browser; a new page is one line in ``PAGES``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from verband.report.collection import Entry
from verband.report.dossier import write_dossier
from verband.report.evidence.ledger_page import write_evidence
from verband.report.index import write_index
from verband.workspace import Workspace
from verband.workspace.evidence.gathering import PREPARE

ON = date(2026, 7, 1)


@dataclass(frozen=True)
class Page:
    """A page, the fixture with the workspace that it is written from, how it is written to a folder, and its size."""

    name: str
    workspace: str
    write: Callable[[Workspace, Path], Path]
    sheets: range = range(5, 31)

    @property
    def published(self) -> bool:
        return self.workspace == "published_workspace"


def dossier(workspace: str, municipality: str, language: str) -> Page:
    def write(gathered, folder):
        return write_dossier(gathered.portrait(municipality, on=ON), folder, language=language)

    return Page(f"{municipality}-{language}", workspace, write)


def index(workspace: str, language: str, sheets: range) -> Page:
    def write(gathered, folder):
        with gathered.open_portraits(on=ON) as portraits:
            entries = [Entry(portraits.outline(code), f"{code}.html", "written") for code in portraits.codes]
            return write_index(entries, folder, language=language, on=ON, snapshot=portraits.snapshot)

    return Page(f"index-{workspace.split('_', maxsplit=1)[0]}-{language}", workspace, write, sheets)


def evidence(workspace: str, language: str) -> Page:
    def write(gathered, folder):
        found = gathered.evidence(tuple(PREPARE), workers=2)
        return write_evidence(found, gathered.evidence_background(), folder, on=ON, language=language)[0]

    return Page(f"evidence-{workspace.split('_', maxsplit=1)[0]}-{language}", workspace, write, range(20, 71))


PAGES = (
    index("sample_workspace", "nl", range(1, 4)),
    index("sample_workspace", "en", range(1, 4)),
    index("published_workspace", "nl", range(5, 20)),
    evidence("sample_workspace", "nl"),
    evidence("published_workspace", "nl"),
    evidence("published_workspace", "en"),
    dossier("sample_workspace", "Hazelwoude", "nl"),
    dossier("sample_workspace", "Hazelwoude", "en"),
    dossier("published_workspace", "Aalten", "nl"),
    dossier("published_workspace", "Aalten", "en"),
    dossier("published_workspace", "Amsterdam", "nl"),
    dossier("published_workspace", "Amsterdam", "en"),
)


def parameters():
    """The pages as parameters of a test or fixture, those on published data marked so."""
    return [pytest.param(page, id=page.name, marks=[pytest.mark.published] if page.published else []) for page in PAGES]
