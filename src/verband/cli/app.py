"""The commands of ``verband``, gathered from their modules."""

from __future__ import annotations

from functools import cache
from importlib import import_module

import typer

COMMAND_MODULES = (
    "loading",
    "answers",
    "first_answers",
    "scale",
    "efficiency",
    "steering_loss",
    "evidence",
    "participation",
    "network",
    "functions",
    "dossier",
    "frontier",
    "stochastic_frontier",
    "influence",
    "continuity",
    "sharing",
    "event_study",
)
_ABOUT = """Verband: alone, together, leave or merge? Figures on cooperation between Dutch municipalities.

Every figure carries its kind (measured, derived, estimated, assumed) and its source.
Start with: verband load FOLDER, then: verband dossier Aalten"""


@cache
def application() -> typer.Typer:
    """Build the application; commands are in the order of their modules."""
    app = typer.Typer(
        help=_ABOUT, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True, add_completion=False
    )
    for module in COMMAND_MODULES:
        import_module(f"verband.cli.{module}").register(app)

    @app.callback()
    def root(
        version: bool = typer.Option(False, "--version", help="Show the version and stop.", is_eager=True),
    ) -> None:
        if version:
            from verband.version import __version__  # noqa: PLC0415

            typer.echo(f"verband {__version__}")
            raise typer.Exit

    return app


def help_text(width: int = 100) -> str:
    """Write the text of ``verband --help``; a test holds the stored copy against it."""
    from typer.testing import CliRunner  # noqa: PLC0415

    result = CliRunner().invoke(
        application(), ["--help"], prog_name="verband", env={"COLUMNS": str(width)}, terminal_width=width
    )
    return result.output
