"""Where the ``verband`` command starts: fast answers first, every fault as one plain message.

``--version`` and ``--help`` are answered without loading anything, so that they start about as fast as Python.
"""

from __future__ import annotations

import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_HERE = os.path.dirname(__file__)  # noqa: PTH120  pathlib would double the time that --version takes
HELP_FILE = os.path.join(_HERE, "help.txt")  # noqa: PTH118
BAD_INPUT = 2
INTERNAL_FAULT = 1
BROKEN_PIPE = 1
INTERRUPTED = 130
_SOON = 0.02
"""Seconds until an interruption that came at a bad moment is tried again."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Words after ``verband``; those of the process by default.

    Returns
    -------
    int
        Exit status: 0 done, 2 for bad input, 130 when interrupted, 1 for a fault of Verband itself or a reader of the
        answer that has gone away.
    """
    words = sys.argv[1:] if arguments is None else arguments
    _prepare_streams()
    try:
        status = _answer(words)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        status = BROKEN_PIPE
    except OSError as error:
        _discard_output()
        reason = error.strerror or str(error)
        status = _say(f"the answer cannot be written ({reason}). Write it to another place.", BAD_INPUT)
    return status


def _answer(words: list[str]) -> int:
    if words == ["--version"]:
        from verband import __version__  # noqa: PLC0415

        print(f"verband {__version__}")  # noqa: T201
        return 0
    if words in (["--help"], ["-h"], ["help"], []):
        with open(HELP_FILE, encoding="utf-8") as stream:  # noqa: PTH123
            text = stream.read()
        print(text, end="")  # noqa: T201
        return 0
    return _run(words)


def _run(words: list[str]) -> int:
    # polars' allocator keeps freed memory for ten seconds unless told otherwise: 40 MB more at the peak of a load.
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0")
    try:
        with _Interruption() as interruption:
            status = _command(words, interruption)
    except KeyboardInterrupt:
        status = INTERRUPTED
    return _say(_STOPPED, status) if status == INTERRUPTED else status


def _command(words: list[str], interruption: _Interruption) -> int:
    try:
        from verband.cli.app import application  # noqa: PLC0415

        stopped = application()(args=words, prog_name="verband", standalone_mode=False)
    except SystemExit as stop:
        stopped = stop.code if isinstance(stop.code, int) else BAD_INPUT
    except OSError as error:
        if error.filename is None:  # no file of ours: standard output, which main speaks about
            raise
        return _say(f"{os.fsdecode(error.filename)}: {error.strerror or error}.", BAD_INPUT)
    except Exception as error:
        from verband.errors import VerbandError  # noqa: PLC0415

        if interruption.pressed:
            return INTERRUPTED
        wrong = str(error) if isinstance(error, VerbandError) else _wrong_words(error)
        if wrong is not None:
            return _say(wrong, BAD_INPUT)
        if os.environ.get("VERBAND_DEBUG"):
            raise
        return _say(
            f"a fault in Verband itself ({type(error).__name__}: {error}). The workspace is as it was. "
            "Please report it with the command you gave; VERBAND_DEBUG=1 shows where it happened.",
            INTERNAL_FAULT,
        )
    return stopped if isinstance(stopped, int) else 0


def _wrong_words(error: Exception) -> str | None:
    """What typer has against the words of a command, in one sentence and where to read more; else ``None``."""
    write = getattr(error, "format_message", None)
    if write is None:
        return None
    context = getattr(error, "ctx", None)
    told = " ".join(str(write()).split()).replace("Value error, ", "").partition(", unable to parse")[0].rstrip(".")
    command = context.command_path if context is not None else "verband"
    return f"{told[:1].lower()}{told[1:]}. `{command} --help` says what can be asked."


class _Interruption:
    """Remembers whether Ctrl-C was pressed: libraries turn the interruption into errors of their own.

    While a module is being imported it waits: a compiled library that is interrupted as it starts ends the process.
    """

    def __init__(self) -> None:
        self.pressed = False
        self._restore: Callable[[], object] | None = None

    def _note(self, _number: int, frame: FrameType | None) -> None:
        self.pressed = True
        if _importing(frame):
            _press_again()
            return
        raise KeyboardInterrupt

    def __enter__(self) -> _Interruption:
        import signal  # noqa: PLC0415

        try:
            before = signal.signal(signal.SIGINT, self._note)
        except ValueError:  # not the main thread: someone else takes care of signals
            return self
        self._restore = lambda: signal.signal(signal.SIGINT, before)
        return self

    def __exit__(self, *_: object) -> None:
        if self._restore is not None:
            self._restore()


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _press_again() -> None:
    import _thread  # noqa: PLC0415
    import threading  # noqa: PLC0415

    timer = threading.Timer(_SOON, _thread.interrupt_main)
    timer.daemon = True
    timer.start()


def finished() -> None:
    """Ignore Ctrl-C until this command ends: what was asked is done, and its words and status should say so."""
    signals = sys.modules.get("signal")  # not loaded where nothing was done
    if signals is not None and getattr(signals.getsignal(signals.SIGINT), "__func__", None) is _Interruption._note:
        signals.signal(signals.SIGINT, signals.SIG_IGN)


_STOPPED = "stopped; the workspace is as it was."


def _say(message: str, status: int) -> int:
    print(f"verband: {message}", file=sys.stderr)  # noqa: T201
    return status


def _prepare_streams() -> None:
    """Make sure there are three standard streams, and that any name can be written to them.

    A closed stream would give its number to the next file that is opened, such as the database.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() not in ("utf-8", "utf8"):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8")


def _discard_output() -> None:
    """Let what is still waiting go nowhere, so that the end of the process does not fail on it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123


def run() -> None:
    """Entry point of the installed command."""
    try:
        status = main()
        _end()
    except KeyboardInterrupt:  # before or after the command itself
        status = _say(_STOPPED, INTERRUPTED)
    sys.exit(status)


def _end() -> None:
    """Ignore Ctrl-C while Python shuts down."""
    signals = sys.modules.get("signal")
    if signals is not None:
        signals.signal(signals.SIGINT, signals.SIG_IGN)
