"""Denials of the plain kind, told for many phrases at once.

A phrase with one "not" before it in its clause, and nothing else in the sentence that could turn it, need not be read
word by word. What is not plain is left to `reading`, of which this is the same by shorter ways.
"""

import numpy as np
import numpy.typing as npt

from keepwell.listening.matching.analysis import Batch
from keepwell.listening.matching.answering import echoed
from keepwell.listening.matching.lexicon import Lexicon
from keepwell.listening.matching.marks import DENYING, OWN, own_kinds
from keepwell.listening.matching.reading import BESIDE, FAR
from keepwell.listening.matching.sequences import spread

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_PLAIN = ("nots", "nobody", "nones", "inverse", "without")
_TURNING = frozenset(DENYING) - {*_PLAIN, "idle", "ceasing", "after"}  # a sentence with one of these is read
_NEVER = 1 << 60
_NO_MORE = list(OWN).index("nomore")


class Denials:
    """The plain denials of a batch, for languages in which two denials affirm."""

    def __init__(self, batch: Batch, lexicon: Lexicon) -> None:
        self.batch, self.lexicon, self.language = batch, lexicon, lexicon.language
        marks = batch.marks
        those = np.flatnonzero(marks.has(_PLAIN))
        self.kind, self.first, self.last = marks.kind[those], marks.first[those], marks.last[those]
        self.mark = those
        self._begins = np.searchsorted(self.first, batch.sentence_first)
        self._turns = np.sort(marks.firsts(("contrast", "knowing")))
        self._hard = marks.in_sentences(_TURNING)
        self._hard |= echoed(batch) | marks.in_sentences({"overturns"})
        if self.language.characters:
            self._hard |= marks.in_sentences({"after"})
        self._conditions = marks.in_sentences({"conditions"})
        if self.language.characters:
            self._conditions[:] = False  # there "if we do not …, we will …" is parted by other words
        self._told = self._introduced()
        self._polite = np.zeros(len(batch.ids) + 1, np.int64)
        for at, by in ((marks.spans("polite")[0], 1), (marks.spans("polite")[1] + 1, -1)):
            np.add.at(self._polite, at, by)
        self._polite = np.cumsum(self._polite)
        self._ceasing = marks.in_sentences({"ceasing", "anybody", "nomore"})

    def _introduced(self) -> Flags:
        """Which tokens stand in a clause that *that* begins: another sentence may deny it."""
        order, place = self.batch.order, self.batch.place
        opens = np.ones(len(order), bool)
        opens[1:] = np.diff(place[order]) > 1
        number = np.empty(len(order), np.int64)
        number[order] = np.cumsum(opens) - 1
        begins = order[opens]  # the first token of each clause
        first, last = self.batch.marks.spans("that")
        told = np.zeros(len(begins), bool)
        for token in (first, first - 1, last):  # the clause's first word, its second, or a word of the mark
            own = number[np.maximum(token, 0)]
            told[own[(begins[own] <= last) & (begins[own] >= first - 1)]] = True
        return np.asarray(told[number])

    def settle(  # noqa: PLR0915 - one condition a line, as reading asks them one after another
        self, first: Longs, last: Longs, frames: Flags, denied: Longs
    ) -> tuple[Flags, Longs]:
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
        plain = ~(self._hard[sentence] | self._behind("after", anchor, anchor))
        at = np.minimum(self._begins[sentence], max(0, len(self.first) - 1))
        if len(self.first):
            elsewhere = batch.clause[self.first[at]] != batch.clause[anchor]
            plain &= ~(self._told[anchor] & elsewhere)
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
        opening = begin == batch.sentence_first[sentence[row]]
        opening &= batch.asks[sentence[row]] | self.batch.marks.of_kinds(kind, {"nones"})
        opening |= batch.asks[sentence[row]] & (self._polite[begin] > 0)
        into = (own & (first[row] > begin[:, None]) & (first[row] <= end[:, None])).any(axis=1)
        unclear = into & ~ahead & (denied[row] < 0) | counted & (self._conditions[sentence[row]] | opening)
        if self.language.characters:  # of 并不 the phrase may hold the first character
            unclear |= partly | (covered & (last[row] < end[:, None])).any(axis=1)
        back = place[begin] - place[high[row]] - 1
        unclear |= ~ahead & (back >= 0) & (back <= self.language.back) & self._may_deny_back(kind, end)
        if not self.language.characters:
            counted &= ~partly
        many = np.bincount(row[counted], minlength=len(first))
        plain[row[unclear]] = False
        cue = np.full(len(first), -1, np.int64)
        cue[row[counted]] = self.mark[mark[counted]]
        for number, name in enumerate(OWN):  # of another kind than asked for: not the phrase
            kinds = own_kinds(self.language, name)
            strange = (denied[row] == number) & ~self.batch.marks.of_kinds(kind, kinds)
            cue[row[counted & strange]] = -1
        cue[denied == _NO_MORE] = -1  # plain sentences hold no "any more"
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
