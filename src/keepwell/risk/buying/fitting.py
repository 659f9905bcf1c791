"""Fitting by maximum likelihood: several starts on samples of accounts, then Newton's steps on all of them.

A sample of accounts drawn evenly from the sorted rows has nearly the curvature of them all, so that a few steps with
it bring the whole to its top: a million accounts cost some four looks at them.
"""

from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import numpy as np

from keepwell.risk.buying.summaries import Floats

_FEW, _SAMPLE = 4_000, 20_000  # accounts on which the starts are tried, and on which the best goes on
_FAR = 10.0  # powers of e from its start after which a parameter is taken to run away: some 20,000 times
_TOP = 1e-7  # log-likelihood still to be had, at most, when a fit has arrived
_APART = 0.05  # of log-likelihood: two starts that end further apart found different tops
_STEPS, _HALVINGS = 50, 30
_STRIDE = 2.0  # of a logarithm in one step
_FLAT, _LEAST = 1e-9, 1e-12  # an account: the curvature taken for none, and the gain that is not worth a step
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
    few, part = rows.sample(_FEW), rows.sample(_SAMPLE)
    starts = [np.log(start) for start in likelihood.starts(few)]
    edges = (starts[0] - _FAR, starts[0] + _FAR)
    ends = [_climb(likelihood, start, few, edges) for start in starts]
    best = max(ends, key=lambda end: end[1])
    agree = sum(end[1] > best[1] - _APART for end in ends) > 1
    at, _value = _climb(likelihood, best[0], part, edges)
    curvature = _curvature(likelihood, at, part) * (rows.accounts / part.accounts)
    at, value, looks, arrived = _newton(likelihood, at, curvature, rows)
    if not arrived:
        at, value = _climb(likelihood, at, rows, edges)
        curvature = _curvature(likelihood, at, rows)
        at, value, looks, arrived = _newton(likelihood, at, curvature, rows)
    running = tuple(
        name
        for name, log, low, high in zip(likelihood.parameters, at, *edges, strict=True)
        if not low + 1 < log < high - 1
    )
    return Fit(np.exp(at), value, arrived, running, _errors(curvature), agree, looks)


def _look(likelihood: Likelihood[R], at: Floats, rows: R) -> tuple[float, Floats]:
    """Log-likelihood at the logarithms of the parameters, and its slope by them."""
    natural = np.exp(at)
    value, slope = likelihood.log_likelihood(natural, rows)
    return value, slope * natural


def _climb(
    likelihood: Likelihood[R], start: Floats, rows: R, edges: tuple[Floats, Floats]
) -> tuple[Floats, float]:
    """Steps up by the curvature of each place, inside the edges, until there is nothing more to be had.

    Where the likelihood bends upwards, as far from its top it may, the step is what it were if it bent downwards as
    much; no step is longer than `_STRIDE`, and one that leads down is halved. Four parameters need no more, and what
    libraries have for it starts threads for sums of four numbers.
    """
    at = start
    value, slope = _look(likelihood, at, rows)
    for _step in range(_STEPS):
        bends, ways = np.linalg.eigh(_curvature(likelihood, at, rows))
        step = ways @ ((ways.T @ slope) / np.maximum(np.abs(bends), _FLAT * rows.accounts))
        step *= min(1.0, _STRIDE / max(float(np.abs(step).max()), 1e-300))
        gained = -np.inf
        for _halving in range(_HALVINGS):
            there = np.clip(at + step, *edges)
            next_value, next_slope = _look(likelihood, there, rows)
            gained = next_value - value
            if gained > 0:
                at, value, slope = there, next_value, next_slope
                break
            step = step / 2
        if not gained > _LEAST * rows.accounts:
            break
    return at, value


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
