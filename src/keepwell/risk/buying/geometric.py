"""Buyers who may leave after each purchase: BG/NBD, MBG/NBD and MBG/CNBD-k, one likelihood for the three.

While an account buys, its gaps are Erlang-k with rate λ, and λ is Gamma(r, alpha) over accounts (k = 1: at random
times). After a purchase it leaves for good with chance p, and p is Beta(a, b) over accounts. In BG/NBD the first
purchase is no such occasion, so who bought once is alive with certainty; in the MBG models it is. With x, t_x, T for
frequency, recency, age, e = T - t_x and m = 1 for MBG, 0 for BG:

    L = alpha^r / Γ(r) · Γ(r + kx) · Π gap^(k-1) / Γ(k)^x · (alive + left)
    alive = B(a, b+x+m)/B(a, b) · (alpha+T)^-(r+kx) · Σ_{j<k} u_j,  u_j = Γ(r+kx+j)/Γ(r+kx) · (e/(alpha+T))^j / j!
    left  = B(a+1, b+x+m-1)/B(a, b) · (alpha+t_x)^-(r+kx)           where x + m > 0

Sources: Fader, Hardie and Lee (2005); Batislam, Denizel and Filiztekin (2007); Reutterer, Platzer and Schröder
(2021). Parameters are in days.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, psi

from keepwell.risk.buying.summaries import Floats, Groups, alike

# Rows worked on at once: they stay in the processor's cache, and their sums below what threads are started for,
# which cost ten times the sums themselves.
_CHUNK = 1 << 12
_TAIL = 1e-11  # of the chances of future purchases, what is left out
_RARE, _SHRINK = 1e200, 1e-200
_BETWEEN_LOOKS = 16  # steps of a sum between two looks at which rows are done
_MOST_STEPS = 100_000


@dataclass(frozen=True)
class Geometric:
    """One model of the family: `regularity` is k, `leaves_at_first` is whether the first purchase may be the last."""

    name: str
    regularity: int = 1
    leaves_at_first: bool = True

    parameters = ("r", "alpha", "a", "b")

    def starts(self, groups: Groups) -> list[Floats]:
        """Where to begin looking: the rate so far, with few and many differences between accounts."""
        rate = self.regularity * groups.rate
        shapes = ((0.5, 0.8, 2.5), (1.0, 0.3, 1.0), (2.0, 1.5, 8.0))
        return [np.array([r, r / rate, a, b]) for r, a, b in shapes]

    def log_likelihood(self, at: Floats, groups: Groups) -> tuple[float, Floats]:
        """Log-likelihood, and its slope by r, alpha, a, b (4,)."""
        r, alpha, a, b = at
        xs, x_at = groups.by_frequency
        count = np.bincount(x_at, groups.weight, len(xs))
        total = float(count.sum())
        rx = r + self.regularity * xs
        last = b + xs + int(self.leaves_at_first)  # b after as many chances to leave as there were
        ages, recencies = np.log(alpha + groups.by_age[0]), np.log(alpha + groups.by_recency[0])
        value = total * (r * np.log(alpha) - gammaln(r) + gammaln(a + b) - gammaln(b))
        value += count @ (gammaln(rx) + gammaln(last) - gammaln(a + last))
        value += (self.regularity - 1) * groups.log_gaps - (count @ xs) * gammaln(self.regularity)
        shared = count @ psi(a + last)
        slope = np.array(
            [
                total * (np.log(alpha) - psi(r)) + count @ psi(rx),
                total * r / alpha,
                total * psi(a + b) - shared,
                total * (psi(a + b) - psi(b)) + count @ psi(last) - shared,
            ]
        )
        odds, stayed = self._odds_at_last(xs, a, b)
        for begin in range(0, len(x_at), _CHUNK):
            rows = slice(begin, begin + _CHUNK)
            at_x = x_at[rows]
            log_age, log_recency = ages[groups.by_age[1][rows]], recencies[groups.by_recency[1][rows]]
            part = self._rows(groups, rows, (rx[at_x], odds[at_x], stayed[at_x], log_age, log_recency))
            value += part[0]
            slope += part[1:] / np.array([1.0, 1.0, a, 1.0])
        return float(value), slope

    def _rows(self, groups: Groups, rows: slice, known: tuple[Floats, ...]) -> Floats:
        """What a stretch of rows adds to the likelihood and to its slope, that by a still to be divided by a."""
        rx, odds, stayed, log_age, log_recency = known
        w, over_age = groups.weight[rows], np.exp(-log_age)
        left = odds + rx * (log_age - log_recency)
        in_log, in_shape, in_rate = np.zeros_like(rx), np.zeros_like(rx), rx
        if self.regularity > 1:
            e = groups.age[rows] - groups.recency[rows]
            log_phases, by_r, phase = _phases(self.regularity, rx, e * over_age)
            left = left - log_phases
            in_log, in_shape, in_rate = log_phases, by_r, rx + phase
        small = np.exp(-np.abs(left))
        share = np.where(left > 0, 1.0, small) / (1.0 + small)  # the chance that it has left
        alive, gone = w * (1.0 - share), w * share
        return np.array(
            [
                w @ (in_log - rx * log_age + np.maximum(left, 0.0) + np.log(1.0 + small)),
                alive @ (in_shape - log_age) - gone @ log_recency,
                -(alive @ (in_rate * over_age) + gone @ (rx * np.exp(-log_recency))),
                gone.sum(),
                -(gone @ stayed),
            ]
        )

    def _odds_at_last(self, x: Floats, a: float, b: float) -> tuple[Floats, Floats]:
        """Log odds of leaving at the last chance there was, and 1 / (b + chances before it); none: never, 0."""
        before = b + x + int(self.leaves_at_first) - 1
        chance = (x > 0) | self.leaves_at_first
        stayed = np.divide(1.0, before, out=np.zeros_like(before), where=chance)
        return np.log(a * stayed, out=np.full_like(before, -np.inf), where=chance), stayed

    def alive(self, at: Floats, x: Floats, recency: Floats, age: Floats) -> Floats:
        """Chance of not having left, (n,)."""
        r, alpha, a, b = at
        rx = r + self.regularity * x
        odds = self._odds_at_last(x, a, b)[0] + rx * np.log((alpha + age) / (alpha + recency))
        if self.regularity > 1:
            odds = odds - _phases(self.regularity, rx, (age - recency) / (alpha + age))[0]
        alive: Floats = 1.0 / (1.0 + np.exp(np.minimum(odds, 700.0)))
        return alive

    def sure_of(self, x: Floats) -> NDArray[np.bool_]:
        """Whose being alive the model takes for granted and has not learnt, (n,)."""
        return np.zeros(len(x), bool) if self.leaves_at_first else x == 0

    def expected(self, at: Floats, x: Floats, recency: Floats, age: Floats, days: float) -> Floats:
        """Purchases to expect in the next `days`, (n,)."""
        silent = (
            age - recency if self.regularity > 1 else np.zeros_like(age)
        )  # at random times, silence tells no rate
        different, place = alike(x, age, silent)
        return self.alive(at, x, recency, age) * self._while_alive(at, different, days)[place]

    def _while_alive(self, at: Floats, rows: Floats, days: float) -> Floats:
        """Purchases to expect of those still alive: exact sum over how many phases of gaps pass until then.

        Who stayed has made floor(n/k) purchases when n phases have passed since its last one, of which at most k - 1
        are past already; who may leave makes Σ_{i < floor(n/k)} E[(1-p)^i] of them, p being Beta(a, b + x + m).
        All terms are positive, so nothing cancels; they are scaled as they grow and divided by their own sum.
        """
        k, (r, alpha, a, b) = self.regularity, at
        x, age, silent = rows
        shape, rate = r + k * x, alpha + age + days
        forward, back, stays = days / rate, silent / rate, b + x + int(self.leaves_at_first)
        result = np.zeros(len(x))
        if days <= 0:
            return result
        todo = np.arange(len(x))
        term = [np.ones(len(x))] + [np.zeros(len(x))] * (k - 1)
        weight, gained = np.zeros((2, len(x)))
        made, share = np.zeros(len(x)), np.ones(len(x))
        first = np.ones(len(x))
        for n in range(_MOST_STEPS):
            if n:
                grown = (shape + n - 1) * forward
                if n < k:
                    first = first * (shape + n - 1) * back / n
                term = [
                    first if j == n else t * (grown / (n - j)) if n > j else t for j, t in enumerate(term)
                ]
            if n and n % k == 0:
                made = made + share
                share = share * (stays + n // k - 1) / (a + stays + n // k - 1)
            here = sum(term[1:], term[0])
            weight, gained = weight + here, gained + here * made
            if n % _BETWEEN_LOOKS:
                continue
            ratio = (
                np.maximum(forward, (shape + n) * forward / (n - k + 2))
                if n > k
                else np.full(len(todo), np.inf)
            )
            done = (ratio < 1) & (
                here * ratio * (made + 1) <= _TAIL * weight * (1 - ratio) * np.maximum(made, 1e-9)
            )
            result[todo[done]] = gained[done] / weight[done]
            if done.all():
                return result
            scale = np.where(weight > _RARE, _SHRINK, 1.0)
            kept = ~done
            todo, shape, forward, back = todo[kept], shape[kept], forward[kept], back[kept]
            stays, made, share, first = stays[kept], made[kept], share[kept], first[kept]
            weight, gained = (weight * scale)[kept], (gained * scale)[kept]
            term = [(t * scale)[kept] for t in term]
        result[todo] = gained / weight
        return result


def _phases(k: int, rx: Floats, ratio: Floats) -> tuple[Floats, Floats, Floats]:
    """ln Σ_{j<k} u_j, its slope by r, and the mean j: how far into its next gap an account that is alive may be."""
    one = np.ones_like(ratio)
    total, by_r, phase, harmonic = one, np.zeros_like(ratio), np.zeros_like(ratio), np.zeros_like(ratio)
    for j in range(1, k):
        one = one * (rx + j - 1) / j * ratio
        harmonic = harmonic + 1.0 / (rx + j - 1)
        total, by_r, phase = total + one, by_r + one * harmonic, phase + one * j
    return np.log(total), by_r / total, phase / total
