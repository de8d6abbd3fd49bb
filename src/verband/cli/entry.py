"""Where the ``verband`` command starts: fast answers first, every fault as one plain message.

``--version`` and ``--help`` are answered without loading anything, so that they start about as fast as Python.
"""

from __future__ import annotations

import os
import sys

_HERE = os.path.dirname(__file__)  # noqa: PTH120  pathlib would double the time that --version takes
HELP_FILE = os.path.join(_HERE, "help.txt")  # noqa: PTH118
BAD_INPUT = 2
INTERNAL_FAULT = 1
INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Words after ``verband``; those of the process by default.

    Returns
    -------
    int
        Exit status: 0 done, 2 for bad input, 130 when interrupted, 1 for a fault of Verband itself.
    """
    words = sys.argv[1:] if arguments is None else arguments
    if words == ["--version"]:
        from verband.version import __version__  # noqa: PLC0415

        print(f"verband {__version__}")  # noqa: T201
        return 0
    if words in (["--help"], ["-h"], ["help"], []):
        with open(HELP_FILE, encoding="utf-8") as stream:  # noqa: PTH123
            print(stream.read(), end="")  # noqa: T201
        return 0
    return _run(words)


def _run(words: list[str]) -> int:
    # polars' allocator keeps freed memory for ten seconds unless told otherwise: 40 MB more at the peak of a load.
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0")
    from verband.cli.app import application  # noqa: PLC0415
    from verband.errors import VerbandError  # noqa: PLC0415

    status = 0
    try:
        application()(args=words, prog_name="verband")
    except SystemExit as stop:  # typer has said what was wrong with the words of the command
        status = stop.code if isinstance(stop.code, int) else BAD_INPUT
    except VerbandError as error:
        status = _say(str(error), BAD_INPUT)
    except KeyboardInterrupt:
        status = _say("stopped; the workspace is as it was.", INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        status = _say(f"{error.filename or 'the system'}: {error.strerror or error}.", BAD_INPUT)
    except Exception as error:
        if os.environ.get("VERBAND_DEBUG"):
            raise
        status = _say(
            f"a fault in Verband itself ({type(error).__name__}: {error}). The workspace is as it was. "
            "Please report it with the command you gave; VERBAND_DEBUG=1 shows where it happened.",
            INTERNAL_FAULT,
        )
    return status


def _say(message: str, status: int) -> int:
    print(f"verband: {message}", file=sys.stderr)  # noqa: T201
    return status


def run() -> None:
    """Entry point of the installed command."""
    sys.exit(main())
