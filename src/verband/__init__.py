"""Verband: alone, together, leave or merge, task by task, for Dutch municipalities.

``Workspace`` is the one object a library user holds. It is imported on first use, so that ``import
verband`` (and with it ``verband --version``) costs no more than Python itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from verband.version import __version__

if TYPE_CHECKING:
    from verband.workspace import Workspace

__all__ = ["Workspace", "__version__"]


def __getattr__(name: str) -> object:
    if name == "Workspace":
        from verband.workspace import Workspace  # noqa: PLC0415  the heavy import waits until it is asked for

        return Workspace
    raise AttributeError(f"module 'verband' has no attribute {name!r}")
