"""Stochastic frontiers with known truth, and their densities by numerical integration: a second way to everything."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import integrate, special, stats


@dataclass(frozen=True)
class Drawn:
    """Data with the parameters that they were drawn from."""

    y: np.ndarray
    x: np.ndarray
    slopes: np.ndarray
    firm: np.ndarray | None = None
    time: np.ndarray | None = None
    z: np.ndarray | None = None
    inefficiency: np.ndarray | None = None


def inefficiencies(rng, size, distribution, sigma_u=1.0, mean=0.0):
    """Draw ``u``; ``mean`` is that of the normal distribution before truncation."""
    if distribution == "exponential":
        return rng.exponential(sigma_u, size)
    mean = np.broadcast_to(mean, size)
    return mean + sigma_u * stats.truncnorm.rvs(-mean / sigma_u, np.inf, size=size, random_state=rng)


def cross_section(seed, n=300, *, distribution="half-normal", sigma_u=0.5, sigma_v=0.2, mean=0.0, cost=False, k=2):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, k)) + 0.3 * rng.normal(size=(n, 1))
    slopes = np.linspace(0.3, 0.6, k)
    u = inefficiencies(rng, n, distribution, sigma_u, mean)
    y = 1.0 + x @ slopes + sigma_v * rng.normal(size=n) + (u if cost else -u)
    return Drawn(y, x, slopes, inefficiency=u)


def panel(seed, firms=60, periods=6, *, eta=0.0, sigma_u=0.5, sigma_v=0.2, mean=0.0, present=0.8, cost=False):
    """An unbalanced panel: each firm is seen in each year with chance ``present``, and at least once; rows shuffled."""
    rng = np.random.default_rng(seed)
    firm, time = np.repeat(np.arange(firms), periods), np.tile(np.arange(2001.0, 2001.0 + periods), firms)
    seen = (rng.uniform(size=len(firm)) < present) | (time == 2001.0 + firm % periods)
    firm, time = firm[seen], time[seen]
    order = rng.permutation(len(firm))
    firm, time = firm[order], time[order]
    x = rng.normal(size=(len(firm), 2))
    slopes = np.array([0.4, 0.5])
    own = inefficiencies(rng, firms, "truncated-normal", sigma_u, mean)
    u = np.exp(-eta * (time - time.max())) * own[firm]
    y = 1.0 + x @ slopes + sigma_v * rng.normal(size=len(firm)) + (u if cost else -u)
    return Drawn(y, x, slopes, firm=firm, time=time, inefficiency=u)


def effects(seed, n=400, *, delta=(0.2, 0.5), sigma_u=0.5, sigma_v=0.2, cost=False):
    """Determinants of inefficiency: the intercept of their mean, then one coefficient per determinant."""
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(n, 2)), rng.normal(size=(n, len(delta) - 1))
    slopes = np.array([0.4, 0.5])
    u = inefficiencies(rng, n, "truncated-normal", sigma_u, delta[0] + z @ np.array(delta[1:]))
    y = 1.0 + x @ slopes + sigma_v * rng.normal(size=n) + (u if cost else -u)
    return Drawn(y, x, slopes, z=z, inefficiency=u)


def one_sided_density(distribution, sigma_u, mean):
    if distribution == "exponential":
        return lambda u: math.exp(-u / sigma_u) / sigma_u
    total = sigma_u * math.sqrt(2 * math.pi) * float(special.ndtr(mean / sigma_u))
    return lambda u: math.exp(-0.5 * ((u - mean) / sigma_u) ** 2) / total


def integrated_density(residuals, weights, *, distribution, sigma_u, sigma_v, mean=0.0):
    """Density of residuals ``v - weight u`` that share one ``u``: the convolution, by adaptive quadrature."""
    of_u = one_sided_density(distribution, sigma_u, mean)
    pairs = list(zip(residuals.tolist(), weights.tolist(), strict=True))
    constant = (sigma_v * math.sqrt(2 * math.pi)) ** -len(pairs)

    def integrand(u):
        return of_u(u) * constant * math.exp(-0.5 * sum((r + w * u) ** 2 for r, w in pairs) / sigma_v**2)

    squares = float(weights @ weights)
    centre, width = max(0.0, -float(residuals @ weights) / squares), sigma_v / math.sqrt(squares)
    far = centre + 40 * (sigma_u + width)
    edges = np.unique(np.clip([0.0, *(centre + width * np.linspace(-12, 12, 5)), far], 0, None))
    return sum(integrate.quad(integrand, a, b, epsabs=0, epsrel=1e-10)[0] for a, b in pairwise(edges))


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(160)


def integrated_log_likelihood(residuals, weights, owner, *, distribution, sigma_u, sigma_v, mean=0.0):
    """Sum over owners of the logarithm of :func:`integrated_density`, by Gauss-Legendre on all at once: quick."""
    number = np.unique(owner, return_inverse=True)[1]
    crossed, squared = np.bincount(number, residuals * weights), np.bincount(number, weights**2)
    centre, width = np.maximum(0.0, -crossed / squared), sigma_v / np.sqrt(squared)
    low, high = np.maximum(0.0, centre - 12 * width), centre + 12 * width
    u = low[:, None] + (high - low)[:, None] * (_NODES + 1) / 2
    exponent = np.zeros_like(u)
    np.add.at(exponent, number, -0.5 * ((residuals[:, None] + weights[:, None] * u[number]) / sigma_v) ** 2)
    if distribution == "exponential":
        exponent -= u / sigma_u + np.log(sigma_u)
    else:
        exponent -= 0.5 * ((u - mean) / sigma_u) ** 2
        exponent -= np.log(sigma_u) + 0.5 * np.log(2 * np.pi) + special.log_ndtr(mean / sigma_u)
    top = exponent.max(axis=1)
    areas = np.exp(exponent - top[:, None]) @ _WEIGHTS * (high - low) / 2
    return float(np.sum(top + np.log(areas))) - len(residuals) * float(np.log(sigma_v) + 0.5 * np.log(2 * np.pi))
