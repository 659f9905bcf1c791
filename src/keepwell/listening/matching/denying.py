"""Denials of the plain kind, told for many phrases at once.

A phrase with one "not" before it in its clause, and nothing else in the sentence that could turn it, need not be read
word by word. What is not plain is left to `reading`, of which this is the same by shorter ways.
"""

import numpy as np
import numpy.typing as npt

from keepwell.listening.matching.analysis import Batch
from keepwell.listening.matching.lexicon import Lexicon
from keepwell.listening.matching.marks import DENYING
from keepwell.listening.matching.reading import BESIDE, FAR, OWN
from keepwell.listening.matching.sequences import spread

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_PLAIN = ("nots", "nobody", "nones", "inverse", "without")
_TURNING = frozenset(DENYING) - {*_PLAIN, "idle", "ceasing", "after"}  # a sentence with one of these is read
_NEVER = 1 << 60


class Denials:
    """The plain denials of a batch, for languages in which two denials affirm."""

    def __init__(self, batch: Batch, lexicon: Lexicon) -> None:
        self.batch, self.lexicon, self.language = batch, lexicon, lexicon.language
        marks, count = batch.marks, len(batch.asks)
        those = np.flatnonzero(marks.has(_PLAIN))
        self.kind, self.first, self.last = marks.kind[those], marks.first[those], marks.last[those]
        self.mark = those
        self._begins = np.searchsorted(self.first, batch.sentence_first)
        self._turns = np.sort(marks.firsts(("contrast", "knowing")))
        self._hard = marks.in_sentences(_TURNING, batch.sentence, count)
        asks = batch.asks
        answers = np.zeros(count + 1, bool)
        answers[batch.sentence[marks.spans("answers")[0]]] = True
        self._hard |= asks & answers[1:]
        if self.language.characters:
            self._hard |= asks & marks.in_sentences({"polite"}, batch.sentence, count)
            self._hard |= marks.in_sentences({"after"}, batch.sentence, count)
        self._conditions = marks.in_sentences({"conditions"}, batch.sentence, count)
        self._told = self._introduced()
        self._ceasing = marks.in_sentences({"ceasing", "anybody", "nomore"}, batch.sentence, count)

    def _introduced(self) -> Flags:
        """Which tokens stand in a clause that *that* begins: another sentence may deny it."""
        marks, clause = self.batch.marks, self.batch.clause
        names, begins, numbers = np.unique(clause, return_index=True, return_inverse=True)
        inverse = np.asarray(numbers, np.int64)
        first, last = marks.spans("that")
        told = np.zeros(len(names), bool)
        for shift in (0, 1):  # the mark holds the clause's first word, or begins at its second
            at = np.clip(first - shift, 0, max(0, len(clause) - 1))
            own = inverse[at] if len(at) else np.zeros(0, np.int64)
            told[own[np.asarray(begins[own] == at)]] = True
        held = inverse[last] if len(last) else np.zeros(0, np.int64)
        told[held[np.asarray((begins[held] >= first) & (begins[held] <= last))]] = True
        return np.asarray(told[inverse])

    def settle(self, first: Longs, last: Longs, frames: Flags, denied: Longs) -> tuple[Flags, Longs]:
        """Which phrases are plain, and the one mark that denies each, -1 for none.

        Columns hold the first and last tokens of slots, -1 for none; `frames` those that may deny themselves.
        `denied` is the denial each phrase asks for, as a place in OWN, -1 for none: its mark is the phrase's own.
        """
        batch, place = self.batch, self.batch.place
        used = (first >= 0) & ~frames
        used |= (first >= 0) & ~np.asarray(used.any(axis=1))[:, None]
        anchor = np.where(used, first, _NEVER).min(axis=1)
        high = np.where(first >= 0, last, -1).max(axis=1)
        sentence = batch.sentence[anchor]
        plain = ~(self._hard[sentence] | self._told[anchor] | self._behind("after", anchor, high))
        plain &= (denied < 0) | ~self._ceasing[sentence]
        rows = np.flatnonzero(plain)
        counts = self._begins[sentence[rows] + 1] - self._begins[sentence[rows]]
        row = np.repeat(rows, counts)
        mark = spread(self._begins[sentence[rows]], counts)
        same = batch.clause[self.first[mark]] == batch.clause[anchor[row]]
        row, mark = row[same], mark[same]
        begin, end = self.first[mark], self.last[mark]
        own = used[row]
        covered = own & (first[row] <= end[:, None]) & (last[row] >= begin[:, None])
        inner = (own & (first[row] <= begin[:, None]) & (last[row] >= begin[:, None])).any(axis=1)
        partly = covered.any(axis=1) & ~inner
        behind = np.where(own & (first[row] > end[:, None]), first[row], _NEVER).min(axis=1)
        ahead = behind < _NEVER
        near = np.where(ahead, behind, end)
        turned = np.searchsorted(self._turns, end, "right") < np.searchsorted(self._turns, near)
        kind = self.kind[mark]
        steps = place[near] - place[end] - 1
        reach = np.where(self.batch.marks.of_kinds(kind, FAR), 2 * self.language.reach, self.language.reach)
        beside = self.batch.marks.of_kinds(kind, {"without"})
        inside = (own & (last[row] < begin[:, None])).any(axis=1) & ~beside
        reach = np.where(beside, BESIDE, reach)
        counted = ahead & ~turned & (inside | (steps <= reach)) & ~inner & ~self._either_or(begin, end)
        unclear = counted & (
            partly | self._conditions[sentence[row]] | (begin == batch.sentence_first[sentence[row]])
        )
        back = place[begin] - place[high[row]] - 1
        unclear |= ~ahead & (back >= 0) & (back <= self.language.back) & self._may_deny_back(kind, end)
        if not self.language.characters:
            counted &= ~partly
        many = np.bincount(row[counted], minlength=len(first))
        plain[row[unclear]] = False
        cue = np.full(len(first), -1, np.int64)
        cue[row[counted]] = self.mark[mark[counted]]
        for number, kinds in enumerate(OWN.values()):  # of another kind than asked for: not the phrase
            strange = (denied[row] == number) & ~self.batch.marks.of_kinds(kind, kinds)
            cue[row[counted & strange]] = -1
        plain &= many <= 1
        return plain, np.where(plain, cue, -1)

    def _behind(self, kind: str, low: Longs, high: Longs) -> Flags:
        """Whether a mark of a kind stands behind a phrase in its sentence."""
        at = np.sort(self.batch.marks.firsts((kind,)))
        ends = self.batch.sentence_first[self.batch.sentence[low] + 1]
        return np.asarray(np.searchsorted(at, high, "right") < np.searchsorted(at, ends))

    def _either_or(self, begin: Longs, end: Longs) -> Flags:
        """Whether the same character stands on both sides of a denial."""
        ids = self.batch.ids
        if not self.language.characters or len(ids) == 0:
            return np.zeros(len(begin), bool)
        inside = (begin == end) & (begin > 0) & (begin < len(ids) - 1)
        return np.asarray(
            inside & (ids[np.maximum(begin - 1, 0)] == ids[np.minimum(begin + 1, len(ids) - 1)])
        )

    def _may_deny_back(self, kind: Longs, end: Longs) -> Flags:
        """Whether a denial may deny what stands before it: with characters, a "not" only where its clause ends."""
        if not self.language.characters:
            return np.ones(len(kind), bool)
        finals = frozenset(self.language.finals)
        final = self.lexicon.column("final", lambda word, _keys: int(word in finals))[self.batch.ids] > 0
        after = np.minimum(end + 1, len(final) - 1)
        ends = (end + 1 >= len(final)) | self.batch.parted[after] | final[after]
        return np.asarray(ends | ~self.batch.marks.of_kinds(kind, {"nots"}))
