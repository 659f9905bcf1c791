"""What the next sentence makes of a phrase: a short "No" after a question, "That is not true" after anything."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from keepwell.listening.matching.analysis import Batch

if TYPE_CHECKING:
    from keepwell.listening.matching.reading import Mark, Reader, Sentence

_ECHO = 9  # words of a question that an answer may deny whole
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
