"""The scale models of all tasks, and what they say about one municipality."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from verband.analysis.scale import LeftOut, Scale


@dataclass(frozen=True, slots=True)
class ScaleModels:
    """Scale of every task in the boundaries of the latest list.

    Attributes
    ----------
    year
        Latest year of the accounts: that of the modelled cost.
    tasks
        Tasks with an estimate, in the order of the code list.
    left_out
        The others, with the reason.
    curves
        ``task`` and the columns of :data:`verband.analysis.cost_function.CURVE`.
    expected
        ``task`` and the columns of :data:`verband.analysis.cost_function.EXPECTED`.
    """

    year: int
    tasks: tuple[Scale, ...]
    left_out: tuple[LeftOut, ...]
    curves: pl.DataFrame = field(compare=False)
    expected: pl.DataFrame = field(compare=False)
