"""How sure a figure is: intervals of shares and of ratios of money, and the tail of a chi-square.

Everything here is small: counts, or numpy arrays with one entry an account.
"""

import math
from collections.abc import Sequence
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
    whatever order they come. Each account is drawn a Poisson(1) number of times. Beyond 20,000 entries their
    accounts are dealt into as many blocks at random and blocks are drawn, so that time and memory stay bounded.
    """
    return bootstraps(
        [numerator], denominator, accounts=accounts, confidence=confidence, draws=draws, seed=seed
    )[0]


def bootstraps(
    numerators: Sequence[Ints],
    denominator: Ints,
    *,
    accounts: Ints | None = None,
    confidence: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> list[tuple[float, float] | None]:
    """As `bootstrap`, of several numerators over one denominator: drawn once for all of them."""
    counts = np.ones(len(denominator), np.int64) if accounts is None else np.asarray(accounts, np.int64)
    amounts = np.array([*numerators, denominator], np.int64)  # the base is the last row
    if not counts.size or int((amounts[-1] * counts).sum()) <= 0:
        return [None] * len(numerators)
    order = np.lexsort((counts, *amounts))
    amounts, counts = amounts[:, order], counts[order]
    chance = np.random.default_rng(seed)
    if len(counts) > _BLOCKS:
        amounts, counts = _dealt(amounts, counts, chance), np.ones(_BLOCKS, np.int64)
    totals = []
    step = max(1, _CELLS // len(counts))
    for start in range(0, draws, step):
        drawn = chance.poisson(counts, (min(step, draws - start), len(counts)))
        totals.append(drawn @ amounts.T.astype(np.float64))
    every = np.concatenate(totals)
    every = every[every[:, -1] > 0]
    if not len(every):
        return [None] * len(numerators)
    ends = np.quantile(every[:, :-1] / every[:, -1:], [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    return [(float(low), float(high)) for low, high in ends.T]


def _dealt(amounts: Ints, counts: Ints, chance: np.random.Generator) -> Ints:
    """Amounts of the blocks that accounts are dealt into, one by one also where they come counted together."""
    blocks = np.zeros((len(amounts), _BLOCKS), np.int64)
    ends = counts.cumsum()
    for start in range(0, int(ends[-1]), _CELLS):
        stop = min(start + _CELLS, int(ends[-1]))
        entry = np.searchsorted(ends, np.arange(start, stop), side="right")
        block = chance.integers(0, _BLOCKS, stop - start)
        for place, amount in enumerate(amounts):
            blocks[place] += np.bincount(block, amount[entry], _BLOCKS).astype(np.int64)
    return blocks


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
