"""A game of the user's own: a CSV with a row per coalition, or JSON with a formula or a table; told by the content."""

from __future__ import annotations

from pathlib import Path

from verband.sources.files import SourceFile
from verband.sources.game_json import GameInJson
from verband.sources.game_rules import MOST_IN_A_FILE, GameFile
from verband.sources.game_table import read_game_table

__all__ = ["MOST_IN_A_FILE", "GameFile", "read_game"]


def read_game(path: Path, *, benefit: bool = False) -> GameFile:
    """Read a game.

    Parameters
    ----------
    path
        CSV or JSON, told by the content; plain or gzip.
    benefit
        Take ``worth`` where the file has both.

    Raises
    ------
    BadInputError
        If the file is no game, with line and column.
    """
    file = SourceFile(path, path.name)
    if file.head.kind == "json":
        return GameInJson(file).read(benefit=benefit)
    return read_game_table(path, benefit=benefit)
