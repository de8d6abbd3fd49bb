"""The criterion of Kohlberg (1971): whether given shares are a (pre)nucleolus, told from their excesses alone.

Shares are the prenucleolus if and only if for every level the coalitions with at least that excess allow no change
``y`` with ``y(N) = 0`` that raises the excess of none of them and lowers that of some. For the nucleolus ``y`` may
besides raise nobody who already pays what it would alone. Levels are walked through from the largest down, and only
while the coalitions so far do not settle all shares; those that earlier ones settle are left out (Nguyen, 2017;
Benedek, Fliege and Nguyen, 2021, algorithm 2). Nothing here comes from the programs that found the shares.
"""

from __future__ import annotations

import numpy as np

from verband.numerics.cooperative_games.coalitions import Array, Masks, members, sums
from verband.numerics.cooperative_games.excesses import Excesses, Flags, not_spanned
from verband.numerics.cooperative_games.programs import Fixed, Program

SAME = 2e-13
"""Excesses that differ by less are one level; games come scaled to a largest value of 1."""
_GAIN = 1e-7
_ORTHOGONAL = 1e-9
_FEW = 4


def is_nucleolus(excesses: Excesses, x: Array, limit: float | None = None) -> bool:
    """Check shares.

    Parameters
    ----------
    excesses
        A cost game and the measure of excess, largest absolute value about 1.
    x
        Shape (n,), adding up to the cost of all.
    limit
        Most that anyone may pay, for the nucleolus; none for the prenucleolus.
    """
    n = excesses.players
    if abs(x.sum() - excesses.cost[-1]) > n * SAME:
        return False
    at_limit: Flags = np.zeros(n, dtype=np.bool_) if limit is None else np.asarray(x >= limit - SAME)
    if limit is not None and (x > limit + SAME).any():
        return False
    fixed = Fixed(n)
    while not fixed.complete:
        among = not_spanned(fixed.basis)
        level = excesses.largest(x, among)
        masks = excesses.from_level(x, level - SAME, among)
        if _can_be_lowered(masks, fixed, at_limit, n):
            return False
        _settle(fixed, masks, n)
    return True


def _settle(fixed: Fixed, masks: Masks, n: int) -> None:
    """Add coalitions until all of them are settled."""
    if len(masks) <= _FEW * n:
        for row in members(masks, n):
            fixed.add(row, 0.0)
        return
    rng = np.random.default_rng(71)
    while len(masks) and not fixed.complete:
        fixed.add(members(masks[:1], n)[0], 0.0)
        vectors = fixed.beside(rng.normal(size=(2, n)))
        masks = masks[np.abs(_at(vectors, masks, n)).max(axis=0) > _ORTHOGONAL]


def _at(vectors: Array, masks: Masks, n: int) -> Array:
    """Sums of vectors, shape (k, n), over coalitions: shape (k, m)."""
    if 8 * len(masks) > 1 << n:
        return np.array([sums(vector)[masks] for vector in vectors])
    return np.asarray(vectors @ members(masks, n).T)


def _can_be_lowered(masks: Masks, fixed: Fixed, at_limit: Flags, n: int) -> bool:
    """Whether some ``y`` lowers an excess among the coalitions and raises none; settled sums stay as they are."""
    if not at_limit.any() and len(masks) <= n + 1:
        balanced = _balanced(members(masks, n), fixed)
        if balanced is not None:
            return not balanced
    objective = np.array([float(((masks >> player) & 1).mean()) for player in range(n)])
    rows = masks if len(masks) <= _FEW * n else masks[np.unique(np.linspace(0, len(masks) - 1, 2 * n).astype(np.int64))]
    program = Program(objective, np.full(n, -1.0), np.where(at_limit, 0.0, 1.0))
    program.add(fixed.rows, np.zeros(len(fixed.rows)), np.zeros(len(fixed.rows)))
    program.add(members(rows, n), np.full(len(rows), -np.inf), np.zeros(len(rows)))
    for _ in range(len(masks) + 1):
        found = program.solve()
        if found.value > -_GAIN / max(1.0, len(masks) / n):
            return False
        raised = _at(found.x[None, :], masks, n)[0]
        worst = np.argsort(-raised, kind="stable")[: 2 * n]
        new = masks[worst[(raised[worst] > _GAIN) & ~np.isin(masks[worst], rows)]]
        if not len(new):
            return True
        rows = np.concatenate([rows, new])
        program.add(members(new, n), np.full(len(new), -np.inf), np.zeros(len(new)))
    return True


def _balanced(rows: Array, fixed: Fixed) -> bool | None:
    """Whether coalitions add up, with positive weights, to settled sums; ``None`` where several sets of weights may.

    By the theorem of the alternative (Stiemke, 1915) this is the same as that no ``y`` lowers any of their excesses.
    """
    left, sizes, _ = np.linalg.svd(fixed.beside(rows))
    rank = int((sizes > _INDEPENDENT).sum())
    if rank == len(rows):
        return False
    if rank < len(rows) - 1:
        return None
    weights = left[:, -1]
    return bool((weights > _INDEPENDENT).all() or (weights < -_INDEPENDENT).all())


_INDEPENDENT = 1e-7
