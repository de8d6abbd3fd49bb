"""The commands of ``verband``, gathered from their modules."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    import click

COMMAND_MODULES = ("loading", "answers", "dossier")
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
        version: bool = typer.Option(False, "--version", help="Show the version and stop.", is_eager=True),  # noqa: FBT001, FBT003
    ) -> None:
        if version:
            from verband import __version__  # noqa: PLC0415

            typer.echo(f"verband {__version__}")
            raise typer.Exit

    return app


def command() -> click.Command:
    """Return the application as a click command."""
    return typer.main.get_command(application())


def help_text(width: int = 100) -> str:
    """Write the text of ``verband --help``; a test holds the stored copy against it."""
    import click  # noqa: PLC0415

    context = click.Context(command(), info_name="verband", terminal_width=width, max_content_width=width)
    return command().get_help(context) + "\n"
