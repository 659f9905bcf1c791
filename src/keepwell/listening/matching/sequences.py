"""Finding many sequences of keys at once: a tree of keys walked for all tokens of a batch together, step by step.

The first step is one look-up a token; each further one touches only what is still in play.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from keepwell.listening.matching.lexicon import Lexicon
from keepwell.listening.matching.places import Numbers, Places

Longs = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]


class _Rows:
    """A few numbers for each of many things, one thing after another."""

    def __init__(self) -> None:
        self.counts, self.first, self.numbers = (np.zeros(0, np.int64) for _ in range(3))

    def add(self, rows: Sequence[Sequence[int]]) -> None:
        """Take the numbers of some more things along."""
        counts = np.fromiter(map(len, rows), np.int64, len(rows))
        new = np.fromiter((n for row in rows for n in row), np.int64, int(counts.sum()))
        self.counts = np.concatenate([self.counts, counts])
        self.numbers = np.concatenate([self.numbers, new])
        self.first = np.cumsum(self.counts) - self.counts

    def of(self, things: npt.NDArray[np.integer]) -> tuple[Longs, Longs]:
        """The numbers of these things in their order, and of which of them each is."""
        counts = self.counts[things]
        rows = np.flatnonzero(counts)
        few = things[rows]
        first, counts = self.first[few], counts[rows]
        if int(counts.sum()) == len(rows):  # nearly always
            return rows, self.numbers[first]
        each = np.repeat(np.arange(len(rows)), counts)
        begins = np.cumsum(counts) - counts
        return rows[each], self.numbers[np.arange(len(each)) + (first - begins)[each]]


class Sequences:
    """Sequences of keys, each with the number of what it stands for. Nothing lies between the parts of one."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._steps: dict[tuple[int, str], int] = {}
        self._ends: dict[int, set[int]] = defaultdict(set)
        self._roots: dict[str, int] = {}
        self._inner: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._nodes = 1
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
            node = self._steps[step]
        self._ends[node].add(number)
        self._built = (-1, -1)

    def _build(self) -> None:
        """Turn keys into ids of surfaces, for those that have come since."""
        if self._built[1] != self._nodes:
            self._end = _Rows()
            self._end.add([sorted(self._ends.get(node, ())) for node in range(self._nodes)])
            self._goes_on = np.zeros(self._nodes, bool)
            self._goes_on[[node for rows in self._inner.values() for node, _child in rows]] = True
            self._whole, self._begun = _Rows(), _Rows()
            self._move, self._child = np.zeros(0, np.uint64), np.zeros(0, np.int64)
            self._inside = np.zeros(0, bool)
            self._built = (0, self._nodes)
        seen, known = self._built[0], self.lexicon.keys
        goes_on, whole, begun, inside = self._goes_on.tolist(), [], [], []
        moves: set[tuple[int, int]] = set()
        for surface in range(seen, len(known)):
            keys = known[surface]
            nodes = sorted({self._roots[key] for key in keys if key in self._roots})
            whole.append([number for node in nodes for number in sorted(self._ends.get(node, ()))])
            begun.append([node for node in nodes if goes_on[node]])
            steps = [((node << 32) | surface, to) for key in keys for node, to in self._inner.get(key, ())]
            moves.update(steps)
            inside.append(bool(steps))
        self._whole.add(whole)
        self._begun.add(begun)
        self._inside = np.concatenate([self._inside, np.array(inside, bool)])
        new = sorted(moves)
        self._move = np.concatenate([self._move, np.array([move for move, _to in new], np.uint64)])
        self._child = np.concatenate([self._child, np.array([to for _move, to in new], np.int64)])
        self._moved(self._move, self._child)
        self._built = (len(known), self._nodes)

    def _moved(self, move: Numbers, child: Longs) -> None:
        """Make the moves from a node by a surface ready to be looked up; one may lead to several nodes."""
        order = np.argsort(move, kind="stable")
        distinct, counts = np.unique(move[order], return_counts=True)
        self._moves, self._to = Places(distinct), _Rows()
        self._to.counts, self._to.numbers = counts.astype(np.int64), child[order]
        self._to.first = np.cumsum(self._to.counts) - self._to.counts

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
        own = ids if starts is None else ids[starts]
        rows, numbers = self._whole.of(own)
        at = rows if starts is None else starts[rows]
        found = [(numbers, at, at)]
        rows, nodes = self._begun.of(own)
        begun = at = rows if starts is None else starts[rows]
        step, edge = (-1, 0) if back else (1, len(ids) - 1)
        while len(at):
            more = np.flatnonzero(at != edge)
            at = at[more] + step
            going = self._inside[ids[at]] & ~parted[at + back]
            more, at = more[going], at[going]
            wanted = (nodes[more] << 32) | ids[at]
            known, move = self._moves.find(wanted.view(np.uint64))
            rows, nodes = self._to.of(move)
            known = known[rows]
            begun, at = begun[more[known]], at[known]
            rows, numbers = self._end.of(nodes)
            found.append((numbers, begun[rows], at[rows]))
            on = self._goes_on[nodes]
            nodes, begun, at = nodes[on], begun[on], at[on]
        if len(found) == 1:
            return found[0]
        numbers, begun, at = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return numbers, begun, at


def spread(first: Longs, counts: Longs) -> Longs:
    """first[k], first[k]+1, …, counts[k] of them, one after another for every k."""
    total = int(counts.sum())
    if not total:
        return np.zeros(0, np.int64)
    starts = np.cumsum(counts) - counts
    return np.asarray(np.arange(total) + np.repeat(first - starts, counts))
