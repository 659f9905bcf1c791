"""Hearing many phrases in many turns: analysis, finding and reading put together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from keepwell.listening.languages import Language, language_named
from keepwell.listening.languages.lists import WordList, shipped
from keepwell.listening.matching.analysis import Analyser, Batch, Heard
from keepwell.listening.matching.denying import Denials
from keepwell.listening.matching.finding import Finder, Found
from keepwell.listening.matching.lexicon import Lexicon
from keepwell.listening.matching.marks import OWN
from keepwell.listening.matching.patterns import Pattern
from keepwell.listening.matching.phrases import patterns_of, slots_of
from keepwell.listening.matching.reading import Label, Meaning, Reader, Verdict

_YES, _DENIED, _NO, _UNREAD = range(4)  # of two readings of one sentence the smaller counts
_MOST_READ = 64  # places of a phrase in one sentence that are read; no sentence that people say has as many
_LISTS = 24  # word lists of which what was worked out is kept: every language's, and some of a company's own
_read: dict[int, Lexicon] = {}
_CODES = {Verdict.HIT: _YES, Verdict.NEGATED: _DENIED, Verdict.NONE: _NO}


@dataclass(frozen=True)
class Hearing:
    """A phrase heard in a turn: which phrase and turn, how it is meant, and where its words and its cue stand.

    Spans are [start, end) in characters of the turn's own text.
    """

    phrase: int
    turn: int
    verdict: Verdict
    spans: tuple[tuple[int, int], ...] = ()
    cue: str | None = None
    cue_span: tuple[int, int] | None = None
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What to listen for: a phrase, or slots with their words; how far apart, and whether only in this order."""

    phrase: str = ""
    slots: tuple[tuple[str, ...], ...] = ()
    gap: int | None = None
    ordered: bool = False


class Ears:
    """What hears phrases of one language. Surfaces once seen are remembered, so keep it."""

    def __init__(self, code: str, phrases: Sequence["str | Asked"], words: WordList | None = None) -> None:
        language = language_named(code)
        self.lexicon = _lexicon(language, words or shipped(code))
        self.analyser = Analyser(self.lexicon)
        self.patterns: list[Pattern] = []
        self.owners: list[int] = []
        for k, phrase in enumerate(phrases):
            asked = Asked(phrase) if isinstance(phrase, str) else phrase
            made = (
                slots_of(asked.slots, self.lexicon)
                if asked.slots
                else patterns_of(asked.phrase, self.lexicon)
            )
            for pattern in made:
                ordered = pattern.ordered or asked.ordered
                self.patterns.append(replace(pattern, gap=_nearer(pattern.gap, asked.gap), ordered=ordered))
                self.owners.append(k)
        _keep(self.lexicon)
        self.finder = Finder(self.lexicon, self.patterns)
        self._owner = np.array(self.owners, np.int64)
        width = max(2, *(len(pattern.slots) for pattern in self.patterns), 2)
        self._frames = np.zeros((len(self.patterns), width), bool)
        for k, pattern in enumerate(self.patterns):
            self._frames[k, : len(pattern.slots)] = [slot.wide for slot in pattern.slots]
        kinds = {kind: k for k, kind in enumerate(OWN)}
        self._asked = np.array([kinds.get(pattern.denied, -1) for pattern in self.patterns], np.int64)
        self._short = np.array([pattern.short for pattern in self.patterns], bool)
        self._denied = np.array([bool(pattern.denied) for pattern in self.patterns], bool)

    def analyse(self, turns: Sequence[Heard | str]) -> Batch:
        """Turns made ready to be heard."""
        return self.analyser.analyse(turns)

    def hear(self, batch: Batch) -> list[Hearing]:
        """What is heard in analysed turns: for every sentence and phrase the nearest words that say it, in order."""
        return self.sift(batch).told()

    def sift(self, batch: Batch) -> "Sifted":
        """The same before it is put into objects, which only those that are looked at need."""
        found = self.finder.find(batch)
        reader = Reader(batch, self.lexicon)
        low = np.where(found.first >= 0, found.first, np.iinfo(np.int64).max).min(axis=1)
        high = found.last.max(axis=1)
        untouched = reader.untouched(low, high)
        verdict = np.where(untouched, np.where(self._denied[found.pattern], _NO, _YES), _UNREAD)
        owner = self._owner[found.pattern]
        verdict[_beyond(owner, batch.sentence[low], _MOST_READ)] = _NO
        cues = self._settled(batch, found, verdict)
        meanings: dict[int, Meaning] = {}
        unread = np.flatnonzero(verdict == _UNREAD)
        for k, spans in zip(unread.tolist(), _spans(found, unread), strict=True):
            pattern = self.patterns[found.pattern[k]]
            frames = [span for span, slot in zip(spans, pattern.slots, strict=False) if slot.wide]
            meaning = reader.read(spans, pattern.denied, frames)
            meanings[k] = meaning
            verdict[k] = _CODES[meaning.verdict]
        affirmed = self._short[found.pattern] & (verdict == _YES)
        rows = np.flatnonzero((verdict != _NO) & ~affirmed)
        width, sentence = (high - low)[rows], batch.sentence[low[rows]]
        equals = found.pattern[rows], low[rows]  # one counts, whatever the sentence is heard beside
        order = rows[np.lexsort((*equals, width, verdict[rows], owner[rows], sentence))]
        sentence, owners = batch.sentence[low[order]], owner[order]
        first = np.ones(len(order), bool)
        first[1:] = (sentence[1:] != sentence[:-1]) | (owners[1:] != owners[:-1])
        return Sifted(batch, reader, found, order[first], owner, batch.turn[low], verdict, meanings, cues)

    def _settled(self, batch: Batch, found: Found, verdict: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Tell the plain verdicts of those unread, and which mark denies each, -1 for none."""
        cues = np.full(len(found), -1, np.int64)
        rows = np.flatnonzero(verdict == _UNREAD)
        if len(rows) and not self.lexicon.language.concord:
            frames = self._frames[found.pattern[rows], : found.first.shape[1]]
            asked = self._asked[found.pattern[rows]]
            plain, cue = Denials(batch, self.lexicon).settle(
                found.first[rows], found.last[rows], frames, asked
            )
            cues[rows] = cue
            own = np.where(cue >= 0, _YES, _NO)
            verdict[rows[plain]] = np.where(asked >= 0, own, np.where(cue >= 0, _DENIED, _YES))[plain]
        return cues


def _lexicon(language: Language, words: WordList) -> Lexicon:
    """A lexicon that has seen nothing yet, with what ears before these worked out of the same list."""
    known = _read.get(id(words))
    if known is None or known.words is not words or known.language is not language:
        return Lexicon(language, words)
    return known.anew()


def _keep(lexicon: Lexicon) -> None:
    """Keep what was worked out of a list for ears that come after these: a rule that is tried has ears of its own."""
    _read.pop(id(lexicon.words), None)
    _read[id(lexicon.words)] = lexicon.anew()
    for oldest in list(_read)[:-_LISTS]:
        _read.pop(oldest, None)


def _nearer(one: int | None, other: int | None) -> int | None:
    """The smaller of two gaps, of which either may be the language's own."""
    return min(one, other) if one is not None and other is not None else other if one is None else one


def _beyond(
    owner: npt.NDArray[np.int64], sentence: npt.NDArray[np.int32], most: int
) -> npt.NDArray[np.int64]:
    """Which places of a phrase in a sentence are more than so many: one alone is kept in the end."""
    if not len(sentence) or int(np.bincount(sentence - sentence.min()).max()) <= most:
        return np.zeros(0, np.int64)
    order = np.lexsort((sentence, owner))
    new = np.ones(len(order), bool)
    new[1:] = (owner[order][1:] != owner[order][:-1]) | (sentence[order][1:] != sentence[order][:-1])
    begun = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0)) if len(order) else order
    return order[np.arange(len(order)) - begun >= most]


