"""Random numbers that depend on nothing but the seed and what they are drawn for.

Each draw is a hash of (seed, what is asked, whom it is asked of), so account 1,234 comes out the same whether it
is made alone, in a chunk of a thousand or with ten million others. Only whole numbers are used: no rounding
differs between machines.
"""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Draws = NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_HALF = np.uint64(32)
_WHOLE = 1 << 32


class Dice:
    """Draws for one seed. `about` names what is asked; `whom` are the numbers of those it is asked of."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def bits(self, about: str, whom: Ints) -> Draws:
        """A number from 0 to 2**32 - 1 for each (splitmix64, upper half)."""
        start = np.uint64(
            (self._seed * 0x632BE59BD9B4E019 + zlib.crc32(about.encode()) * 0xD6E8FEB86659FD93) % (1 << 64)
        )
        z = whom.astype(np.uint64)
        z *= _STEP
        z += start
        z ^= z >> np.uint64(30)
        z *= _MIX_1
        z ^= z >> np.uint64(27)
        z *= _MIX_2
        z ^= z >> np.uint64(31)
        return z >> _HALF

    def below(self, about: str, whom: Ints, bound: int | Ints) -> Ints:
        """A number from 0 to `bound` - 1 for each, every one as likely; `bound` is at most 2**31."""
        bounds = np.asarray(bound).astype(np.uint64)
        return ((self.bits(about, whom) * bounds) >> _HALF).astype(np.int64)

    def pick(self, about: str, whom: Ints, weights: Sequence[int]) -> Ints:
        """The position of one of the weights for each, as often as its weight says."""
        limits = np.cumsum(np.asarray(weights, dtype=np.int64)) * _WHOLE // sum(weights)
        return np.searchsorted(limits[:-1].astype(np.uint64), self.bits(about, whom), side="right").astype(
            np.int64
        )

    def chance(self, about: str, whom: Ints, per_thousand: int) -> NDArray[np.bool_]:
        """Whether it happens to each, so many times in a thousand."""
        return self.bits(about, whom) < np.uint64(_WHOLE * per_thousand // 1000)


def steps_until(per_thousand: int, longest: int) -> list[int]:
    """Weights of 1, 2, … `longest` steps, each the last with this chance; what remains is the longest."""
    left, weights = 1_000_000_000, []
    for _ in range(longest - 1):
        ends = left * per_thousand // 1000
        weights.append(ends)
        left -= ends
    return [*weights, left]


def extras(mean_thousandths: int, most: int) -> list[int]:
    """Weights of 0, 1, … `most` of a geometric count, cut at `most`, with this mean in thousandths."""
    stop = 1_000_000 // (1000 + mean_thousandths)  # the mean of a geometric count is 1 / stop - 1
    return steps_until(stop, most + 1)
