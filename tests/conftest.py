"""What tests share: the fictional province, a workspace that holds it, and the published data where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from verband.sources.sample import province, write_province
from verband.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = Path(os.environ.get("VERBAND_PUBLISHED_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory):
    """The fictional province in the published formats; read it, do not change it."""
    folder = tmp_path_factory.mktemp("sample")
    write_province(province(1), folder)
    return folder


@pytest.fixture(scope="session")
def sample_workspace(sample_folder, tmp_path_factory):
    """A workspace that holds the fictional province; ask it, do not load into it."""
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    workspace.load(sample_folder)
    return workspace


@pytest.fixture(scope="session")
def published_folder():
    """The folder with the published data; tests that need it are skipped, and say so, where it is missing."""
    if not (PUBLISHED / "iv3").is_dir():
        pytest.skip(f"PUBLISHED DATA MISSING: no {PUBLISHED}; set VERBAND_PUBLISHED_DATA")
    return PUBLISHED


@pytest.fixture(scope="session")
def published_workspace(published_folder, tmp_path_factory):
    """A workspace that holds the published data; ask it, do not load into it."""
    workspace = Workspace(tmp_path_factory.mktemp("published"))
    workspace.load(published_folder)
    return workspace