def _spans(found: Found, rows: npt.NDArray[np.int64]) -> Iterator[list[tuple[int, int]]]:
    """First and last tokens of the slots of what was found in some rows."""
    for first, last in zip(found.first[rows].tolist(), found.last[rows].tolist(), strict=True):
        yield [(a, b) for a, b in zip(first, last, strict=True) if a >= 0]


@dataclass(frozen=True)
class Sifted:
    """What is heard, in columns; `rows` are those kept of all that was found."""

    batch: Batch
    reader: Reader
    found: Found
    rows: npt.NDArray[np.int64]
    owner: npt.NDArray[np.int64]
    turn: npt.NDArray[np.int32]
    verdict: npt.NDArray[np.int64]
    meanings: dict[int, Meaning]
    cues: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def phrases(self) -> npt.NDArray[np.int64]:
        """The phrase of each row."""
        return self.owner[self.rows]

    @property
    def turns(self) -> npt.NDArray[np.int32]:
        """The turn of each row."""
        return self.turn[self.rows]

    @property
    def denied(self) -> npt.NDArray[np.bool_]:
        """Whether each row is a denial."""
        return np.asarray(self.verdict[self.rows] == _DENIED)

    def told(self) -> list[Hearing]:
        """Each row as an object."""
        sentence = self.batch.sentence
        labels = self.reader.labelled({int(sentence[self.found.first[k, 0]]) for k in self.rows.tolist()})
        spans = _spans(self.found, self.rows)
        return [self._hearing(k, set(own), labels) for k, own in zip(self.rows.tolist(), spans, strict=True)]

    def _hearing(self, k: int, spans: set[tuple[int, int]], labels: dict[int, tuple[Label, ...]]) -> Hearing:
        batch, turn = self.batch, int(self.turn[k])
        meaning = self.meanings.get(k)
        if meaning is None:
            told, marks, mark = labels[int(batch.sentence[min(spans)[0]])], batch.marks, int(self.cues[k])
            place = (int(marks.first[mark]), int(marks.last[mark])) if mark >= 0 else None
            denied = self.verdict[k] == _DENIED
            meaning = Meaning(
                Verdict.NEGATED if denied else Verdict.HIT,
                place if denied else None,
                None if denied else place,
                told,
            )
        if meaning.own:
            spans.add(meaning.own)
        places = sorted(batch.span(a, b) for a, b in spans)
        cue_span = batch.span(*meaning.cue) if meaning.cue else None
        cue = batch.texts[turn][slice(*cue_span)] if cue_span else None
        return Hearing(
            int(self.owner[k]), turn, meaning.verdict, tuple(places), cue, cue_span, meaning.labels
        )


def by_turn(hearings: Sequence[Hearing], turns: int) -> list[Hearing | None]:
    """The one hearing that tells most of each turn: a hit before a denial, the earlier before the later."""
    best: list[Hearing | None] = [None] * turns
    for hearing in sorted(hearings, key=lambda h: (h.verdict is not Verdict.HIT, h.spans)):
        if best[hearing.turn] is None:
            best[hearing.turn] = hearing
    return best
