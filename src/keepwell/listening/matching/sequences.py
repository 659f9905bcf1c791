"""Finding many sequences of keys at once: a tree of keys walked for all tokens of a batch together, step by step.

The first step is one look-up a token; each further one touches only what is still in play.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from keepwell.listening.matching.lexicon import Lexicon

Longs = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]


class Sequences:
    """Sequences of keys, each with the number of what it stands for. Nothing lies between the parts of one."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._steps: dict[tuple[int, str], int] = {}
        self._ends: dict[int, set[int]] = defaultdict(set)
        self._roots: dict[str, int] = {}
        self._inner: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._nodes = 1
        self._seen = 0
        self._root_rows: list[list[int]] = []
        self._moves: dict[int, list[int]] = {}
        self._built = (-1, -1)

    def add(self, keys: Sequence[str], number: int) -> None:
        """Take a sequence along that stands for `number`."""
        node = 0
        for key in keys:
            step = (node, key)
            if step not in self._steps:
                self._steps[step] = self._nodes
                if node == 0:
                    self._roots[key] = self._nodes
                else:
                    self._inner[key].append((node, self._nodes))
                self._nodes += 1
                self._built = (-1, -1)
            node = self._steps[step]
        self._ends[node].add(number)
        self._built = (-1, -1)

    def _build(self) -> None:
        """Turn keys into ids of surfaces, for those that have come since."""
        if self._built[1] != self._nodes or self._built[0] < 0:
            self._seen, self._root_rows, self._moves = 0, [], {}
        known = self.lexicon.keys
        for surface in range(self._seen, len(known)):
            keys = known[surface]
            self._root_rows.append(sorted({self._roots[key] for key in keys if key in self._roots}))
            for key in keys:
                for node, child in self._inner.get(key, ()):
                    self._moves.setdefault((node << 32) | surface, []).append(child)
        self._seen = len(known)
        counts = np.fromiter(map(len, self._root_rows), np.int64, len(self._root_rows))
        self._root_first = np.concatenate([[0], np.cumsum(counts)])
        self._root_child = np.fromiter(
            (c for row in self._root_rows for c in row), np.int64, int(counts.sum())
        )
        moves = sorted((move, sorted(set(children))) for move, children in self._moves.items())
        self._move_key = np.array([move for move, _children in moves] + [np.iinfo(np.int64).max], np.int64)
        self._move_first = np.concatenate(
            [[0], np.cumsum([len(children) for _move, children in moves])]
        ).astype(np.int64)
        self._move_child = np.array([child for _move, children in moves for child in children], np.int64)
        self._goes_on = np.zeros(self._nodes, bool)
        self._goes_on[[node for rows in self._inner.values() for node, _child in rows]] = True
        ends = [sorted(self._ends.get(node, ())) for node in range(self._nodes)]
        self._end_first = np.concatenate([[0], np.cumsum([len(row) for row in ends])]).astype(np.int64)
        self._end_number = np.array([n for row in ends for n in row], np.int64)
        self._is_end = np.diff(self._end_first) > 0
        self._built = (len(known), self._nodes)

    def find(
        self,
        ids: Ids,
        parted: npt.NDArray[np.bool_],
        starts: Longs | None = None,
        *,
        back: bool = False,
    ) -> tuple[Longs, Longs, Longs]:
        """What stands where: numbers, first and last tokens. `parted` tokens do not go on from the one before.

        Only from the tokens in `starts`, where they are given; `back`: backwards, for sequences added backwards.
        """
        if self._built != (len(self.lexicon.keys), self._nodes):
            self._build()
        starts = np.arange(len(ids)) if starts is None else starts
        own = ids[starts]
        counts = self._root_first[own + 1] - self._root_first[own]
        at = np.repeat(starts, counts)
        nodes = self._root_child[spread(self._root_first[own], counts)]
        step, edge = (-1, 0) if back else (1, len(ids) - 1)
        begun, found = at.copy(), []
        while len(at):
            whole = self._is_end[nodes]
            found.append((nodes[whole], begun[whole], at[whole]))
            more = self._goes_on[nodes] & (at != edge)
            nodes, begun, at = nodes[more], begun[more], at[more] + step
            unparted = ~parted[at + back]
            nodes, begun, at = nodes[unparted], begun[unparted], at[unparted]
            wanted = (nodes << 32) | ids[at]
            move = np.searchsorted(self._move_key, wanted)
            known = self._move_key[move] == wanted
            move, begun, at = move[known], begun[known], at[known]
            first = self._move_first[move]
            ways = self._move_first[move + 1] - first
            nodes = self._move_child[spread(first, ways)]
            begun, at = np.repeat(begun, ways), np.repeat(at, ways)
        if not found:
            nothing = np.zeros(0, np.int64)
            return nothing, nothing, nothing
        nodes, begun, at = (np.concatenate(parts) for parts in zip(*found, strict=True))
        ends = self._end_first[nodes + 1] - self._end_first[nodes]
        return (
            self._end_number[spread(self._end_first[nodes], ends)],
            np.repeat(begun, ends),
            np.repeat(at, ends),
        )


def spread(first: Longs, counts: Longs) -> Longs:
    """first[k], first[k]+1, …, counts[k] of them, one after another for every k."""
    total = int(counts.sum())
    if not total:
        return np.zeros(0, np.int64)
    starts = np.cumsum(counts) - counts
    return np.asarray(np.arange(total) + np.repeat(first - starts, counts))
