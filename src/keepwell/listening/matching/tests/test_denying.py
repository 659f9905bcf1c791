"""Plain denials told at once are what reading them one by one tells."""

import json

import pytest

from keepwell.listening.matching.hearing import Ears
from keepwell.listening.matching.reading import Reader, Verdict
from keepwell.listening.rules import SHIPPED, read

CODES = {Verdict.HIT: 0, Verdict.NEGATED: 1, Verdict.NONE: 2}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_denials_told_at_once_are_those_that_reading_word_by_word_tells(language: str) -> None:
    path = SHIPPED.parent / f"{language}.open.jsonl"
    texts = [json.loads(line)["text"] for line in path.open(encoding="utf-8")]
    ears = Ears(language, [phrase for rule in read(SHIPPED) for phrase in rule.phrases[language]])
    batch = ears.analyse(texts)
    sifted = ears.sift(batch)
    reader, found, told = Reader(batch, ears.lexicon), sifted.found, 0
    for k in range(len(found)):
        if k in sifted.meanings:
            continue
        spans = [(int(a), int(b)) for a, b in zip(found.first[k], found.last[k], strict=True) if a >= 0]
        pattern = ears.patterns[found.pattern[k]]
        frames = [span for span, slot in zip(spans, pattern.slots, strict=False) if slot.wide]
        meaning = reader.read(spans, pattern.denied, frames)
        text = batch.texts[batch.turn[spans[0][0]]]
        assert sifted.verdict[k] == CODES[meaning.verdict], text
        if meaning.verdict is not Verdict.NONE and sifted.cues[k] >= 0:
            mark = int(sifted.cues[k])
            place = (int(batch.marks.first[mark]), int(batch.marks.last[mark]))
            assert place in (meaning.cue, meaning.own), text
        told += sifted.cues[k] >= 0
    assert told > 20
