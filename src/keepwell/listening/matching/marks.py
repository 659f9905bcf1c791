"""Marks: the words of a language that deny, ask, report, begin a clause. Found for a whole batch at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from keepwell.listening.languages import Language
from keepwell.listening.matching.lexicon import Lexicon, plain, signs
from keepwell.listening.matching.sequences import Sequences

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DENYING = ("nots", "nobody", "nones", "after", "inverse", "idle", "double", "ceasing", "matrix",
           "without", "lacking", "causes")  # fmt: skip
CLAUSES = ("breaks", "joins", "links", "asides", "subjects", "topics")
OTHERS = ("that", "knowing", "facts", "bidding", "contrast", "conditions", "questions", "reports", "answers",
          "rebuttals", "polite", "shields", "reflexive", "articles", "nouns_of", "closing", "adverbs", "continues",
          "nomore", "anybody", "others", "supposing", "overturns", "avowals")  # fmt: skip
KINDS = (*DENYING, *CLAUSES, *OTHERS)
OWN = {  # the marks that are a denial of a kind
    "nobody": ("nobody",),
    "nots": ("nots", "nobody", "nones", "without"),
    "nones": ("nones", "nots", "without", "lacking"),
    "nomore": ("nots", "nobody"),
}
_LEAST = 3  # letters of a word that is known without its accents
_NUMBER = {kind: k for k, kind in enumerate(KINDS)}


@dataclass(frozen=True)
class Marked:
    """Where marks stand: kind, first and last token of each, by first token; and the clause of the first.

    `held`: for each sentence the kinds of its marks, a bit each.
    """

    kind: Longs
    first: Longs
    last: Longs
    clause: npt.NDArray[np.int32]
    held: Longs

    def at(self, kind: str, size: int) -> Flags:
        """Which tokens a mark of this kind begins at."""
        flags = np.zeros(size, bool)
        flags[self.first[self.kind == _NUMBER[kind]]] = True
        return flags

    def has(self, kinds: Iterable[str]) -> Flags:
        """Which marks are of these kinds."""
        return self.of_kinds(self.kind, kinds)

    @staticmethod
    def of_kinds(kind: Longs, kinds: Iterable[str]) -> Flags:
        """Which of these numbers of kinds are among those."""
        return np.asarray(_among(frozenset(kinds))[kind])

    def spans(self, kind: str) -> tuple[Longs, Longs]:
        """First and last tokens of the marks of a kind."""
        those = self.kind == _NUMBER[kind]
        return self.first[those], self.last[those]

    def of(self, clause: npt.NDArray[np.int32], sentence: npt.NDArray[np.int32], count: int) -> "Marked":
        """The same, with clauses and what each of `count` sentences holds."""
        held = np.zeros(count, np.int64)
        if len(self.first):
            where = sentence[self.first]
            begins = np.flatnonzero(np.concatenate([[True], where[1:] != where[:-1]]))
            held[where[begins]] = np.bitwise_or.reduceat(np.left_shift(1, self.kind), begins)
        return Marked(self.kind, self.first, self.last, clause[self.first], held)

    def firsts(self, kinds: Iterable[str]) -> Longs:
        """First tokens of the marks of some kinds."""
        return self.first[self.has(kinds)]

    def in_sentences(self, kinds: Iterable[str]) -> Flags:
        """Which sentences hold a mark of these kinds."""
        return np.asarray(self.held & bits(frozenset(kinds)) != 0)


def own_kinds(language: Language, denied: str) -> tuple[str, ...]:
    """The marks that are a denial of a kind in a language: to refuse to renew is not to renew."""
    free = language.concord or language.characters
    return OWN[denied] if free or denied != "nots" else (*OWN[denied], "inverse")


@cache
def _among(kinds: frozenset[str]) -> Flags:
    """Of the number of every kind whether it is one of these."""
    table = np.zeros(len(KINDS), bool)
    table[[_NUMBER[kind] for kind in kinds]] = True
    return table


@cache
def bits(kinds: frozenset[str]) -> int:
    """The bits of these kinds, as in `Marked.held`."""
    return sum(1 << _NUMBER[kind] for kind in kinds)


class Marks:
    """The marks of a language, ready to be found."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._language = lexicon.language
        self._lexicon = lexicon
        self._sequences = Sequences(lexicon)
        for kind in KINDS:
            for text in getattr(self._language, kind):
                for keys in keys_of(text, lexicon):
                    self._sequences.add(keys, _NUMBER[kind])
                    if bare := without_accents(keys):
                        self._sequences.add(bare, _NUMBER[kind])
        self._short = set(self._language.abbreviations)
        self._is_short = np.zeros(0, bool)

    def find(self, ids: npt.NDArray[np.int32], parted: Flags) -> Marked:
        """Every mark; of denials that lie in one another only the longest."""
        kind, first, last = self._sequences.find(ids, parted)
        denying = kind < len(DENYING)
        order = np.lexsort((-last, first))
        order = order[denying[order]]
        reach = np.maximum.accumulate(last[order]) if len(order) else order
        inside = np.zeros(len(order), bool)
        if len(order) > 1:
            same = (first[order][1:] == first[order][:-1]) & (last[order][1:] == last[order][:-1])
            inside[1:] = (last[order][1:] <= reach[:-1]) & ~same
            for k in np.flatnonzero(same) + 1:  # the same words as two kinds of mark stay together
                inside[k] = inside[k - 1]
        kept = np.ones(len(kind), bool)
        kept[order[inside]] = False
        kept &= ~_swallowed(kind, first, last, kept, len(ids))
        kept &= ~_avowed(kind, first, last, len(ids))
        order = np.argsort(first[kept], kind="stable")
        zero, none = np.zeros(int(kept.sum()), np.int32), np.zeros(0, np.int64)
        return Marked(kind[kept][order], first[kept][order], last[kept][order], zero, none)

    def abbreviated(self, ids: npt.NDArray[np.int32]) -> Flags:
        """Which tokens are abbreviations."""
        known = self._lexicon.surfaces
        if len(self._is_short) < len(known):
            new = [word in self._short for word in known[len(self._is_short) :]]
            self._is_short = np.concatenate([self._is_short, np.array(new, bool)])
        return self._is_short[ids]


