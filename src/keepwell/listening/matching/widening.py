"""Other patterns of a phrase: its opposite denied, one word for two, sayings, verbs parted from their prefixes."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from typing import Protocol

from keepwell.listening.languages import Language
from keepwell.listening.languages.lists import DENIALS, Saying, WordList
from keepwell.listening.matching.lexicon import Lexicon
from keepwell.listening.matching.patterns import MOST_SLOTS, Pattern, Slot


class Reader(Protocol):
    """What makes slots of ideas and of pieces of sayings in a language."""

    words: WordList
    language: Language

    def idea_slot(self, idea: str) -> Slot:
        """The slot of a single idea."""

    def piece(self, words: tuple[str, ...], name: str) -> Slot:
        """The slot of a piece of a saying of that name."""

    def made(self, slots: list[Slot], denied: str, predicate: bool) -> Pattern:
        """The pattern, the last slot without anything to be near to."""


def opposites(pattern: Pattern, reader: Reader) -> Iterator[Pattern]:
    """Not satisfied is dissatisfied, and dissatisfied is not satisfied."""
    pairs = reader.words.opposites
    back = {opposite: idea for idea, opposite in pairs.items()}
    for k, slot in enumerate(pattern.slots):
        for idea in slot.ideas:
            for mine, theirs, denied in ((idea, pairs.get(idea), ""), (idea, back.get(idea), "nots")):
                if not theirs or (mine in pairs and not pattern.denied) or (mine in back and pattern.denied):
                    continue
                slots = (
                    *pattern.slots[:k],
                    replace(reader.idea_slot(theirs), near=slot.near),
                    *pattern.slots[k + 1 :],
                )
                yield Pattern(slots, denied, pattern.predicate)


def compounds(pattern: Pattern, reader: Reader) -> Iterator[Pattern]:
    """Two neighbouring ideas, said by one word."""
    for idea in reader.words.words:
        parts = set(idea.split())
        for k in range(len(pattern.slots) - 1 if len(parts) == 2 else 0):
            one, two = pattern.slots[k], pattern.slots[k + 1]
            if parts <= {*one.ideas, *two.ideas} and parts & {*one.ideas} and parts & {*two.ideas}:
                slots = (*pattern.slots[:k], reader.idea_slot(idea), *pattern.slots[k + 2 :])
                yield replace(pattern, slots=slots)


def taken_apart(pattern: Pattern, reader: Reader) -> Iterator[Pattern]:
    """Two ideas that were typed as one word, each by itself: "overpriced" is too expensive."""
    for idea in pattern.slots[0].ideas if len(pattern.slots) == 1 and not pattern.denied else ():
        parts = idea.split()
        if len(parts) > 1 and ", ".join(parts) in reader.words.sayings:
            yield reader.made([reader.idea_slot(part) for part in parts], "", predicate=False)


def predicated(pattern: Pattern, reader: Reader) -> Iterator[Pattern]:
    """What describes a noun, said of it: "the management is new"."""
    if not reader.language.copulas or pattern.denied or len(pattern.slots) != 2:
        return
    describing, noun = pattern.slots
    if reader.words.predicative & {*describing.ideas}:
        near = 2 * reader.language.near + 1  # adverbs on either side of the copula
        slots = (replace(noun, near=near), replace(describing, near=None))
        yield Pattern(slots, ordered=True, said=True)


def no_more(pattern: Pattern, reader: Reader) -> Iterator[Pattern]:
    """To stop doing something, as not doing it any more."""
    for k, slot in enumerate(pattern.slots):
        if reader.words.ceasing & {*slot.ideas} and not pattern.denied and len(pattern.slots) > 1:
            slots = (*pattern.slots[:k], *pattern.slots[k + 1 :])
            yield replace(pattern, slots=slots, denied="nomore")


def by_sayings(pattern: Pattern, reader: Reader) -> Iterator[Pattern]:
    """Other ways of saying what the ideas of a phrase say together."""
    for name, saying in sayings_of(pattern, reader.words):
        slots = tuple(reader.piece(piece, name) for piece in saying.pieces)
        yield Pattern(slots, saying.denied, gap=saying.gap, ordered=saying.ordered, saying=True)


def sayings_of(pattern: Pattern, words: WordList) -> Iterator[tuple[str, Saying]]:
    """The listed ways of saying a phrase as it was typed, each with the name it is listed under."""
    for name, sayings in words.sayings.items():
        ideas = [part.strip() for part in name.split(",")]
        denied = DENIALS.get(ideas[0], "")
        ideas = ideas[1:] if denied else ideas
        if denied != pattern.denied:
            continue
        whole = len(pattern.slots) == 1 and " ".join(ideas) in pattern.slots[0].ideas
        same = len(ideas) == len(pattern.slots)
        if whole or (same and any(all(map(_has, pattern.slots, order)) for order in permutations(ideas))):
            yield from ((name, saying) for saying in sayings)


def shortened(pattern: Pattern, reader: Reader) -> Iterator[Pattern]:
    """What denies without the measure: not expensive is not too expensive."""
    if pattern.denied or reader.language.concord or len(pattern.slots) < 2:
        return
    for k, slot in enumerate(pattern.slots):
        if "too" in slot.ideas:
            yield replace(pattern, slots=(*pattern.slots[:k], *pattern.slots[k + 1 :]), short=True)


def _has(slot: Slot, idea: str) -> bool:
    return idea in slot.ideas


def close_up(pattern: Pattern, lexicon: Lexicon) -> Iterator[Pattern]:
    """The same with nouns in cases that belong together only side by side: a verb's noun and what it is of."""
    if len(pattern.slots) > 1 and any(slot.beside for slot in pattern.slots):
        slots = tuple(replace(slot, ways=slot.beside or slot.ways) for slot in pattern.slots)
        yield replace(pattern, slots=slots, gap=lexicon.language.beside)


def parted(pattern: Pattern, lexicon: Lexicon) -> Iterator[Pattern]:
    """The same with a verb's prefix parted from it: a pattern a prefix."""
    for k, slot in enumerate(pattern.slots):
        for prefix in lexicon.language.prefixes:
            marks = (f"={prefix}", f"~{prefix}")  # listed words, and the stems of others
            words = [keys[0] for keys in slot.ways if len(keys) == 1 and keys[0].startswith(marks)]
            bare = frozenset(
                (word[0] + word[1:].removeprefix(prefix),) for word in words if len(word) > len(prefix) + 2
            )
            if bare and len(pattern.slots) < MOST_SLOTS:
                pair = (Slot(frozenset([(prefix,)]), tied=True), replace(slot, ways=bare, verb=False))
                yield replace(pattern, slots=(*pattern.slots[:k], *pair, *pattern.slots[k + 1 :]))


EVERY = (opposites, compounds, taken_apart, predicated, no_more, by_sayings, shortened)
