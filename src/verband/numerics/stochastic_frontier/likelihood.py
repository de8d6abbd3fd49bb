"""The log-likelihood of a stochastic frontier with gradient and Hessian, for every model of this package.

The parameters lie in one array: coefficients ``b`` (k), determinants ``d`` of ``z = mu / sigma_u`` (0 or more), the
decay over the span of the panel (0 or 1), ``p = ln sigma_sq`` and ``g = ln(gamma / (1 - gamma))``. The density per
group is in :mod:`composed_error`; here it is joined with the design by the chain rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from verband.numerics.stochastic_frontier import composed_error
from verband.numerics.stochastic_frontier.composed_error import Density, Posterior, Value
from verband.numerics.stochastic_frontier.normal_tail import Array
from verband.numerics.stochastic_frontier.panel import Groups

_LOG_TWO_PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Mean log-likelihood per row, its gradient, shape (q,), and Hessian, shape (q, q)."""

    value: float
    gradient: Array
    hessian: Array


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Data and model.

    Attributes
    ----------
    y, design
        Outcome, shape (n,), and regressors with the intercept, shape (n, k); both already times -1 for a cost frontier,
        and in the order of the groups where there are any.
    determinants
        Shape (n, j) for the mean of inefficiency per row, or (1, j) where it is the same for all rows; ``None`` if the
        distribution is half-normal or exponential.
    gram
        ``design' design``, shape (k, k).
    groups
        Rows that share one inefficiency; ``None`` if each has its own.
    decay
        Whether the inefficiency of a group varies with time.
    is_exponential
        Exponential instead of (half or truncated) normal.
    """

    y: Array
    design: Array
    gram: Array
    determinants: Array | None
    groups: Groups | None
    decay: bool
    is_exponential: bool

    @property
    def k(self) -> int:
        """Number of coefficients with the intercept."""
        return len(self.gram)

    @property
    def j(self) -> int:
        """Number of determinants."""
        return 0 if self.determinants is None else self.determinants.shape[1]

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.k + self.j + int(self.decay) + 2

    @property
    def count(self) -> int:
        """Number of groups."""
        return len(self.y) if self.groups is None else self.groups.count

    def place(self, name: str) -> int:
        """Where ``decay``, ``p`` or ``g`` is in the array of parameters."""
        return {"decay": self.k + self.j, "p": self.size - 2, "g": self.size - 1}[name]

    def _sums(self, values: Array) -> Array:
        return values if self.groups is None else self.groups.sums(values)

    def _weights(self, parameters: Array) -> Array | None:
        if self.groups is None:
            return None
        return self.groups.weights(float(parameters[self.place("decay")]) if self.decay else 0.0)

    def _z(self, parameters: Array) -> Array | None:
        if self.determinants is None:
            return None
        return np.asarray(self.determinants @ parameters[self.k : self.k + self.j], dtype=np.float64)

    def _density(self, residuals: Array, a: Array, b: Value, parameters: Array, *, derivatives: bool) -> Density:
        p, g = float(parameters[-2]), float(parameters[-1])
        if self.is_exponential:
            return composed_error.exponential(a, p, g, derivatives=derivatives)
        squares, z = self._sums(np.square(residuals)), self._z(parameters)
        return composed_error.truncated_normal(a, b, squares, z, p, g, derivatives=derivatives)

    def posterior(self, parameters: Array) -> tuple[Posterior, Array | None]:
        """Inefficiency per group given its residuals, and the weight of each row in the order of the groups."""
        residuals = self.y - self.design @ parameters[: self.k]
        weights = self._weights(parameters)
        p, g = float(parameters[-2]), float(parameters[-1])
        if self.is_exponential:
            return composed_error.exponential_posterior(residuals, p, g), weights
        a = residuals if weights is None else self._sums(weights * residuals)
        b = 1.0 if weights is None else self._sums(np.square(weights))
        return composed_error.truncated_normal_posterior(a, b, self._z(parameters), p, g), weights

    def evaluate(self, parameters: Array) -> Evaluation:
        """Mean log-likelihood per row with gradient and Hessian."""
        n, k, j = len(self.y), self.k, self.j
        residuals = self.y - self.design @ parameters[:k]
        weights = self._weights(parameters)
        pulled = self.design if weights is None else self._sums(weights[:, None] * self.design)
        a = residuals if weights is None else self._sums(weights * residuals)
        b = 1.0 if weights is None else self._sums(np.square(weights))
        density = self._density(residuals, a, b, parameters, derivatives=True)
        first, second = density.first, density.second
        gradient, hessian = np.zeros(self.size), np.zeros((self.size, self.size))
        value = float(density.value.sum()) + self._constant(parameters)
        self._add_squares(residuals, parameters, gradient, hessian)

        gradient[:k] -= pulled.T @ first["A"]
        hessian[:k, :k] += pulled.T @ (pulled * np.asarray(second["AA"])[:, None])
        for name in "pg":
            at = self.place(name)
            gradient[at] += np.sum(first[name])
            hessian[:k, at] -= pulled.T @ second[f"A{name}"]
        p, g = self.place("p"), self.place("g")
        hessian[p, p] += np.sum(second["pp"])
        hessian[p, g] += np.sum(second["pg"])
        hessian[g, g] += np.sum(second["gg"])
        if j:
            self._add_determinants(pulled, density, gradient, hessian)
        if self.decay and weights is not None:
            self._add_decay(pulled, residuals, weights, density, gradient, hessian)
        upper = np.triu(hessian)
        return Evaluation(value / n, gradient / n, (upper + np.triu(hessian, 1).T) / n)

    def value(self, parameters: Array) -> float:
        """Mean log-likelihood per row."""
        residuals = self.y - self.design @ parameters[: self.k]
        weights = self._weights(parameters)
        a = residuals if weights is None else self._sums(weights * residuals)
        b = 1.0 if weights is None else self._sums(np.square(weights))
        density = self._density(residuals, a, b, parameters, derivatives=False)
        return (float(density.value.sum()) + self._constant(parameters)) / len(self.y)

    def _constant(self, parameters: Array) -> float:
        """What does not depend on the residuals (see :mod:`composed_error`)."""
        n, p, g = len(self.y), float(parameters[-2]), float(parameters[-1])
        return -0.5 * n * (_LOG_TWO_PI + p) + 0.5 * (n - self.count) * float(np.logaddexp(0.0, g))

    def _add_squares(self, residuals: Array, parameters: Array, gradient: Array, hessian: Array) -> None:
        """Derivatives of the constant and of the squared residuals, which all densities have in common."""
        n, k, spare = len(self.y), self.k, len(self.y) - self.count
        p, g = float(parameters[-2]), float(parameters[-1])
        at_p, at_g = self.place("p"), self.place("g")
        squares, products = float(residuals @ residuals), self.design.T @ residuals
        gamma, of_gamma = float(1 / (1 + np.exp(-g))), float(np.exp(g - p))
        tight = float(np.exp(-p)) + of_gamma
        gradient[:k] += tight * products
        gradient[at_p] += 0.5 * (tight * squares - n)
        gradient[at_g] += 0.5 * (spare * gamma - of_gamma * squares)
        hessian[:k, :k] -= tight * self.gram
        hessian[:k, at_p] -= tight * products
        hessian[:k, at_g] += of_gamma * products
        hessian[at_p, at_p] -= 0.5 * tight * squares
        hessian[at_p, at_g] += 0.5 * of_gamma * squares
        hessian[at_g, at_g] += 0.5 * (spare * gamma * (1 - gamma) - of_gamma * squares)

    def _add_determinants(self, pulled: Array, density: Density, gradient: Array, hessian: Array) -> None:
        first, second, k = density.first, density.second, self.k
        assert self.determinants is not None  # noqa: S101  the caller asked for j first
        columns = np.broadcast_to(self.determinants, (self.count, self.j))
        at = slice(k, k + self.j)
        gradient[at] += columns.T @ np.broadcast_to(first["z"], self.count)
        hessian[:k, at] -= pulled.T @ (columns * np.asarray(second["Az"])[:, None])
        hessian[at, at] += columns.T @ (columns * np.broadcast_to(second["zz"], self.count)[:, None])
        for name in "pg":
            hessian[at, self.place(name)] += columns.T @ np.broadcast_to(second[f"z{name}"], self.count)

    def _add_decay(
        self, pulled: Array, residuals: Array, weights: Array, density: Density, gradient: Array, hessian: Array
    ) -> None:
        groups, k, at = self.groups, self.k, self.place("decay")
        assert groups is not None  # noqa: S101  weights exist only with groups
        first, second = density.first, density.second
        slope = -groups.age * weights
        a_1 = groups.sums(slope * residuals)
        b_1 = 2 * groups.sums(slope * weights)
        a_2 = groups.sums(np.square(groups.age) * weights * residuals)
        b_2 = 4 * groups.sums(np.square(slope))
        gradient[at] += np.sum(first["A"] * a_1 + first["B"] * b_1)
        hessian[:k, at] -= pulled.T @ (second["AA"] * a_1 + second["AB"] * b_1)
        hessian[:k, at] -= groups.sums(slope[:, None] * self.design).T @ first["A"]
        hessian[at, at] += np.sum(
            second["AA"] * np.square(a_1)
            + 2 * second["AB"] * a_1 * b_1
            + second["BB"] * np.square(b_1)
            + first["A"] * a_2
            + first["B"] * b_2
        )
        for name in "pg":
            hessian[at, self.place(name)] += np.sum(second[f"A{name}"] * a_1 + second[f"B{name}"] * b_1)
        if self.determinants is not None:
            columns = np.broadcast_to(self.determinants, (self.count, self.j))
            hessian[k : k + self.j, at] += columns.T @ (second["Az"] * a_1 + second["Bz"] * b_1)
