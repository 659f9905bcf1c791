"""What is said of a phrase from outside its clause.

The next sentence: a short "No" after a question, "That is not true" after anything. The frame of its own sentence:
"I don't think that …", "the rumour that …, is false".
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from keepwell.listening.matching.analysis import Batch

if TYPE_CHECKING:
    from keepwell.listening.matching.reading import Mark, Reader, Sentence

_ECHO = 9  # words of a question that an answer may deny whole
_FRAME = 3  # words behind a clause that *that* began to what its frame says of it
_ECHOED_VERB = 1  # words behind a bare "not" that may still only repeat the question's verb


def echoed(batch: Batch) -> npt.NDArray[np.bool_]:
    """Which sentences may be denied by what the next one begins with."""
    marks, count = batch.marks, len(batch.asks)
    asides = marks.spans("asides")[0]
    put_in = np.zeros(count + 1, bool)
    put_in[batch.sentence[asides[batch.sentence_first[batch.sentence[asides]] == asides]]] = True
    opening = {kind: np.zeros(count + 1, bool) for kind in ("answers", "rebuttals")}
    for kind, opens in opening.items():
        first = marks.spans(kind)[0]
        begins = (batch.sentence_first[batch.sentence[first]] == first) | put_in[batch.sentence[first]]
        opens[batch.sentence[first[begins]]] = True
    turn = batch.turn[batch.sentence_first[:count]]
    same = np.concatenate([turn[1:] == turn[:-1], np.zeros(min(count, 1), bool)])
    return np.asarray((batch.asks & opening["answers"][1:] | opening["rebuttals"][1:]) & same)


def answer(reader: "Reader", number: int, sentence: "Sentence") -> "Mark | None":
    """What denies a sentence from the beginning of the next one."""
    batch, language = reader.batch, reader.language
    if number + 1 >= len(batch.asks):
        return None
    after = reader.sentence(number + 1)
    if batch.turn[after.first] != batch.turn[sentence.first]:
        return None
    starts = {after.first, *(mark.last + 1 for mark in after.of("asides") if mark.first == after.first)}
    short = sentence.end - sentence.first <= _ECHO * (2 if language.characters else 1)
    kinds = ("answers", "rebuttals") if sentence.asks and short else ("rebuttals",)
    found = [
        mark
        for mark in after.of(*kinds)
        if mark.first in starts and (mark.kind == "rebuttals" or not _goes_on(reader, mark, after))
    ]
    return max(found, key=lambda mark: mark.last) if found else None


def _goes_on(reader: "Reader", mark: "Mark", after: "Sentence") -> bool:
    """Whether a bare "not" denies the words of its own sentence, which says something else: "I cannot reach her"."""
    if not reader.language.concord or mark.first != mark.last or mark.last + 1 >= after.end:
        return False
    return not reader.batch.parted[mark.last + 1] and after.end - mark.last > _ECHOED_VERB + 1


def framed(sentence: "Sentence", clause: int) -> "list[Mark]":
    """What denies a clause that *that* began right behind it, where its frame goes on."""
    begins = sentence.clauses.index(clause)
    first = sentence.first + begins
    if not any(mark.first <= first + 1 and first <= mark.last for mark in sentence.of("that")):
        return []
    for mark in sentence.of("after"):
        between = sentence.clauses[begins : max(begins, mark.first - sentence.first)]
        last = len(between) - between[::-1].index(clause) if clause in between else 0
        if last and len(between) - last <= _FRAME and {*between[last:]} <= {mark.clause}:
            return [mark]
    return []


def overturned(reader: "Reader", sentence: "Sentence", clause: int) -> "list[Mark]":
    """What ends a sentence by saying that a clause that only supposed is not so: "we feared …, but it isn't"."""
    ends = [
        mark
        for mark in sentence.of("overturns")
        if mark.clause != clause and (mark.last + 1 == sentence.end or reader.batch.parted[mark.last + 1])
    ]
    if not ends:
        return []
    begins = sentence.first + sentence.clauses.index(clause)
    supposed = any(mark.first < ends[0].first for mark in sentence.of("supposing"))
    return ends[:1] if supposed and begins < ends[0].first else []


def opinion(reader: "Reader", cues: "list[Mark]", clause: int) -> "Mark | None":
    """The denial of an opinion in the clause before, for a phrase that asks for one: "I don't think it …"."""
    for cue in cues:
        words = range(cue.first, min(cue.last + 2, len(reader.batch.ids)))
        told = cue.clause != clause and cue.kind in ("nots", "matrix")
        if told and any(reader.word(at) in reader.language.opinions for at in words):
            return cue
        free = reader.language.concord or reader.language.characters
        if cue.clause != clause and cue.kind == "inverse" and not free:  # "it is unlikely that we renew"
            return cue
    return None
