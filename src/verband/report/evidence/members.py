"""Names of the members of a family of estimates: tasks by their title, sizes in words, keys and reports by name."""

from __future__ import annotations

from verband.domain.reference import reference
from verband.domain.size_class import size_classes
from verband.domain.task_codes import rows_of
from verband.report.evidence.said import said, unmarked
from verband.report.words import Words


def member(words: Words, key: str, value: str) -> str:
    """Name of a member.

    Parameters
    ----------
    words
        Of the language.
    key, value
        As in :attr:`verband.analysis.evidence.result.Finding.by`.
    """
    name = f"evidence.by.{key}_{value}"
    if words.has(name):
        return words(name)
    if key == "task":
        return f"{value} {_task(value, words.language)}".strip()
    if key == "size":
        found = next((item for item in size_classes() if item.code == value), None)
        if found is not None:
            return found.name_nl if words.language == "nl" else found.name_en
    return value if key == "year" else unmarked(said(value, words.language))


def _task(code: str, language: str) -> str:
    own = next((row[f"title_{language}"] for row in reference("scale_sums") if row["codes"] == code), None)
    if own is not None:
        return own
    found = [rows[-1] for rows in map(rows_of, code.split("+")) if rows]
    return " + ".join(item.title_nl if language == "nl" else item.title_en for item in found)
