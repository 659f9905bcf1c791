"""Turns made into arrays of numbers: tokens with their places, sentences, clauses, marks. Done once a turn.

Places are those of characters in the turn's own text as it came: surfaces are made normal one by one, the text never.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keepwell.listening.matching import characters as ch
from keepwell.listening.matching.lexicon import Lexicon
from keepwell.listening.matching.marks import Marked, Marks
from keepwell.listening.said import Turn

Longs = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

NONE, COMMA, END = 0, 1, 2  # what lies before a token
LONGEST_PAUSE = 0.7  # seconds; a phrase does not go on after a longer one
_SHORT = 3  # words that may be put in between commas without being a clause
_TOPIC = 9  # words that may name what the next clause is about
_TAIL = 6  # words of either side of "too slow, your support"
APART = 64  # between clauses in the coordinate of tokens: more than any gap a rule may have
_MIX = np.uint64(0x9E3779B97F4A7C15)
_BASE = 0xD6E8FEB86659FD93  # odd, so that it can be undone


@dataclass(frozen=True)
class Heard:
    """A text to be heard: its characters, stretches to leave out, and places before which the speaker paused."""

    text: str
    out: tuple[tuple[int, int], ...] = ()
    pauses: tuple[int, ...] = ()


def heard(turn: Turn) -> Heard:
    """A turn as it is heard: without what is quoted or signed, parted where the speaker paused."""
    out = tuple((piece.start, piece.end) for piece in turn.pieces)
    pauses, at, last = [], 0, None
    for word in turn.words:
        place = turn.text.find(word.text.strip(), at)
        if place < 0:
            continue
        if last is not None and word.start - last > LONGEST_PAUSE:
            pauses.append(place)
        at, last = place + len(word.text.strip()), word.end
    return Heard(turn.text, out, tuple(pauses))


@dataclass(frozen=True)
class Batch:
    """Analysed turns. Arrays have an entry a token; `asks` a sentence, `begins` a turn and the end."""

    texts: Sequence[str]
    begins: Longs  # where each turn's text begins in all of them
    ids: Ids
    start: Longs
    end: Longs
    turn: Ids
    parted: Flags
    sentence: Ids
    clause: Ids
    place: Longs  # tokens of a clause have places one after another, of two clauses places far apart
    order: Longs  # tokens by place
    sentence_first: Longs  # first token of each sentence, and the end
    asks: Flags
    marks: Marked

    def __len__(self) -> int:
        return len(self.texts)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where tokens stand in their own turn's text."""
        zero = int(self.begins[self.turn[first]])
        return int(self.start[first]) - zero, int(self.end[last]) - zero


