"""Write the generated pages: the tables and columns, the commands, and the stored text of ``verband --help``.

Run with ``make docs``; a test fails when a page is not as the code says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from verband.cli.app import application, help_text
from verband.cli.entry import HELP_FILE
from verband.domain.schema import Column, schema, table_names
from verband.sources.registry import formats

ROOT = Path(__file__).resolve().parent.parent
_WIDTH = 100


def sources_page() -> str:
    """Every table with its columns, unit, kind and meaning, from the contracts."""
    by_table: dict[str, list[str]] = {}
    for item in formats():
        for table in item.tables:
            by_table.setdefault(table, []).append(item.name)
    lines = [
        "# Tables and columns",
        "",
        "This page is written from the data contracts (`make docs`). A file is recognised by its content, whatever its",
        "name; amounts in `_keur` are thousand euro as published, current prices. *Required* columns may not be empty,",
        "the *key* identifies a row. Kinds: [reading the figures](reading-the-figures.md).",
        "",
    ]
    lines += [f"- [{schema(name).title}](#{name}) (`{name}`)" for name in table_names()]
    for name in table_names():
        contract = schema(name)
        read_from = ", ".join(by_table.get(name, [])) or "put together from other tables"
        lines += [
            "",
            f'## <a id="{name}"></a>{contract.title}',
            "",
            f"Table `{name}`. {contract.description}.",
            "",
            f"Source: {contract.publisher}. Licence: {contract.licence}. Read from: {read_from}.",
            "",
            "| column | published as | type | unit | kind | rule | meaning |",
            "|---|---|---|---|---|---|---|",
            *(_column(column) for column in contract.columns),
        ]
    return "\n".join(lines) + "\n"


def _column(column: Column) -> str:
    rules = [column.allowed.describe()]
    rules += ["required"] if column.required else []
    rules += ["key"] if column.key else []
    cells = (
        f"`{column.name}`",
        column.published,
        column.type,
        column.unit,
        column.kind,
        "; ".join(rule for rule in rules if rule),
        column.meaning,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def commands_page() -> str:
    """The help of every command."""
    runner = CliRunner()
    app = application()
    settings: dict[str, Any] = {"terminal_width": _WIDTH, "max_content_width": _WIDTH}
    names = [info.name or getattr(info.callback, "__name__", "") for info in app.registered_commands]
    lines = [
        "# Commands",
        "",
        "This page is written from the commands themselves (`make docs`). Answers go to standard output; a fault is",
        "one plain message on standard error with exit status 2, and leaves the workspace as it was.",
        "",
        "```",
        help_text(_WIDTH).rstrip(),
        "```",
    ]
    for name in names:
        text = runner.invoke(app, [name, "--help"], prog_name="verband", **settings).output.rstrip()
        lines += ["", f"## {name}", "", "```", *(line.rstrip() for line in text.splitlines()), "```"]
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """All generated files with the text they should hold."""
    return {
        ROOT / "docs" / "sources.md": sources_page(),
        ROOT / "docs" / "commands.md": commands_page(),
        Path(HELP_FILE): help_text(_WIDTH),
    }


def main() -> None:
    """Write all pages."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
