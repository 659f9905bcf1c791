"""What the words beside a word make of it: a noun with an adposition, another verb with a particle."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from keepwell.listening.matching.analysis import Batch
from keepwell.listening.matching.lexicon import Lexicon

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Column = npt.NDArray[Any]
Endings = Sequence[tuple[re.Pattern[str], re.Pattern[str]]]

_DESCRIBING = 2  # adjectives that may stand between a preposition and its noun


class Governing:
    """Tells of each place where a slot is filled whether the words beside it leave it what was asked for.

    `permits` are each slot's own adpositions, None for any; `verbs` tells which slots are verbs'.
    """

    def __init__(
        self, lexicon: Lexicon, permits: Sequence[frozenset[str] | None], verbs: Sequence[bool]
    ) -> None:
        self.lexicon = lexicon
        self.language = lexicon.language
        self._number = {word: k + 1 for k, word in enumerate(self.language.adpositions)}
        self._allowed = np.ones((len(permits), len(self._number) + 1), bool)
        for k, own in enumerate(permits):
            if own is not None:
                self._allowed[k] = [True, *(word in own for word in self._number)]
        self._free = np.asarray(self._allowed.all(axis=1))
        self._verbs = np.array(verbs, bool)
        self._agreement = [(re.compile(one), re.compile(two)) for one, two in self.language.agreement]
        self._particles = frozenset(self.language.particles)
        self._auxiliaries = frozenset(self.language.auxiliaries)

    def fits(self, batch: Batch, slot: Longs, first: Longs, last: Longs) -> Flags:
        """Which occurrences (slot, first and last token) are what the slot means."""
        kept = np.ones(len(slot), bool)
        if not len(slot):
            return kept
        if self._number and not self._free.all():
            kept &= self._allowed[slot, self._adpositions(batch)[first]]
            owner = self.lexicon.column("owner", lambda _word, keys: int("^of-" in keys))[batch.ids] > 0
            may = self.lexicon.column(
                "genitive", lambda _word, keys: int(any(k.endswith("/gen") for k in keys))
            )
            owned = _before(owner) & ~batch.parted & (may[batch.ids] > 0)
            kept &= self._free[slot] | ~owned[first]
        if self._particles and self._verbs.any():
            kept &= ~(self._verbs[slot] & (first == last) & self._another(batch)[first])
        return kept

    def agree(self, batch: Batch, describing: Longs, noun: Longs) -> Flags:
        """Whether adjectives and nouns (one token of each) have endings that go together."""
        if not self._agreement or not len(describing):
            return np.ones(len(describing), bool)
        own = self.lexicon.column("agrees", lambda word, keys: _first(word, keys, self._agreement))[batch.ids]
        others = self.lexicon.column("agreed", lambda word, _keys: _all(word, self._agreement))[batch.ids]
        fits = (own[describing] < 0) | ((others[noun] >> np.maximum(own[describing], 0)) & 1 > 0)
        return np.asarray(fits & ~((describing > noun) & self._describes_next(batch)[describing]))

    def _describes_next(self, batch: Batch) -> Flags:
        """Before which words another one stands that they may describe: "the director has a new phone"."""
        small = frozenset(
            (*self.language.stop, *self.language.adpositions, *self.language.joins, *self.language.breaks,
             *self.language.nots, *self.language.nomore, *self.language.copulas)
        )  # fmt: skip
        noun = self.lexicon.column(
            "may be described", lambda word, keys: int(word not in small and "^finite" not in keys)
        )
        return np.asarray(_next(noun[batch.ids] > 0) & ~_next(batch.parted, fill=True))

    def _adpositions(self, batch: Batch) -> Longs:
        """The number of the adposition that each token stands with, 0 for none."""
        number = self._number
        column = self.lexicon.column("adposition", lambda word, _keys: number.get(word, 0))[batch.ids]
        if self.language.postposed:
            return np.where(_next(batch.parted, fill=True), 0, _next(column)).astype(np.int64)
        describes = (
            self.lexicon.column("describing", lambda _word, keys: int(_describes(keys)))[batch.ids] > 0
        )
        alone = batch.parted.copy()  # nothing before it belongs to it
        found, at = np.zeros(len(column), np.int64), column
        for _step in range(_DESCRIBING + 1):
            at = _before(at)
            found = np.where((found == 0) & ~alone, at, found)
            alone |= ~_before(describes, times=_step + 1) | _before(batch.parted, times=_step + 1)
        return found

    def _another(self, batch: Batch) -> Flags:
        """Which verbs a particle makes another verb: right behind them, or before with an auxiliary between."""
        own, helping = self._particles, self._auxiliaries
        particle = self.lexicon.column("particle", lambda word, _keys: int(word in own))[batch.ids] > 0
        helps = self.lexicon.column("helping", lambda word, _keys: int(word in helping))[batch.ids] > 0
        behind = _next(particle) & ~_next(batch.parted, fill=True)
        joined = ~batch.parted
        opened = particle & _next(helps) & _next(joined)  # a particle and its auxiliary
        two = _before(opened, times=2) & joined & _before(joined)
        three = _before(opened, times=3) & joined & _before(joined) & _before(joined, times=2)
        return np.asarray(behind | two | three)


def _first(word: str, keys: tuple[str, ...], agreement: Endings) -> int:
    """Which of the endings of adjectives a word has, -1 for a word that is none."""
    if not any(key.endswith("/adj") for key in keys):
        return -1
    return next((k for k, (one, _two) in enumerate(agreement) if one.search(word)), -1)


def _all(word: str, agreement: Endings) -> int:
    """A bit for each of the endings of nouns that a word has."""
    return sum(1 << k for k, (_one, two) in enumerate(agreement) if two.search(word))


def _describes(keys: tuple[str, ...]) -> bool:
    """Whether a word is an adjective: by the list, or where it is in none by its ending."""
    return "^adj-" in keys or ("^adj" in keys and any(key.endswith("/adj") for key in keys))


def _next(column: Column, *, fill: int = 0) -> Column:
    """What stands at the next token."""
    return np.concatenate([column[1:], np.full(1, fill, column.dtype)])


def _before(column: Column, times: int = 1) -> Column:
    """What stands so many tokens before."""
    return np.concatenate(
        [np.zeros(min(times, len(column)), column.dtype), column[: max(0, len(column) - times)]]
    )