class Analyser:
    """Analyses turns of one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.marks = Marks(lexicon)
        self._powers = np.zeros(0, np.uint64)
        self._back = np.zeros(0, np.uint64)

    def analyse(self, turns: Sequence[Heard | str]) -> Batch:
        """The turns, analysed together."""
        texts = [turn if isinstance(turn, str) else turn.text for turn in turns]
        whole = "\n".join(texts)
        begins = np.concatenate([[0], np.cumsum([len(text) + 1 for text in texts])]).astype(np.int64)
        codes = ch.code_points(whole)
        kinds = _settled(ch.classes()[codes])
        start, end = _tokens(kinds)
        spoken = [(k, turn) for k, turn in enumerate(turns) if not isinstance(turn, str)]
        if any(one.out for _k, one in spoken):
            kept = _kept(turns, begins, start, len(codes))
            start, end = start[kept], end[kept]
        counts = np.diff(np.searchsorted(start, begins))
        turn = np.repeat(np.arange(len(texts), dtype=np.int32), counts)
        ids = self.lexicon.ids_of(self._hashes(codes, start, end), whole, start, end)
        between, asking = _between(kinds, start, turn)
        for k, one in spoken:
            if one.pauses or one.out:
                places = begins[k] + np.array([*one.pauses, *(b for _a, b in one.out)], np.int64)
                at = np.searchsorted(start, places)
                between[at[at < len(between)]] = END
        return self._made(texts, begins, ids, start, end, turn, between, asking)

    def _hashes(self, codes: npt.NDArray[np.uint32], start: Longs, end: Longs) -> npt.NDArray[np.uint64]:
        """A number for each token by which it is known: a polynomial of its characters, by differences of sums."""
        while len(self._powers) < len(codes) + 1:
            size = max(1 << 16, 2 * len(self._powers), len(codes) + 1)
            self._powers = _powers(_BASE, size)
            self._back = _powers(pow(_BASE, -1, 1 << 64), size)
        mixed = (codes.astype(np.uint64) + np.uint64(1)) * _MIX
        mixed ^= mixed >> np.uint64(29)
        mixed *= self._powers[: len(codes)]
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed, dtype=np.uint64)])
        return np.asarray((sums[end] - sums[start]) * self._back[start])

    def _made(  # noqa: PLR0917 - the columns of one table
        self,
        texts: Sequence[str],
        begins: Longs,
        ids: Ids,
        start: Longs,
        end: Longs,
        turn: Ids,
        between: Ids,
        asking: Flags,
    ) -> Batch:
        short = self.marks.abbreviated(ids)
        if short.any():  # a full stop behind "no." or "dr." ends nothing
            dotted = (
                np.flatnonzero(short[:-1] & (between[1:] == END) & (turn[1:] == turn[:-1]) & ~asking[1:-1])
                + 1
            )
            between[dotted] = NONE
        if not self.lexicon.language.characters:  # "the, the software": who speaks begins again
            again = (between[1:] == COMMA) & (ids[1:] == ids[:-1])
            between[1:][again & ~self.lexicon.among("answers", ids[1:])] = NONE
        sentence = np.cumsum(between == END).astype(np.int32)
        if len(sentence):
            sentence -= sentence[0]
        count = int(sentence[-1]) + 1 if len(sentence) else 0
        asks = np.zeros(count + 1, bool)
        asks[sentence[1:][asking[1 : len(sentence)] & (between[1:] == END)] - 1] = True
        if len(sentence):
            asks[count - 1] = asking[len(sentence)]
        parted = between != NONE
        marked = self.marks.find(ids, parted)
        finite = self.lexicon.column("finite", lambda _word, keys: int("^finite" in keys))[ids] > 0
        told = {kind: self.lexicon.among(kind, ids) for kind in ("resumes", "tails")}
        told |= {"finite": finite, "describing": self.lexicon.describing(ids)}
        clause = _clauses(between, sentence, marked, told, words=not self.lexicon.language.characters)
        order = np.argsort(clause, kind="stable").astype(np.int64)
        changes = np.concatenate([[0], np.cumsum(np.diff(clause[order]) != 0)]) if len(order) else order
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order)) + changes * APART
        first = np.append(np.flatnonzero(between == END), len(ids)).astype(np.int64)
        marked = marked.of(clause, sentence, count)
        return Batch(
            texts, begins, ids, start, end, turn, parted, sentence, clause, place, order, first, asks[:count], marked
        )  # fmt: skip


def _powers(base: int, size: int) -> npt.NDArray[np.uint64]:
    powers = np.ones(size, np.uint64)
    powers[1:] = np.uint64(base & ((1 << 64) - 1))
    return np.cumprod(powers, dtype=np.uint64)


def _settled(kinds: ch.Bytes) -> ch.Bytes:
    """Classes in their surroundings: an apostrophe in a word is of it, a full stop in a number or address is none."""
    kinds = kinds.copy()
    before, after = np.empty_like(kinds), np.empty_like(kinds)
    before[0:1], after[-1:] = ch.LINE, ch.LINE
    before[1:], after[:-1] = kinds[:-1], kinds[1:]
    inside = (before == ch.WORD) & (after == ch.WORD)
    joiner, dot, hyphen = kinds == ch.JOINER, kinds == ch.DOT, kinds == ch.HYPHEN
    kinds[joiner] = np.where(inside[joiner], ch.WORD, ch.OTHER)
    kinds[hyphen] = np.where(inside[hyphen], ch.OTHER, ch.PAUSE)
    ends = (
        dot
        & (before != ch.DOT)
        & ((after == ch.OTHER) | (after == ch.LINE) | (after == ch.JOINER) | (after == ch.PAUSE))
    )
    kinds[dot] = np.where(ends[dot], ch.STOP, np.where(inside[dot], ch.OTHER, ch.PAUSE))
    return kinds


def _tokens(kinds: ch.Bytes) -> tuple[Longs, Longs]:
    """Where words start and end: runs of word characters, and every ideograph for itself."""
    letter = (kinds == ch.WORD) | (kinds == ch.INVISIBLE)
    single = kinds == ch.IDEOGRAPH
    was = np.concatenate([[False], letter[:-1]])
    starts = np.flatnonzero((letter & ~was) | single)
    follows = np.concatenate([letter[1:], [False]])
    ends = np.flatnonzero((letter & ~follows) | single) + 1
    seen = np.concatenate([[0], np.cumsum((kinds == ch.WORD) | single)])
    real = seen[ends] > seen[starts]
    return starts[real].astype(np.int64), ends[real].astype(np.int64)


def _between(kinds: ch.Bytes, start: Longs, turn: Ids) -> tuple[Ids, Flags]:
    """What lies before each token, and whether it is a question mark; one entry more for the end."""
    between = np.zeros(len(start) + 1, np.int32)
    asking = np.zeros(len(start) + 1, bool)
    special = np.flatnonzero((kinds >= ch.PAUSE) & (kinds != ch.INVISIBLE) & (kinds != ch.HYPHEN))
    begun = np.zeros(len(kinds), np.int32)
    begun[start] = 1
    what, at = kinds[special], np.cumsum(begun)[special]
    between[at[what == ch.PAUSE]] = COMMA
    between[at[what != ch.PAUSE]] = END
    asking[at[what == ch.ASK]] = True
    between = between[:-1]
    if len(turn):
        between[0] = END
        between[1:][turn[1:] != turn[:-1]] = END
    return between, asking


def _kept(turns: Sequence[Heard | str], begins: Longs, start: Longs, size: int) -> Flags:
    """Which tokens stand in what was said, and not in what is left out."""
    depth = np.zeros(size + 1, np.int64)
    for k, turn in enumerate(turns):
        if isinstance(turn, str):
            continue
        for a, b in turn.out:
            depth[begins[k] + a] += 1
            depth[min(int(begins[k]) + b, size)] -= 1
    return np.asarray(np.cumsum(depth)[start] == 0)


def _linked(between: Ids, links: Flags, finite: Flags) -> Flags:
    """Which linking words begin a clause: those with a verb on either side that are not two verbs of one object."""
    bounds = (between != NONE) | links
    part = np.cumsum(bounds) - 1
    verbs = np.bincount(part[finite], minlength=int(part[-1]) + 1) > 0
    ahead = np.concatenate([[False], verbs[:-1]])[part]
    both = np.concatenate([[False], finite[:-1]]) & np.concatenate([finite[1:], [False]])
    return np.asarray(links & (between == NONE) & ahead & verbs[part] & ~both)


def _clauses(between: Ids, sentence: Ids, marked: Marked, told: Mapping[str, Flags], *, words: bool) -> Ids:
    """The clause of each token. What is only put in between commas is a clause of its own; around it one goes on."""
    size = len(between)
    if not size:
        return np.zeros(0, np.int32)
    joins, subject, finite = marked.at("joins", size), marked.at("subjects", size), told["finite"]
    broken = marked.at("breaks", size) & ~marked.at("continues", size)
    following = np.concatenate([subject[1:], [False]])
    begins = broken | (joins & following) | _linked(between, marked.at("links", size), finite)
    first = np.flatnonzero(between != NONE)
    segment = np.cumsum(between != NONE) - 1
    length = np.diff(np.concatenate([first, [size]]))
    same = np.concatenate([sentence[first][1:] == sentence[first][:-1], [False]])
    inner = np.concatenate([[False], same[:-1]]) & same if len(first) > 1 else np.zeros(len(first), bool)
    starter = joins[first] | subject[first] | broken[first]
    verb = np.bincount(segment[finite], minlength=len(first)) > 0
    aside = inner & (marked.at("asides", size)[first] | ((length <= _SHORT) & ~starter & ~verb & words))
    main = np.flatnonzero(~aside)
    skipped = np.concatenate([[0], np.diff(main)]) > 1
    together = np.concatenate([[False], sentence[first[main]][1:] == sentence[first[main]][:-1]])
    goes_on = skipped & ~(starter & ~told["resumes"][first])[main]
    goes_on |= marked.at("continues", size)[first[main]]
    goes_on[1:] |= (_framed(marked, "topics", first, length) & (length <= _TOPIC))[main[:-1]]
    goes_on |= ~skipped & told["describing"][first[main] - 1]  # "a new, Viennese board"
    bare = (length <= _TAIL) & ~verb & (~_held(marked, "subjects", segment, len(first)) | (not words))
    tail = told["tails"][first] & (length <= _TAIL) & ~verb & ~same
    if words:  # "no, the results are great": what answers is no half of what follows, what has a verb no tail
        tail &= np.bincount(segment[told["resumes"]], minlength=len(first)) == 0
        bare &= ~((length == 1) & marked.at("answers", size)[first])
    goes_on[1:] |= tail[main[1:]] & bare[main[:-1]] & ~inner[main[:-1]]
    new_main = ~(goes_on & together)
    new = begins.copy()
    new[first] = True
    new[first[main]] = new_main
    in_aside = aside[segment]
    clause = np.empty(size, np.int32)
    clause[~in_aside] = np.cumsum(new[~in_aside])
    clause[in_aside] = size + segment[in_aside]
    return clause


def _framed(marked: Marked, kind: str, first: Longs, length: Longs) -> Flags:
    """Which of the stretches between commas begin or end with a mark of a kind."""
    begin, end = marked.spans(kind)
    return np.asarray(np.isin(first, begin) | np.isin(first + length - 1, end))


def _held(marked: Marked, kind: str, segment: Longs, count: int) -> Flags:
    """Which of the stretches between commas hold a mark of a kind."""
    held = np.zeros(count, bool)
    held[segment[marked.firsts((kind,))]] = True
    return held
