"""How a phrase that was found is meant: said, denied, asked, conditional or told of somebody else."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from keepwell.listening.matching.analysis import Batch
from keepwell.listening.matching.answering import answer, echoed, framed, opinion, overturned
from keepwell.listening.matching.lexicon import Lexicon
from keepwell.listening.matching.marks import DENYING, KINDS, own_kinds

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_DENIES = frozenset(DENYING) - {"idle", "ceasing"}
DENIALS = _DENIES | {"ceasing"}  # in a sentence without one of these nothing is denied
_READ = {*DENYING, "that", "knowing", "facts", "bidding", "contrast", "conditions", "reports", "answers", "rebuttals",
         "asides", "polite", "closing", "nomore", "anybody", "subjects", "supposing", "overturns"}  # fmt: skip
FAR = frozenset({"nobody", "matrix", "inverse"})  # reach twice as far
_ELSEWHERE = frozenset(
    {"matrix", "causes", "that", "after", "overturns"}
)  # with these a denial may lie in another clause
_AROUND = 40  # words read before and behind a phrase in a sentence without end
BESIDE = 3  # words that may stand between "without" and what there is not
_LAST = {"after": 1, "inverse": 2, "double": 2}  # of the same words marked twice the later counts
_BY = 3  # words from "because of" to the phrase
_CLOSING = 2  # words that may stand behind a "not" that ends a clause


class Verdict(StrEnum):
    """Whether a phrase is said."""

    HIT = "hit"
    NEGATED = "negated"
    NONE = "none"


class Label(StrEnum):
    """How it is said."""

    QUESTION = "question"
    CONDITION = "condition"
    REPORTED = "reported"
    DOUBLE = "double denial"


class Mark(NamedTuple):
    """A mark in a sentence: kind, first and last token, clause."""

    kind: str
    first: int
    last: int
    clause: int


class Sentence:
    """A sentence's tokens, the clause of each, and what is marked in it; `denials` are the marks that may deny."""

    __slots__ = ("_kinds", "asks", "clauses", "denials", "end", "first", "marks")

    def __init__(self, first: int, end: int, asks: bool, marks: list[Mark], clauses: list[int]) -> None:
        self.first, self.end, self.asks, self.marks, self.clauses = first, end, asks, marks, clauses
        self.denials = [mark for mark in marks if mark[0] in _DENIES]
        self._kinds: dict[str, list[Mark]] = {}
        for mark in marks:
            self._kinds.setdefault(mark[0], []).append(mark)

    def of(self, *kinds: str) -> list[Mark]:
        """Its marks of these kinds, one kind after another."""
        if len(kinds) == 1:
            return self._kinds.get(kinds[0], [])
        return [mark for kind in kinds for mark in self._kinds.get(kind, ())]


@dataclass(frozen=True)
class Meaning:
    """A verdict with its evidence: the tokens of the cue, those of a denial that belongs to the phrase, labels."""

    verdict: Verdict
    cue: tuple[int, int] | None = None
    own: tuple[int, int] | None = None
    labels: tuple[Label, ...] = ()


