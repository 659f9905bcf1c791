"""Buyers who may leave at any time: Pareto/NBD.

While an account buys, it does so at random times at rate λ, Gamma(r, alpha) over accounts; it leaves after an
exponential time at rate μ, Gamma(s, beta) over accounts. With x, t_x, T for frequency, recency, age:

    L = Γ(r+x)/Γ(r) · alpha^r · beta^s · (alive + left)
    alive = (alpha+T)^-(r+x) · (beta+T)^-s
    left  = s ∫ (alpha+t)^-(r+x) (beta+t)^-(s+1) dt   from t_x to T

The books write `left` as a difference of two Gauss hypergeometric functions, one way for alpha above beta and another
for below, which cancel each other for old and busy accounts. The integral has only positive terms and one way for
both: with w = ln((c+t)/(c+t_x)), c the smaller of alpha and beta, the integrand falls without a kink over at most 37
powers of e before it no longer counts, and Gauss-Legendre with 24 points has it to some 13 digits, and its slopes
from the same points. Parameters are in days.

Sources: Schmittlein, Morrison and Colombo (1987); Fader and Hardie (2005).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import exprel, gammaln, psi

from keepwell.risk.buying.summaries import Floats, Groups

_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_FALL = 37.0  # e^-37 is below the last digit of a double
_CHUNK = 1 << 12  # rows times points that stay in the processor's cache


@dataclass(frozen=True)
class Pareto:
    """The model; it has no settings."""

    name: str = "pareto_nbd"
    regularity: int = 1

    parameters = ("r", "alpha", "s", "beta")

    def starts(self, groups: Groups) -> list[Floats]:
        """Where to begin looking: the rate so far, and lives of the length watched or longer."""
        watched = max(float(groups.weight @ groups.age) / groups.accounts, 1.0)
        shapes = ((0.5, 0.5, 0.5), (1.0, 1.0, 2.0), (2.0, 0.3, 0.1))
        return [np.array([r, r / groups.rate, s, far * watched]) for r, s, far in shapes]

    def log_likelihood(self, at: Floats, groups: Groups) -> tuple[float, Floats]:
        """Log-likelihood, and its slope by r, alpha, s, beta (4,)."""
        r, alpha, s, beta = at
        xs, x_at = groups.by_frequency
        count = np.bincount(x_at, groups.weight, len(xs))
        total = float(count.sum())
        value = total * (r * np.log(alpha) + s * np.log(beta) - gammaln(r)) + count @ gammaln(r + xs)
        slope = total * np.array([np.log(alpha) - psi(r), r / alpha, np.log(beta), s / beta])
        slope[0] += count @ psi(r + xs)
        for begin in range(0, len(x_at), _CHUNK):
            rows = slice(begin, begin + _CHUNK)
            logs, slopes = _either(at, groups.frequency[rows], groups.recency[rows], groups.age[rows])
            value += groups.weight[rows] @ logs
            slope += slopes @ groups.weight[rows]
        return float(value), slope

    def alive(self, at: Floats, x: Floats, recency: Floats, age: Floats) -> Floats:
        """Chance of not having left, (n,)."""
        result = np.empty(len(x))
        for begin in range(0, len(x), _CHUNK):
            rows = slice(begin, begin + _CHUNK)
            stayed = _stayed(at, x[rows], age[rows])
            result[rows] = 1.0 / (
                1.0 + np.exp(np.minimum(_left(at, x[rows], recency[rows], age[rows])[0] - stayed, 700.0))
            )
        return result

    def sure_of(self, x: Floats) -> NDArray[np.bool_]:
        """Whose being alive the model takes for granted and has not learnt: nobody's."""
        return np.zeros(len(x), bool)

    def expected(self, at: Floats, x: Floats, recency: Floats, age: Floats, days: float) -> Floats:
        """Purchases to expect in the next `days`, (n,): chance alive x rate x time expected to be alive in them."""
        r, alpha, s, beta = at
        far = np.log1p(days / (beta + age))
        living = (
            (beta + age) * far * exprel(-(s - 1.0) * far)
        )  # (1 - e^-(s-1)far)/(s-1), and far where s is 1
        expected: Floats = self.alive(at, x, recency, age) * (r + x) / (alpha + age) * living
        return expected


def _stayed(at: Floats, x: Floats, age: Floats) -> Floats:
    r, alpha, s, beta = at
    stayed: Floats = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    return stayed


def _either(at: Floats, x: Floats, recency: Floats, age: Floats) -> tuple[Floats, Floats]:
    """ln(alive + left) (n,), and its slopes by r, alpha, s, beta (4, n)."""
    r, alpha, s, beta = at
    stayed = _stayed(at, x, age)
    left, slopes_left = _left(at, x, recency, age)
    both = np.logaddexp(stayed, left)
    slopes_stayed = np.stack(
        [-np.log(alpha + age), -(r + x) / (alpha + age), -np.log(beta + age), -s / (beta + age)]
    )
    return both, np.exp(stayed - both) * slopes_stayed + np.exp(left - both) * slopes_left


def _left(at: Floats, x: Floats, recency: Floats, age: Floats) -> tuple[Floats, Floats]:
    """ln(left) (n,), minus infinity where no day has passed since the last purchase, and its slopes (4, n)."""
    r, alpha, s, beta = at
    small, large = (alpha, beta) if alpha <= beta else (beta, alpha)
    base = small + recency
    reach = _reach(at, x, recency, age)
    ahead = base[:, None] * np.expm1(np.outer(reach, (_POINTS + 1.0) / 2.0))  # days after the last purchase
    by_small, by_large = np.log1p(ahead / base[:, None]), np.log1p(ahead / (large + recency)[:, None])
    by_alpha, by_beta = (by_small, by_large) if alpha <= beta else (by_large, by_small)
    falls = by_small - (r + x)[:, None] * by_alpha - (s + 1.0) * by_beta  # the first: from dt to dw
    mass = np.exp(falls) * _WEIGHTS
    total = mass.sum(axis=1)
    log_alpha, log_beta = np.log(alpha + recency), np.log(beta + recency)
    with np.errstate(divide="ignore"):
        scale = np.log(s * base * reach / 2.0) - (r + x) * log_alpha - (s + 1.0) * log_beta
    mass /= total[:, None]
    days = recency[:, None] + ahead
    slopes = np.stack(
        [
            -log_alpha - (mass * by_alpha).sum(axis=1),
            -(r + x) * (mass / (alpha + days)).sum(axis=1),
            1.0 / s - log_beta - (mass * by_beta).sum(axis=1),
            -(s + 1.0) * (mass / (beta + days)).sum(axis=1),
        ]
    )
    return scale + np.log(total), slopes


def _reach(at: Floats, x: Floats, recency: Floats, age: Floats) -> Floats:
    """How far to integrate in w: to `age`, or to where the integrand has fallen by `_FALL` powers of e.

    The fall is a convex function of w, so Newton's steps from beyond come down to it and never pass it.
    """
    r, alpha, s, beta = at
    base = min(alpha, beta) + recency
    end = np.log1p((age - recency) / base)
    gaps = np.stack([alpha + recency - base, beta + recency - base])
    powers = np.stack([r + x, np.full_like(x, s + 1.0)])
    for _step in range(4):
        days = base * np.exp(end)
        fallen = (powers * np.log((days + gaps) / (base + gaps))).sum(axis=0) - end
        speed = (powers * (days / (days + gaps))).sum(axis=0) - 1.0
        over = (fallen > _FALL) & (speed > 0)
        end = np.where(over, end - (fallen - _FALL) / np.where(over, speed, 1.0), end)
    reach: Floats = end
    return reach
