"""Which places of a slot can matter: those near which every other slot of one of its patterns is filled too.

Most words of a rule stand alone in most of what is said. What else a place must be is asked only of those left.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from keepwell.listening.matching.sequences import spread

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FAR = 1 << 40  # apart from slot to slot: more than any place
_AT_ONCE = 1 << 20  # places looked at together: what is hostile must not fill the memory


class Meeting:
    """Tells it for patterns: the slots of each in columns, -1 for none; how many words may lie between two of them.

    `alone` tells the slots of which every place matters, wherever the others stand; `longest` is how many tokens a
    slot may have.
    """

    def __init__(self, table: Longs, reach: Longs, alone: Flags, longest: int) -> None:
        self._alone = alone
        met = ~np.append(alone, True)[table].all(axis=1)
        self._table, self._reach = table[met], reach[met] + 2 * longest + 2

    def may(self, slot: Longs, first: Longs, last: Longs, torn: Flags) -> Flags:
        """Which occurrences, sorted by slot and place, may be part of something found.

        `first` and `last` are places. `torn` are occurrences that lie in two clauses: what is near them is not told
        by places, so all that may be found with them matters.
        """
        alone = self._alone
        if torn.any():
            with_them = np.isin(self._table, slot[torn]).any(axis=1)
            alone = alone.copy()
            alone[self._table[with_them][self._table[with_them] >= 0]] = True
        kept, where = alone[slot], slot * FAR + first
        counts = np.bincount(slot, minlength=len(alone))
        begins = np.cumsum(counts) - counts
        held = np.where(self._table >= 0, counts[self._table], np.iinfo(np.int64).max)
        those = np.flatnonzero((held > 0).all(axis=1))
        rarest = np.argmin(held[those], axis=1)
        slots = self._table[those, rarest]
        opens = np.zeros(len(slot) + 1, np.int64)  # stretches to be kept that begin here, less those that end
        for few in parts(counts[slots]):
            own = counts[slots[few]]
            at, row = spread(begins[slots[few]], own), np.repeat(few, own)
            for k in range(self._table.shape[1]):
                low, top, asked = self._window(those[row], k, first[at], last[at])
                asked &= rarest[row] != k
                found = np.minimum(np.searchsorted(where, low), len(where) - 1)
                near = ~asked | (low <= where[found]) & (where[found] <= top)
                at, row = at[near], row[near]
            kept[at] = True
            for k in range(self._table.shape[1]):
                low, top, asked = self._window(those[row], k, first[at], last[at])
                np.add.at(opens, np.searchsorted(where, low[asked]), 1)
                np.add.at(opens, np.searchsorted(where, top[asked], "right"), -1)
        return np.asarray(kept | (np.cumsum(opens[:-1]) > 0))

    def _window(self, pattern: Longs, k: int, first: Longs, last: Longs) -> tuple[Longs, Longs, Flags]:
        """Between which places slot k of each pattern may begin; and whether it has one."""
        slot, reach = self._table[pattern, k], self._reach[pattern]
        return slot * FAR + first - reach, slot * FAR + last + reach, slot >= 0


def parts(counts: Longs) -> Iterator[Longs]:
    """Rows in parts of which the counts are not too many together."""
    part = np.cumsum(counts) // _AT_ONCE
    for number in np.unique(part).tolist():
        yield np.flatnonzero(part == number)
