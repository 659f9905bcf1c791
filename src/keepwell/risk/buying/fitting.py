"""Fitting by maximum likelihood: several starts on a sample of accounts, then Newton's steps on all of them.

A sample of accounts drawn evenly from the sorted rows has nearly the curvature of them all, so that a few steps with
it bring the whole to its top: a million accounts cost some four looks at them.
"""

from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import numpy as np
from scipy.optimize import minimize

from keepwell.risk.buying.summaries import Floats

_SAMPLE = 20_000
_FAR = 10.0  # powers of e from its start after which a parameter is taken to run away: some 20,000 times
_TOP = 1e-7  # log-likelihood still to be had, at most, when a fit has arrived
_APART = 0.05  # of log-likelihood: two starts that end further apart found different tops
_STEPS = 50
_ASIDE = 1e-4  # of a logarithm: how far apart two slopes are taken for the curvature


class Rows(Protocol):
    """What is fitted to."""

    @property
    def accounts(self) -> float:
        """How many accounts there are."""

    def sample(self, size: int) -> Self:
        """About so many of them, spread evenly over all kinds."""


R = TypeVar("R", bound=Rows)
R_contra = TypeVar("R_contra", bound=Rows, contravariant=True)


class Likelihood(Protocol[R_contra]):
    """What is fitted: parameters, all above zero, as an array in the order of their names."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Their names."""

    def starts(self, rows: R_contra) -> list[Floats]:
        """Where to begin looking; no parameter may end far from where it has it in the first."""

    def log_likelihood(self, at: Floats, rows: R_contra) -> tuple[float, Floats]:
        """Its value and its slope by the parameters."""


@dataclass(frozen=True)
class Fit:
    """Where the likelihood is highest, and whether that is a place to trust."""

    parameters: Floats
    log_likelihood: float
    arrived: bool  # at a peak: nothing more to be had in any direction
    running: tuple[str, ...]  # parameters that ran off to the edge of what is looked at
    errors: Floats  # standard errors of the parameters' logarithms; infinite where the top is no peak
    starts_agree: bool  # at least two came to the same top
    looks: int  # at all the accounts


def fit(likelihood: Likelihood[R], rows: R) -> Fit:
    """The parameters under which these rows are likeliest."""
    part = rows.sample(_SAMPLE)
    starts = [np.log(start) for start in likelihood.starts(part)]
    edges = [(middle - _FAR, middle + _FAR) for middle in starts[0]]
    ends = [_climb(likelihood, start, part, edges) for start in starts]
    best = max(ends, key=lambda end: end[1])
    agree = sum(end[1] > best[1] - _APART for end in ends) > 1
    curvature = _curvature(likelihood, best[0], part) * (rows.accounts / part.accounts)
    at, value, looks, arrived = _newton(likelihood, best[0], curvature, rows)
    if not arrived:
        at, value = _climb(likelihood, at, rows, edges)
        curvature = _curvature(likelihood, at, rows)
        at, value, looks, arrived = _newton(likelihood, at, curvature, rows)
    running = tuple(
        name
        for name, log, (low, high) in zip(likelihood.parameters, at, edges, strict=True)
        if not low + 1 < log < high - 1
    )
    return Fit(np.exp(at), value, arrived, running, _errors(curvature), agree, looks)


def _look(likelihood: Likelihood[R], at: Floats, rows: R) -> tuple[float, Floats]:
    """Log-likelihood at the logarithms of the parameters, and its slope by them."""
    natural = np.exp(at)
    value, slope = likelihood.log_likelihood(natural, rows)
    return value, slope * natural


def _climb(
    likelihood: Likelihood[R], start: Floats, rows: R, edges: list[tuple[float, float]]
) -> tuple[Floats, float]:
    def downhill(at: Floats) -> tuple[float, Floats]:
        value, slope = _look(likelihood, at, rows)
        return -value / rows.accounts, -slope / rows.accounts

    options = {"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8}
    found = minimize(downhill, start, jac=True, method="L-BFGS-B", bounds=edges, options=options)
    return np.asarray(found.x), float(-found.fun * rows.accounts)


def _curvature(likelihood: Likelihood[R], at: Floats, rows: R) -> Floats:
    """Second derivatives by the logarithms of the parameters, from differences of the slope."""
    found = np.stack(
        [
            (_look(likelihood, at + aside, rows)[1] - _look(likelihood, at - aside, rows)[1]) / (2 * _ASIDE)
            for aside in np.eye(len(at)) * _ASIDE
        ]
    )
    return (found + found.T) / 2


def _to_go(curvature: Floats, slope: Floats) -> float:
    """Log-likelihood still to be had by the next step; infinite where the place is no peak."""
    if np.linalg.eigvalsh(curvature).max() >= 0:
        return np.inf
    return float(-slope @ np.linalg.solve(curvature, slope) / 2)


def _newton(
    likelihood: Likelihood[R], at: Floats, curvature: Floats, rows: R
) -> tuple[Floats, float, int, bool]:
    """Steps up by a curvature that stays the same: where they end, after how many looks, and whether at a peak."""
    value, slope = _look(likelihood, at, rows)
    least = _TOP + 1e-13 * abs(value)  # a sum of so many terms is not known better
    looks = 1
    while (to_go := _to_go(curvature, slope)) > least:
        step = -np.linalg.solve(curvature, slope) if np.isfinite(to_go) else np.full(len(at), np.inf)
        if looks >= _STEPS or np.abs(step).max() > 1:
            return at, value, looks, False
        next_value, next_slope = _look(likelihood, at + step, rows)
        looks += 1
        if next_value < value - least:
            return at, value, looks, False
        at, value, slope = at + step, next_value, next_slope
    return at, value, looks, True


def _errors(curvature: Floats) -> Floats:
    if np.linalg.eigvalsh(curvature).max() >= 0:
        return np.full(len(curvature), np.inf)
    return np.sqrt(np.diag(np.linalg.inv(-curvature)))
