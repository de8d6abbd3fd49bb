"""Newton's method within bounds, for a log-likelihood with gradient and Hessian.

Directions come from the Hessian with its eigenvalues made negative (Greenstadt, 1967), so that the step goes uphill
also where the surface is not concave; the length by halving (Armijo, 1966). A parameter at its bound that is pushed
outwards is held there (Bertsekas, 1982). Near the top the steps are pure Newton steps, which end at rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from verband.numerics.stochastic_frontier.likelihood import Evaluation
from verband.numerics.stochastic_frontier.normal_tail import Array

_FLAT_ENOUGH = 1e-8
_NO_GAIN = 1e-10
_AIM = 1e-12
_LARGEST_STEP = 2.0
_HALVINGS = 30
_ARMIJO = 1e-4
_FLAT = 1e-13
_ROUNDING = 1e-13


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where a maximisation ended.

    Attributes
    ----------
    parameters, evaluation
        The point and what the likelihood is there.
    held
        Shape (q,): parameters at a bound that the likelihood would cross.
    gradient_norm
        Largest element of the gradient per row, in scaled parameters, among the others.
    gain
        What a Newton step promises to add to the likelihood per row.
    steps
        Number of steps.
    """

    parameters: Array
    evaluation: Evaluation
    held: npt.NDArray[np.bool_]
    gradient_norm: float
    gain: float
    steps: int

    @property
    def converged(self) -> bool:
        """Whether the gradient is zero to within 1e-8, or what is left to gain is nothing.

        Where the likelihood bends sharply, rounding keeps the gradient from zero; then a gain below 1e-10 per row
        counts, which is a step of a thousandth of a standard error with 10,000 rows.
        """
        return self.gradient_norm < _FLAT_ENOUGH or self.gain < _NO_GAIN


def maximise(
    evaluate: Callable[[Array], Evaluation],
    start: Array,
    *,
    lower: Array,
    upper: Array,
    steps: int = 200,
    is_hopeless: Callable[[Array, float], bool] = lambda _point, _value: False,
) -> Maximum:
    """Climb from a start to a maximum.

    Parameters
    ----------
    evaluate
        The function with its derivatives.
    start, lower, upper
        Shape (q,).
    steps
        The largest number of steps.
    is_hopeless
        Whether to give up at a point with this value, because a better one is known where it leads.
    """
    point = np.clip(start, lower, upper)
    now = evaluate(point)
    for taken in range(steps + 1):
        held = ((point <= lower) & (now.gradient <= 0)) | ((point >= upper) & (now.gradient >= 0))
        norm = float(np.abs(now.gradient[~held]).max(initial=0.0))
        direction = _direction(now, held)
        while (leaving := ((point <= lower) & (direction < 0)) | ((point >= upper) & (direction > 0))).any():
            direction = _direction(now, held | leaving | (direction == 0))
        gain = 0.5 * float(now.gradient @ direction)
        if norm < _AIM or taken == steps or is_hopeless(point, now.value):
            break
        found = _step(evaluate, point, now, direction, norm, held, lower, upper)
        if found is None:
            break
        point, now = found
    return Maximum(point, now, held, norm, gain, taken)


def _direction(now: Evaluation, held: npt.NDArray[np.bool_]) -> Array:
    """Newton's step with every eigenvalue of the Hessian made negative."""
    free = ~held
    values, vectors = np.linalg.eigh(-now.hessian[np.ix_(free, free)])
    strength = np.maximum(np.abs(values), _FLAT * float(np.abs(values).max()))
    direction = np.zeros(len(held))
    direction[free] = vectors @ ((vectors.T @ now.gradient[free]) / strength)
    return direction


def _step(
    evaluate: Callable[[Array], Evaluation],
    point: Array,
    now: Evaluation,
    direction: Array,
    norm: float,
    held: npt.NDArray[np.bool_],
    lower: Array,
    upper: Array,
) -> tuple[Array, Evaluation] | None:
    """The next point, or ``None`` where no step leads further."""
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(direction > 0, upper - point, lower - point) / direction
    reach = float(room[direction != 0].min(initial=np.inf))
    longest = min(1.0, _LARGEST_STEP / float(np.abs(direction).max(initial=0.0) or 1.0))
    rounding = _ROUNDING * (1 + abs(now.value))
    for halving in range(_HALVINGS):
        length = 0.5**halving * longest
        trial = np.clip(point + min(length, reach) * direction, lower, upper)
        if length >= reach:
            trial = np.where(room <= reach, np.where(direction > 0, upper, lower), trial)
        then = evaluate(trial)
        if not np.isfinite(then.value):
            continue
        promised = float(now.gradient @ (trial - point))
        if promised > rounding:
            accepted = then.value >= now.value + _ARMIJO * promised
        else:
            closer = float(np.abs(then.gradient[~held]).max()) < 0.9 * norm
            return (trial, then) if closer and then.value >= now.value - rounding else None
        if accepted:
            return trial, then
    return None
