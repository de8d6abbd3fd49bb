"""What the benchmarks ran on: processor, cores, memory, Python and the libraries that matter."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("verband", "polars", "pyarrow", "duckdb", "pandas", "numpy", "typer", "ftfy", "lxml")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _cores() -> str:
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{allowed} of {os.cpu_count()}"


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return "unknown"
    return f"{size / 2**30:.1f} GB"


def _load() -> str:
    return " ".join(f"{value:.2f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"


def describe() -> str:
    """Say on what machine and with which versions the figures were measured."""
    libraries = ", ".join(f"{name} {_version(name)}" for name in LIBRARIES)
    return (
        f"Processor  {_processor()}, {_cores()} cores in use\n"
        f"Memory     {_memory()}\n"
        f"System     {platform.system()} {platform.release()}, load over 1, 5, 15 minutes: {_load()}\n"
        f"Python     {platform.python_implementation()} {platform.python_version()}\n"
        f"Libraries  {libraries}"
    )


if __name__ == "__main__":
    print(describe())
