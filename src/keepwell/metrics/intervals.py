"""How sure a figure is: intervals of shares and of ratios of money, and the tail of a chi-square.

Everything here is small: counts, or numpy arrays with one entry an account.
"""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

SMALL_BASE = 30
_BLOCKS = 20_000  # resampled units; more than so many accounts are dealt into so many blocks first
_CELLS = 4_000_000  # counts held at once while resampling: 32 MB

Ints = NDArray[np.int64]


def small(base: int) -> bool:
    """Whether a base of so many accounts is too small for its ratio to be trusted."""
    return base < SMALL_BASE


def normal_quantile(confidence: float) -> float:
    """How many standard deviations either way hold `confidence` of a normal distribution: 0.95 gives 1.96."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(active: int, base: int, confidence: float = 0.95) -> tuple[float, float] | None:
    """Wilson's interval of the share active / base; None where the base is 0.

    (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n). Source: Wilson, JASA 22 (1927).

    >>> tuple(round(x, 4) for x in wilson(380, 400))
    (0.924, 0.9674)
    """
    if base <= 0:
        return None
    z = normal_quantile(confidence)
    share, room = active / base, z * z / base
    middle = share + room / 2
    half = z * math.sqrt(share * (1 - share) / base + room / (4 * base))
    low = 0.0 if active == 0 else max(0.0, (middle - half) / (1 + room))
    high = 1.0 if active == base else min(1.0, (middle + half) / (1 + room))
    return low, high


def bootstrap(
    numerator: Ints,
    denominator: Ints,
    *,
    accounts: Ints | None = None,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Percentile interval of sum(numerator) / sum(denominator), resampling accounts; None where the base is 0.

    Each entry is an account's amounts in minor units (for net retention its closing and its opening MRR), or,
    with `accounts`, those of so many equal accounts. The same amounts and seed give the same interval in
    whatever order they come. Each account is drawn a Poisson(1) number of times. Beyond 20,000 entries they
    are dealt into as many blocks at random and blocks are drawn, so that time and memory stay bounded.
    """
    counts = np.ones(len(numerator), np.int64) if accounts is None else np.asarray(accounts, np.int64)
    above, below = np.asarray(numerator, np.int64), np.asarray(denominator, np.int64)
    if not len(below) or int((below * counts).sum()) <= 0:
        return None
    order = np.lexsort((counts, above, below))
    above, below, counts = above[order], below[order], counts[order]
    chance = np.random.default_rng(seed)
    if len(below) > _BLOCKS:
        block = chance.permutation(len(below)) % _BLOCKS
        above = np.bincount(block, above * counts, _BLOCKS).astype(np.int64)
        below = np.bincount(block, below * counts, _BLOCKS).astype(np.int64)
        counts = np.ones(_BLOCKS, np.int64)
    ratios = []
    step = max(1, _CELLS // len(below))
    for start in range(0, draws, step):
        drawn = chance.poisson(counts, (min(step, draws - start), len(below)))
        total = drawn @ below.astype(np.float64)
        ratios.append((drawn @ above.astype(np.float64))[total > 0] / total[total > 0])
    every = np.concatenate(ratios)
    if not len(every):
        return None
    low, high = np.quantile(every, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def chi_square_tail(statistic: float, degrees: int) -> float:
    """The chance that a chi-square of `degrees` (1 or more) exceeds `statistic`.

    Q(1/2, x) = erfc(sqrt x), Q(1, x) = exp(-x) and Q(a + 1, x) = Q(a, x) + x^a exp(-x) / gamma(a + 1), at
    x = statistic / 2 up to a = degrees / 2.
    """
    x = statistic / 2
    if x <= 0:
        return 1.0
    a = 1.0 if degrees % 2 == 0 else 0.5
    tail = math.exp(-x) if degrees % 2 == 0 else math.erfc(math.sqrt(x))
    while a < degrees / 2:
        tail += math.exp(a * math.log(x) - x - math.lgamma(a + 1))
        a += 1
    return min(1.0, tail)
