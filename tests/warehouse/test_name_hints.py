"""Own names that nearly are listed ones: a hint on the file, and only while it holds."""

import shutil

import pytest

from verband.workspace import Workspace

HEADER = "regeling;deelnemer;peildatum\n"
LISTED = "Veiligheidsregio Wouderland"


@pytest.fixture
def loaded(sample_workspace, tmp_path):
    """A copy of the loaded sample that a test may change."""
    return Workspace(shutil.copytree(sample_workspace.folder, tmp_path / "workspace"))


def own(tmp_path, *rows):
    path = tmp_path / "mijn.csv"
    path.write_text(HEADER + "".join(f"{row};31-12-2025\n" for row in rows), encoding="utf-8")
    return path


def remarks(workspace):
    files = [file for source in workspace.status().sources for file in source.files if file.name == "mijn.csv"]
    return [remark for file in files for remark in file.remarks]


def test_a_name_that_nearly_is_a_listed_one_is_told(loaded, tmp_path):
    result = loaded.load(own(tmp_path, "Veiligheids-regio Wouderland (VRW);Otterwoude"))
    (hint,) = result.hints
    assert hint.startswith(f"arrangement 'Veiligheids-regio Wouderland (VRW)' looks like {LISTED!r} in the list")
    assert remarks(loaded) == [hint]


@pytest.mark.parametrize(
    "name", [LISTED, f"GR {LISTED}", "Inkoopbureau Wouderland", "Veiligheidsregio Finkenau", "Duinwacht"]
)
def test_listed_names_and_other_bodies_get_no_hint(loaded, tmp_path, name):
    assert loaded.load(own(tmp_path, f"{name};Otterwoude")).hints == ()


def test_a_body_of_nearly_that_name_elsewhere_gets_no_hint(loaded, tmp_path):
    assert loaded.load(own(tmp_path, "Veiligheids-regio Wouderland;Waterschap Verweg")).hints == ()


def test_a_hint_goes_when_the_name_is_mended_and_does_not_double(loaded, tmp_path):
    path = own(tmp_path, "Veiligheids-regio Wouderland;Otterwoude")
    loaded.load(path)
    other = tmp_path / "ander.csv"
    other.write_text(HEADER + "Duinwacht;Otterwoude;31-12-2025\n", encoding="utf-8")
    assert len(loaded.load(other).hints) == 1
    assert len(remarks(loaded)) == 1
    assert loaded.load(own(tmp_path, f"{LISTED};Otterwoude")).hints == ()
    assert remarks(loaded) == []


def test_the_sample_has_no_hints(sample_workspace):
    found = [remark for source in sample_workspace.status().sources for file in source.files for remark in file.remarks]
    assert not [remark for remark in found if "looks like" in remark]
