"""Names of test files: pytest imports them by their last name, so that two of one name hide each other."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent


def test_no_two_files_of_tests_have_one_name():
    names = Counter(file.name for file in TESTS.rglob("*.py") if file.name not in ("__init__.py", "conftest.py"))
    assert [name for name, number in names.items() if number > 1] == []