class Reader:
    """Reads the sentences of one batch; each is looked at once."""

    def __init__(self, batch: Batch, lexicon: Lexicon) -> None:
        self.batch = batch
        self.lexicon = lexicon
        self.language = lexicon.language
        self._sentences: dict[int, Sentence] = {}

    def untouched(self, low: Longs, high: Longs) -> Flags:
        """Which phrases no denial can reach, told for many at once by their first and last tokens.

        Only what is certain is told; the others are to be read one by one.
        """
        batch, marks = self.batch, self.batch.marks
        sentence = batch.sentence[low]
        touched = (marks.in_sentences(_ELSEWHERE) & marks.in_sentences(_DENIES) | echoed(batch))[sentence]
        rows = np.flatnonzero(marks.in_sentences(DENIALS)[sentence] & ~touched)
        first, last = batch.place[low[rows]], batch.place[high[rows]]
        reach = self.language.reach + BESIDE
        behind = {"after", "lacking"} | ({"nots", "nones", "nobody"} if self.language.back > 0 else set())
        touched[rows] = (
            self._any(FAR, first - 2 * reach, last)
            | self._any(DENIALS - FAR, first - reach, last)
            | self._any(behind, last, last + reach)
        )
        return np.asarray(~touched)

    def _any(self, kinds: Iterable[str], low: Longs, high: Longs) -> Flags:
        """Where a mark of these kinds stands between two places."""
        places = np.sort(self.batch.place[self.batch.marks.firsts(kinds)])
        return np.asarray(np.searchsorted(places, low) < np.searchsorted(places, high, "right"))

    def labelled(self, sentences: Iterable[int]) -> dict[int, tuple[Label, ...]]:
        """The labels of phrases in sentences that hold nothing else to consider."""
        batch = self.batch
        conditions = batch.marks.in_sentences({"conditions"})
        reports = batch.marks.in_sentences({"reports"})
        kinds = ((Label.QUESTION, batch.asks), (Label.CONDITION, conditions), (Label.REPORTED, reports))
        return {s: tuple(label for label, told in kinds if told[s]) for s in sentences}

    def sentence(self, number: int) -> Sentence:
        """A sentence by its number."""
        if number not in self._sentences:
            batch = self.batch
            rows, begins = self._told
            low, high = int(begins[number]), int(begins[number + 1])
            first, end = int(batch.sentence_first[number]), int(batch.sentence_first[number + 1])
            marks = [Mark(KINDS[k], a, b, c) for k, a, b, c in zip(*rows[:, low:high].tolist(), strict=True)]
            self._sentences[number] = Sentence(
                first, end, bool(batch.asks[number]), marks, batch.clause[first:end].tolist()
            )
        return self._sentences[number]

    @cached_property
    def _told(self) -> tuple[Longs, Longs]:
        """The marks that are read, in columns (kind, first, last, clause); and where those of each sentence begin."""
        marks = self.batch.marks
        those = np.flatnonzero(marks.has(_READ))
        first = marks.first[those]
        rows = np.stack([marks.kind[those], first, marks.last[those], marks.clause[those]])
        return rows, np.searchsorted(first, self.batch.sentence_first)

    def _around(self, number: int, first: int, last: int) -> Sentence:
        """A sentence, or of one that does not end what stands around these tokens: what is read must stay short."""
        whole = self.sentence(number)
        if whole.end - whole.first <= 4 * _AROUND:
            return whole
        low, high = max(whole.first, first - _AROUND), min(whole.end, last + 1 + _AROUND)
        begins = bisect_left(whole.marks, low, key=lambda mark: mark.first)
        ends = bisect_left(whole.marks, high, key=lambda mark: mark.first)
        clauses = whole.clauses[low - whole.first : high - whole.first]
        return Sentence(low, high, whole.asks, whole.marks[begins:ends], clauses)

    def read(
        self, spans: list[tuple[int, int]], denied: str, frames: Sequence[tuple[int, int]] = ()
    ) -> Meaning:
        """What is meant by a phrase of which the slots stand at these tokens; `denied` is the denial it asks for.

        `frames` are those of the spans that may be a denial themselves (couldn't).
        """
        number = int(self.batch.sentence[spans[0][0]])
        spans = sorted(spans)
        sentence = self._around(number, spans[0][0], max(b for _a, b in spans))
        cues = self._cues(sentence, [span for span in spans if span not in frames] or spans, denied)
        own = None
        if denied:
            own = self._own(sentence, cues, spans, denied)
            if own is None:
                double = [cue for cue in cues if cue.kind == "double" and cue.first < spans[-1][0]]
                return Meaning(Verdict.NEGATED, _place(double[0])) if double else Meaning(Verdict.NONE)
            cues = [
                cue
                for cue in cues
                if cue is not own
                and not (_overlap(cue, own) and cue.kind in ("nots", "nones", *_same_as(own)))
            ]
            if self.language.concord and own.kind != "ceasing":
                cues = [
                    cue
                    for cue in cues
                    if cue.clause != own.clause or cue.kind not in ("nots", "nobody", "nones")
                ]
            cues = [
                cue for cue in cues if cue.first <= own.first or cue.kind in ("after", "double", "overturns")
            ]
            cues = [
                cue._replace(kind="nots")
                if cue.kind == "double" and cue.first < own.first <= cue.last
                else cue
                for cue in cues
            ]
        count, cue = self._counted(cues)
        labels = self._labels(sentence)
        if count % 2:
            return Meaning(Verdict.NEGATED, cue, _place(own), labels)
        if count:
            return Meaning(Verdict.HIT, cue, _place(own), (*labels, Label.DOUBLE))
        denial = answer(self, number, sentence)
        if denial:
            return Meaning(Verdict.NEGATED, _place(denial), _place(own), labels)
        return Meaning(Verdict.HIT, None, _place(own), labels)

    def _counted(self, cues: list[Mark]) -> tuple[int, tuple[int, int] | None]:
        """How often it is denied, and the first cue; with concord a clause denies once a "not"."""
        if not cues:
            return 0, None
        if len(cues) == 1:
            return 2 if cues[0].kind == "double" else 1, _place(cues[0])
        count = sum(2 if cue.kind == "double" else 1 for cue in cues)
        if self.language.concord:
            count = 0
            for clause in {cue.clause for cue in cues}:
                here = [cue for cue in cues if cue.clause == clause]
                simple = [cue for cue in here if cue.kind in ("nots", "nobody", "nones", "after", "matrix")]
                nots = {cue.first for cue in simple if self.word(cue.first) in ("nem", "nie", "ne")}
                count += sum(2 if cue.kind == "double" else 1 for cue in here if cue not in simple)
                count += min(len(simple), max(1, len(nots)))
        else:
            seen: list[Mark] = []
            framing = any(
                cue.kind == "matrix" for cue in cues
            )  # "nobody said …, that is made up" denies once
            cues = [cue for cue in cues if cue.kind != "after" or not framing]
            for cue in sorted(cues, key=lambda cue: (cue.first, -cue.last)):
                carried = seen and self.word(cue.first) in self.language.again
                apart = not seen or cue.first > seen[-1].last
                if not carried and (apart or cue.kind == "double"):  # what overlaps denies once
                    seen = [*(seen if apart else seen[:-1]), cue]
            count = sum(2 if cue.kind == "double" else 1 for cue in seen)
        return count, _place(min(cues, key=lambda cue: cue.first))

    def word(self, token: int) -> str:
        """A token's surface in normal form."""
        return str(self.lexicon.surfaces[self.batch.ids[token]])

    def _cues(self, sentence: Sentence, spans: list[tuple[int, int]], denied: str) -> list[Mark]:
        """The denials that reach the phrase."""
        filled = {token for a, b in spans for token in range(a, b + 1)}
        clause = sentence.clauses[spans[0][0] - sentence.first]
        found = []
        for mark in sentence.denials:
            if mark.first in filled and (not self.language.characters or mark.last in filled):
                continue
            if (
                mark.first not in filled
                and mark.last > mark.first
                and any(t in filled for t in range(mark.first, mark.last + 1))
            ):
                half = self._half(mark)
                if half is None:
                    continue
                mark = half  # noqa: PLW2901 - the other half belongs to the phrase
            if self._asks_politely(sentence, mark, denied) or self._either_or(mark):
                continue
            if mark.clause == clause:
                if self._reaches(sentence, mark, spans, denied):
                    found.append(mark)
            elif (
                mark.kind == "after"
                and self.language.characters
                and self._right_after(sentence, mark, clause)
            ) or (mark.first < spans[0][0] and self._denies_what_follows(sentence, mark, clause)):
                found.append(mark)
        if not found:
            found = [] if self.language.characters else framed(sentence, clause)
        found += overturned(self, sentence, clause)
        if len(found) < 2:
            return found
        found.sort(key=lambda mark: (mark.first, _LAST.get(mark.kind, 0)))
        if not self.language.concord:
            return found
        return list({(mark.first, mark.last): mark for mark in found}.values())

    def _half(self, mark: Mark) -> Mark | None:
        """What is left of a denial of which the phrase takes the rest: of "does not say" a "not"."""
        if self.language.characters:
            return mark._replace(kind="nots") if mark.kind == "double" else mark
        alone = self.language.concord and self.word(mark.first) in self.language.nots
        return mark._replace(kind="nots", last=mark.first) if alone else None

    def _asks_politely(self, sentence: Sentence, mark: Mark, denied: str) -> bool:
        """A question that begins with a denial asks; "no" before who speaks answers something else."""
        if mark.first != sentence.first and not (
            mark.kind in ("nots", "matrix") and self.language.characters
        ):
            return False
        if mark.kind in ("nones", "answers") and mark.first == mark.last and not self.language.characters:
            subjects = {m.first for m in sentence.of("subjects")}
            if not self.language.concord and mark.last + 1 in subjects:
                return True
        if not sentence.asks or denied:
            return False
        return any(m.first <= mark.first <= m.last for m in sentence.of("polite"))

    def _either_or(self, mark: Mark) -> bool:
        """Whether a character stands on both sides of the denial: that asks, and denies nothing."""
        if (
            not self.language.characters
            or mark.first != mark.last
            or not 0 < mark.first < len(self.batch.ids) - 1
        ):
            return False
        return bool(self.batch.ids[mark.first - 1] == self.batch.ids[mark.first + 1])

    def _right_after(self, sentence: Sentence, mark: Mark, clause: int) -> bool:
        """Whether the mark stands in the clause after the phrase's own."""
        later = [c for c in sentence.clauses[sentence.clauses.index(clause) :] if c != clause]
        if not later or later[0] != mark.clause or not self._ends_clause(sentence, mark):
            return False
        return mark.first - sentence.first - sentence.clauses.index(mark.clause) <= BESIDE

    def _reaches(self, sentence: Sentence, mark: Mark, spans: list[tuple[int, int]], denied: str) -> bool:
        """Whether a denial in the phrase's own clause reaches it: not too far, and nothing that turns in between."""
        behind = [a for a, _b in spans if a > mark.last]
        if not behind:  # "not worth recommending": the denial may end in the phrase
            ends = not denied and any(mark.first < a <= mark.last <= b for a, b in spans)
            return ends or self._reaches_back(sentence, mark, spans)
        if mark.kind in ("lacking", "causes") or (mark.kind == "after" and not self.language.concord):
            inner = any(b < mark.first for _a, b in spans)  # "a discount is not what we want"
            return mark.kind == "after" and inner
        if mark.kind == "without":
            return self._steps(sentence, mark.last, behind[0]) <= BESIDE
        whole = mark.kind == "matrix" and self.language.characters  # "not because … then …"
        between = sentence.of("knowing") if whole else sentence.of("contrast", "knowing")
        if any(mark.last < m.first < behind[0] for m in between):
            return False
        framed = not self.language.concord and not self.language.characters
        if (
            framed
            and any(m.first < mark.first and m.clause == mark.clause for m in sentence.of("conditions"))
            and any(self.word(at) in self.language.nominatives for at in range(mark.last + 1, behind[0]))
        ):
            return False  # "if we do not … we will …": the denial is the condition's
        inside = any(b < mark.first for _a, b in spans)
        reach = self.language.reach * (2 if mark.kind in FAR else 1)
        return inside or self._steps(sentence, mark.last, behind[0]) <= reach

    def _reaches_back(self, sentence: Sentence, mark: Mark, spans: list[tuple[int, int]]) -> bool:
        """Whether a denial that stands behind the phrase reaches it."""
        last = max(b for _a, b in spans)
        if self._is_ground(sentence, spans[0][0], last):
            return False
        if any(last < m.first < mark.first for m in sentence.of("contrast")):
            return False
        steps = self._steps(sentence, last, mark.first)
        if mark.kind in ("after", "lacking"):
            return steps <= (1 if mark.kind == "lacking" else self.language.reach)
        closed = mark.kind != "nots" or self._closes(sentence, mark)
        if self.language.concord and mark.kind == "nones":
            closed = self._stands_alone(sentence, mark)
        free = self.language.concord or self.language.characters or mark.kind != "nones"
        return (
            closed
            and free
            and mark.kind not in ("inverse", "double", "without", "causes")
            and steps <= self.language.back
        )

    def _is_ground(self, sentence: Sentence, first: int, last: int) -> bool:
        """Whether a phrase is told as a reason, a time or in spite of what follows: "after the cuts we cannot …"."""
        words, behind = self.language.grounds, self.language.postposed
        near = range(last + 1, last + 1 + _BY) if behind else range(first - _BY, first)
        return bool(words) and any(
            self.word(t) in words
            for t in near
            if sentence.first <= t < sentence.end
            and sentence.clauses[t - sentence.first] == sentence.clauses[first - sentence.first]
        )

    def _stands_alone(self, sentence: Sentence, mark: Mark) -> bool:
        """Whether "there is no" says so of what stood before it, and not of a noun behind it."""
        rest = sentence.clauses[mark.last + 1 - sentence.first :]
        if not rest or rest[0] != mark.clause:
            return True
        return self.word(mark.last + 1) in {
            *self.language.adpositions,
            *self.language.stop,
            *self.language.nomore,
        }

    def _closes(self, sentence: Sentence, mark: Mark) -> bool:
        """Whether a "not" stands with the verb that ends its clause: there it denies what the clause said before."""
        if mark.last + 1 in {m.first for m in sentence.of("closing")}:
            return True
        if self.language.characters:
            return self._ends_clause(sentence, mark)
        if not self.language.concord or mark.last + 1 >= sentence.end:
            return False
        rest = sentence.clauses[mark.last + 1 - sentence.first :]
        return 0 < sum(1 for clause in rest if clause == mark.clause) <= _CLOSING

    def _ends_clause(self, sentence: Sentence, mark: Mark) -> bool:
        """Whether a denial ends its clause but for a particle, and is not what a question ends in (…了没有)."""
        rest = [
            t
            for t in range(mark.last + 1, sentence.end)
            if sentence.clauses[t - sentence.first] == mark.clause
        ]
        if sentence.asks or any(self.word(t) not in self.language.finals for t in rest):
            return False
        return mark.first == sentence.first or self.word(mark.first - 1) not in self.language.questioned

    def _steps(self, sentence: Sentence, a: int, b: int) -> int:
        """How many words of the same clause stand between two tokens."""
        clause = sentence.clauses[b - sentence.first]
        return sentence.clauses[a + 1 - sentence.first : max(a + 1, b) - sentence.first].count(clause)

    def _denies_what_follows(self, sentence: Sentence, mark: Mark, clause: int) -> bool:
        """Whether a denial denies the later clause, because that clause is what it speaks of."""
        begins = sentence.first + sentence.clauses.index(clause)
        that = any(m.first <= begins + 1 and begins <= m.last for m in sentence.of("that"))
        if not that and mark.kind not in ("matrix", "causes"):
            return False
        if any(m.first > mark.last and m.first < begins for m in sentence.of("knowing", "facts", "contrast")):
            return False
        return self._next_clause(sentence, mark, begins)

    def _next_clause(self, sentence: Sentence, mark: Mark, begins: int) -> bool:
        """Whether the clause that begins there is the next one after the mark's own."""
        between = set(sentence.clauses[mark.last - sentence.first : begins - sentence.first]) - {mark.clause}
        return not between

    def _own(
        self, sentence: Sentence, cues: list[Mark], spans: list[tuple[int, int]], denied: str
    ) -> Mark | None:
        """The denial that a phrase with one in it asks for: the nearest before its last word."""
        clause = sentence.clauses[spans[0][0] - sentence.first]
        ceasing = [] if denied in ("nobody", "nomore") else [
            m for m in sentence.of("ceasing") if m.clause == clause and m.last < spans[-1][0]
            and self._steps(sentence, m.last, spans[-1][0]) <= self.language.near
        ]  # fmt: skip
        kinds = own_kinds(self.language, denied)
        if denied == "nomore" and not any(m.clause == clause for m in sentence.of("nomore")):
            return None
        anybody = [m.first for m in sentence.of("anybody") if m.clause == clause and denied == "nobody"]
        best, least = None, 1 << 30
        for cue in (*ceasing, *cues):
            nobody = cue.kind == "nots" and any(at > cue.last for at in anybody)
            if cue.clause != clause or not (nobody or cue.kind in (*kinds, "ceasing")):
                continue
            if self.language.concord and any(
                cue.last < m.first < spans[-1][0] for m in sentence.of("bidding")
            ):
                continue  # "nobody forbids using it"
            ahead = cue.first < spans[-1][0]
            if not ahead and not self._own_behind(sentence, cue, cues, denied):
                continue
            steps = self._steps(sentence, *((cue.last, spans[-1][0]) if ahead else (spans[-1][1], cue.first)))
            if steps < least:
                best, least = cue, steps
        return best or (opinion(self, cues, clause) if denied == "nots" else None)

    def _own_behind(self, sentence: Sentence, cue: Mark, cues: list[Mark], denied: str) -> bool:
        """Whether a denial that a phrase asks for may stand behind it."""
        if denied == "nones":
            return cue.kind in ("nones", "lacking") and not (
                self.language.characters and not self._closes(sentence, cue)
            )
        if not self.language.concord:
            return False
        if denied == "nobody":  # "nobody" behind "does not use it"
            return cue.kind == "nobody" and any(m.clause == cue.clause for m in cues if m.kind == "nots")
        return cue.kind == "nots" and self._closes(sentence, cue)

    def _labels(self, sentence: Sentence) -> tuple[Label, ...]:
        found = []
        if sentence.asks:
            found.append(Label.QUESTION)
        if sentence.of("conditions"):
            found.append(Label.CONDITION)
        if sentence.of("reports"):
            found.append(Label.REPORTED)
        return tuple(found)


def _same_as(own: Mark) -> tuple[str, ...]:
    """What else the phrase's own denial may be marked as: to give up renewing is not to renew."""
    return ("inverse",) if own.kind == "ceasing" else ()


def _overlap(one: Mark, two: Mark) -> bool:
    return one.first <= two.last and two.first <= one.last


def _place(mark: Mark | None) -> tuple[int, int] | None:
    return (mark.first, mark.last) if mark else None