def _swallowed(kind: Longs, first: Longs, last: Longs, kept: Flags, size: int) -> Flags:
    """Which marks of clauses are part of a denial of several words, as "but" of "anything but"."""
    those = kept & (kind < len(DENYING)) & (last > first)
    depth = np.zeros(size + 1, np.int64)
    np.add.at(depth, first[those], 1)
    np.add.at(depth, last[those] + 1, -1)
    clauses = Marked.of_kinds(kind, (*CLAUSES, "contrast", "conditions"))
    return np.asarray(clauses & (np.cumsum(depth)[first] > 0))


def _avowed(kind: Longs, first: Longs, last: Longs, size: int) -> Flags:
    """Which marks of hearsay are part of what who speaks says of themselves, as "said" of "as I said"."""
    reports, own = kind == _NUMBER["reports"], kind == _NUMBER["avowals"]
    if not (reports.any() and own.any()):
        return np.zeros(len(kind), bool)
    reach = np.full(size + 1, -1, np.int64)
    np.maximum.at(reach, first[own], last[own])
    return np.asarray(reports & (np.maximum.accumulate(reach)[first] >= last))


def without_accents(keys: list[str]) -> list[str]:
    """A mark as it is typed on a foreign keyboard; none where it is the same, or short (że, ze)."""
    if all(map(str.isascii, keys)):
        return []
    bare = [key if key[0] in "=^" else plain(key) for key in keys]
    if any(len(one) < _LEAST for one, key in zip(bare, keys, strict=True) if one != key):
        return []
    return bare if bare != keys else []


def keys_of(text: str, lexicon: Lexicon) -> list[list[str]]:
    """A mark's words as keys; every character where these are words."""
    if lexicon.language.characters:
        return [signs(text)]
    return [text.replace("-", " ").split()]
