"""Linear algebra on one thread: many small systems go faster so, and the number of cores changes no digit.

The libraries under numpy add up in another order when they use another number of threads. Another processor or another
build of these libraries can still change the last digits.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any


def one_thread() -> AbstractContextManager[Any]:
    """Keep linear algebra to one thread within a ``with`` block."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415  only where something is computed

    limits: AbstractContextManager[Any] = threadpool_limits(limits=1, user_api="blas")
    return limits
