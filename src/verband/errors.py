"""Errors that a user can act on: what is wrong, where, and what to do.

Every message of these classes is shown as it is; a traceback shown to a user is a defect.
"""

from __future__ import annotations


class VerbandError(Exception):
    """A fault that its reader can mend.

    Parameters
    ----------
    what
        What is wrong, one sentence without a closing full stop.
    where
        File, line, column, code or record in which it was seen.
    todo
        What the reader can do about it.
    """

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what, self.where, self.todo = what, where, todo
        super().__init__(str(self))

    def __str__(self) -> str:
        """One plain message: what, where, what to do."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        return " ".join(_sentence(part) for part in (text, self.todo) if part)


class BadInputError(VerbandError):
    """A file, a row or a value that cannot be what it should be."""


class UnknownNameError(VerbandError):
    """A municipality, task, table or year that does not exist or is ambiguous; suggestions are in the message."""


class MissingDataError(VerbandError):
    """The question is sound, but the workspace does not hold the tables that answer it."""


class WorkspaceError(VerbandError):
    """The workspace itself cannot be read or written."""


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
