"""Hearing many phrases in many turns: analysis, finding and reading put together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from keepwell.listening.languages import language_named
from keepwell.listening.languages.lists import WordList, shipped
from keepwell.listening.matching.analysis import Analyser, Batch, Heard
from keepwell.listening.matching.finding import Finder
from keepwell.listening.matching.lexicon import Lexicon
from keepwell.listening.matching.phrases import Pattern, patterns_of, slots_of
from keepwell.listening.matching.reading import Label, Meaning, Reader, Verdict

_PLAIN = Meaning(Verdict.HIT)


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
        self.lexicon = Lexicon(language, words or shipped(code))
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
                self.patterns.append(replace(pattern, gap=asked.gap, ordered=asked.ordered))
                self.owners.append(k)
        self.finder = Finder(self.lexicon, self.patterns)

    def analyse(self, turns: Sequence[Heard | str]) -> Batch:
        """Turns made ready to be heard."""
        return self.analyser.analyse(turns)

    def hear(self, batch: Batch) -> list[Hearing]:
        """What is heard in analysed turns: for every sentence and phrase the nearest words that say it, in order."""
        found = self.finder.find(batch)
        reader = Reader(batch, self.lexicon.language)
        best: dict[tuple[int, int], tuple[tuple[int, int], Hearing]] = {}
        rows = zip(found.pattern.tolist(), found.first.tolist(), found.last.tolist(), strict=True)
        plain = reader.plain
        for number, first, last in rows:
            pattern = self.patterns[number]
            sentence = int(batch.sentence[first[0]])
            owner = self.owners[number]
            spans = [(a, b) for a, b in zip(first, last, strict=True) if a >= 0]
            if plain[sentence] and not batch.asks[sentence]:
                if pattern.denied:
                    continue
                meaning = _PLAIN
            else:
                meaning = reader.read(spans, pattern.denied)
                if meaning.verdict is Verdict.NONE:
                    continue
            rank = (meaning.verdict is Verdict.NEGATED, max(b for _a, b in spans) - min(a for a, _b in spans))
            key = (owner, sentence)
            if key not in best or rank < best[key][0]:
                best[key] = rank, self._hearing(batch, owner, spans, meaning)
        return [hearing for _rank, hearing in best.values()]

    @staticmethod
    def _hearing(batch: Batch, owner: int, spans: list[tuple[int, int]], meaning: Meaning) -> Hearing:
        turn = int(batch.turn[spans[0][0]])
        if meaning.own:
            spans = [*spans, meaning.own]
        places = sorted(set(batch.span(a, b) for a, b in spans))
        cue_span = batch.span(*meaning.cue) if meaning.cue else None
        cue = batch.texts[turn][slice(*cue_span)] if cue_span else None
        if meaning.cue and int(batch.turn[meaning.cue[0]]) != turn:
            cue = cue_span = None
        negated = meaning.verdict is Verdict.NEGATED
        return Hearing(
            owner,
            turn,
            meaning.verdict,
            tuple(places),
            cue if negated or cue else None,
            cue_span,
            meaning.labels,
        )


def by_turn(hearings: Sequence[Hearing], turns: int) -> list[Hearing | None]:
    """The one hearing that tells most of each turn: a hit before a denial, the earlier before the later."""
    best: list[Hearing | None] = [None] * turns
    for hearing in sorted(hearings, key=lambda h: (h.verdict is not Verdict.HIT, h.spans)):
        if best[hearing.turn] is None:
            best[hearing.turn] = hearing
    return best
