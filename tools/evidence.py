"""Write the pages of the evidence ledger (``docs/evidence``) from the ledger on the published national data.

``python -m tools.evidence`` loads the published data (beside the checkout, or ``VERBAND_PUBLISHED_DATA``) into a
workspace that is thrown away; ``--workspace DIR`` takes one that holds them. The sentences and figures are those of the
English evidence page, so that no figure is typed. A test computes the ledger again and compares every page; another,
which needs no data, holds statements, rules and literature against the reference tables.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from verband.analysis.evidence.result import Evidence
from verband.analysis.evidence.statements import Statement, statements
from verband.report.evidence.sections import claim_section
from verband.report.evidence.sentences import MARKS, Told
from verband.report.numbers import WORD_JOINER
from verband.report.page import Block, Heading, Items, Paragraph, Table
from verband.workspace import Workspace
from verband.workspace.evidence.background import Background
from verband.workspace.evidence.gathering import PREPARE

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "evidence"
PUBLISHED = Path(os.environ.get("VERBAND_PUBLISHED_DATA", ROOT.parent / "shared" / "data"))
_NOT_YET = "This claim is not computed yet."
_NO_FILES = Background("", date.min, fictional=False, names={}, files=())
"""Pages tell of the data and not of one loading of them, and of municipalities by number only."""


def computed(workspace: Workspace, *, workers: int = 1) -> tuple[Evidence, ...]:
    """The ledger on the data of a workspace, of all claims that can be computed."""
    return workspace.evidence(tuple(PREPARE), workers=workers)


def file_name(claim: Statement) -> str:
    """Name of the page of a claim: ``m14-the-common-pot.md``."""
    short = re.sub(r"[^a-z0-9]+", "-", claim.title.en.casefold()).strip("-")
    return f"m{int(claim.mechanism[1:]):02d}-{short}.md"


def pages(ledger: Sequence[Evidence]) -> dict[Path, str]:
    """All pages with the text that they should hold."""
    found = {item.statement.mechanism: item for item in ledger}
    every = {FOLDER / file_name(claim): _page(claim, found.get(claim.mechanism)) for claim in statements()}
    return {FOLDER / "index.md": _index(found), **every}


def stated(claim: Statement) -> list[str]:
    """The parts of a page that come from the reference tables alone: no figure that was estimated is in them."""
    told = Told(Evidence(claim, "not_testable", None, (), (), (), ()), "en")
    rules = [
        (rule.component, told.words(f"evidence.roles.{rule.role}"), told.rule(rule), told.shown(rule).reason)
        for rule in claim.rules
    ]
    table = Table("", ("component", "role", "rule", "reason"), tuple(rules))
    parts = [
        f"# {claim.mechanism} {claim.title.en}",
        f"**Claim** ({claim.type}): {claim.statement.en}",
        f"**Question:** {claim.question.en}",
        "\n".join(_table(table)) if rules else "No rule: nothing is estimated.",
        claim.would_change.en,
    ]
    if claim.data_needed is not None:
        parts.append(f"**Data that would do:** {claim.data_needed.en}")
    section = claim_section(told, _NO_FILES)
    parts += ["\n".join(_block(block)) for block in section.blocks if isinstance(block, Items)]
    return parts


def _page(claim: Statement, item: Evidence | None) -> str:
    title, said, question, rules, change, *rest = stated(claim)
    lines = [title, "", "This page is written from the ledger on the published data (`python -m tools.evidence`)."]
    lines += ["", said, "", question, "", *_found(item), "", "## Rules, stated before the estimates", "", rules]
    lines += ["", "## What would change it", "", change]
    for part in rest:
        lines += ["", part]
    return "\n".join(lines).rstrip() + "\n"


def _found(item: Evidence | None) -> list[str]:
    if item is None:
        return ["## Verdict", "", _NOT_YET]
    told = Told(item, "en")
    lines = [f"## Verdict: {told.verdict_word}", "", " ".join(told.plain())]
    lines += ["", f"**{told.words('evidence.limits_heading')}.** {told.limits}"]
    blocks = claim_section(told, _NO_FILES).blocks
    start = next(place for place, block in enumerate(blocks) if block == Heading(told.words("evidence.exact_heading")))
    for block in blocks[start + 1 :]:
        if isinstance(block, Heading):
            break
        if isinstance(block, Paragraph):
            lines += ["", _escaped(block.text).replace(f" {told.words('evidence.aside_where')}", "")]
        elif isinstance(block, Table) and len(block.columns) > 2 and block.rows:
            lines += ["", "### Estimates and checks", "", *_table(block), "", block.note or ""]
    lines += ["", f"Sources: {'; '.join(item.sources) or 'none'}."]
    return lines


def _block(block: Block) -> list[str]:
    assert isinstance(block, Items)
    lines = [f"## {block.heading}"]
    for name, told in block.items:
        lines += ["", f"- **{name}.** {' '.join(told)}"]
    return lines


def _table(table: Table) -> list[str]:
    rule = ["---:" if place in table.numeric else "---" for place in range(len(table.columns))]
    rows = [" | ".join(_escaped(cell) for cell in row) for row in table.rows]
    return [
        f"| {' | '.join(table.columns)} |",
        f"| {' | '.join(rule)} |",
        *(f"| {row} |" for row in rows),
    ]


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<").replace(WORD_JOINER, "")


def _index(found: Mapping[str, Evidence]) -> str:
    lines = [
        "# The evidence ledger",
        "",
        "What the published national data show about each of the sixteen statements on how cooperation works. This",
        "page and those under it are written from the ledger (`python -m tools.evidence`); a test computes it again.",
        "The same as a page to read, in Dutch or English: `verband evidence --out FOLDER`.",
        "",
        "A verdict follows from a rule that was stated before the estimate: *supported* where the whole 95% interval",
        "lies beyond the smallest effect that matters (for equality: within the margin) and two thirds of the checks,",
        "of at least two, agree; *cannot be told* where it covers both, which is no *no*; *not testable* where what is",
        "claimed is not in the data. A motive gets no verdict of an effect.",
        "",
        "| claim | statement | type | verdict | key figure (uncertainty) |",
        "| --- | --- | --- | --- | --- |",
    ]
    for claim in statements():
        link = f"[{claim.mechanism} {claim.title.en}]({file_name(claim)})"
        item = found.get(claim.mechanism)
        verdict, figure = "not computed yet", ""
        if item is not None:
            told = Told(item, "en")
            parts = f" ({told.below_verdict})" if told.below_verdict else ""
            verdict, figure = f"{MARKS[told.verdict]} {told.verdict_word}{parts}", _key(told)
        lines.append(f"| {link} | {claim.statement.en} | {claim.type} | {verdict} | {figure} |")
    return "\n".join(lines) + "\n"


def _key(told: Told) -> str:
    if not told.measure:
        return ""
    untold = told.verdict == "not_testable"
    measure = told.words("evidence.no_weight", measure=told.measure) if untold else told.measure
    return f"{_escaped(told.key_figure())}: {measure}"


def main() -> None:
    """Write all pages."""
    parser = argparse.ArgumentParser(description="Write docs/evidence from the ledger on the published data.")
    parser.add_argument("--workspace", help="a workspace that holds the published data; else they are loaded anew")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(asked.workspace or folder)
        if not asked.workspace:
            workspace.load(PUBLISHED)
        written = pages(computed(workspace, workers=asked.workers))
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.md"):
        if path not in written:
            path.unlink()
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
