"""Every page through the Nu HTML checker: elements in their place, attributes and ARIA as the standard says."""

import pytest
from checks import assert_none, invalid
from pages import PAGES
from tests.report.invented import variants

from verband.report.dossier import dossier


@pytest.mark.parametrize("published", [False, pytest.param(True, marks=pytest.mark.published)])
def test_pages_have_no_error_and_no_warning(validator, written, published):
    assert_none(invalid(validator, [written(page) for page in PAGES if page.published is published]))


def test_dossiers_with_gaps_of_every_kind_have_no_error_and_no_warning(validator, tmp_path):
    paths = []
    for name, portrait in variants().items():
        paths.append(tmp_path / f"{name.replace(' ', '-')}.html")
        paths[-1].write_text(dossier(portrait), encoding="utf-8")
    assert_none(invalid(validator, paths))
