"""Numbers looked up many at once: a table of twice their count and more, each where its own bits say."""

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.uint64]

_MIX = np.uint64(0x9E3779B97F4A7C15)
_EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)


class Places:
    """Where each of many distinct numbers stands in their list: a look-up or two each, however many there are."""

    def __init__(self, numbers: Numbers) -> None:
        self._count = len(numbers)
        bits = max(4, (4 * len(numbers)).bit_length())
        self._shift, self._last = np.uint64(64 - bits), (1 << bits) - 1
        self._numbers = np.full(1 << bits, _EMPTY, np.uint64)
        self._place = np.zeros(1 << bits, np.int64)
        left, spot = np.arange(len(numbers)), self._spots(numbers)
        while len(left):
            free = left[self._numbers[spot[left]] == _EMPTY]
            self._numbers[spot[free]] = numbers[free]
            set_down = self._numbers[spot[left]] == numbers[left]
            self._place[spot[left[set_down]]] = left[set_down]
            left = left[~set_down]
            spot[left] = (spot[left] + 1) & self._last

    def __len__(self) -> int:
        return self._count

    def _spots(self, numbers: Numbers) -> Longs:
        return ((numbers * _MIX) >> self._shift).view(np.int64)

    def find(self, wanted: Numbers) -> tuple[Longs, Longs]:
        """Which of the wanted numbers are there, and the place of each of those."""
        spot = self._spots(wanted)
        seen = self._numbers[spot]
        there = seen == wanted
        open_ = np.flatnonzero(~there & (seen != _EMPTY))
        while len(open_):
            spot[open_] = (spot[open_] + 1) & self._last
            seen = self._numbers[spot[open_]]
            right = seen == wanted[open_]
            there[open_[right]] = True
            open_ = open_[~right & (seen != _EMPTY)]
        rows = np.flatnonzero(there)
        return rows, self._place[spot[rows]]
