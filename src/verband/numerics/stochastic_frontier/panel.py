"""Rows of a panel as groups that share one inefficiency, and how it decays with time: Battese and Coelli (1992).

``u_it = exp(-eta (t - T)) u_i`` with ``T`` the last period of the whole panel (equation 2); ``eta = 0`` is inefficiency
that does not vary with time (Battese, Coelli and Colby, 1989). Panels may be unbalanced. Time counts as measured: two
years between observations are two years, also where no row lies between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.stochastic_frontier.normal_tail import Array

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Groups:
    """Which rows share one inefficiency.

    Attributes
    ----------
    order
        Shape (n,): rows sorted by group, as positions in the input.
    starts
        Shape (m,): where each group begins in that order.
    index
        Shape (n,): the number of its group per row of the input.
    age
        Shape (n,), in that order: time since the last period over ``span``, from -1 to 0.
    span
        Time between the first and the last period; 1 where there is but one.
    """

    order: Integers
    starts: Integers
    index: Integers
    age: Array
    span: float

    @property
    def count(self) -> int:
        """Number of groups."""
        return len(self.starts)

    def sums(self, values: Array) -> Array:
        """Sum over the rows of each group; rows are in the order of the groups."""
        return np.asarray(np.add.reduceat(values, self.starts, axis=0), dtype=np.float64)

    def weights(self, decay: float) -> Array:
        """``exp(-decay age)`` per row in the order of the groups; ``decay`` is ``eta`` times the span."""
        return np.asarray(np.exp(-decay * self.age), dtype=np.float64)


def groups(firm: npt.NDArray[np.generic], time: Array) -> Groups:
    """Sort rows by firm.

    Parameters
    ----------
    firm
        Shape (n,), numbers or texts.
    time
        Shape (n,), on a scale on which differences mean something.
    """
    _, index = np.unique(firm, return_inverse=True)
    order = np.lexsort((time, index))
    starts = np.flatnonzero(np.diff(index[order], prepend=-1))
    span = float(time.max() - time.min()) or 1.0
    return Groups(
        order=order.astype(np.int64),
        starts=starts.astype(np.int64),
        index=index.astype(np.int64),
        age=(time[order] - time.max()) / span,
        span=span,
    )
