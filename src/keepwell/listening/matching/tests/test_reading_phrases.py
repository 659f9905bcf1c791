"""Typed phrases become patterns in a moment, however long the word lists are."""

import time
from dataclasses import replace

import pytest

from keepwell.listening.languages import language_named
from keepwell.listening.languages.lists import WordList, shipped
from keepwell.listening.matching.lexicon import Lexicon
from keepwell.listening.matching.phrases import patterns_of

PHRASES = ("the tool is slow", "cancel the contract", "another supplier", "too many errors in the report")


def with_more(words: WordList, entries: int) -> WordList:
    """The list with one more idea, of so many entries that nobody says."""
    made = tuple(f"qx{n} wv{n}" for n in range(entries))
    return replace(words, words={**words.words, "made up": made})


def took(lexicon: Lexicon) -> float:
    """Seconds of the processor for reading phrases, once whatever is kept of the list is there."""
    patterns_of(PHRASES[0], lexicon)
    begun = time.process_time()
    for _each in range(25):
        for phrase in PHRASES:
            patterns_of(phrase, lexicon)
    return time.process_time() - begun


def test_a_phrase_is_read_as_quickly_with_a_list_of_fifty_thousand_words_more() -> None:
    language, words = language_named("en"), shipped("en")
    shorter, longer = Lexicon(language, words), Lexicon(language, with_more(words, 50_000))
    assert min(took(longer) for _ in range(3)) < 3 * min(took(shorter) for _ in range(3))


@pytest.mark.parametrize("phrase", PHRASES)
def test_words_nobody_says_change_no_pattern(phrase: str) -> None:
    language, words = language_named("en"), shipped("en")
    more = Lexicon(language, with_more(words, 100))
    assert patterns_of(phrase, more) == patterns_of(phrase, Lexicon(language, words))


def test_a_word_of_several_ideas_says_them_in_the_order_of_the_list() -> None:
    language, words = language_named("en"), shipped("en")
    twice = {idea: (*entries, "quux") for idea, entries in words.words.items() if idea in ("cancel", "slow")}
    listed = replace(words, words={**words.words, **twice})
    (slot,) = patterns_of("quux", Lexicon(language, listed))[0].slots
    assert slot.ideas == tuple(idea for idea in words.words if idea in ("cancel", "slow"))
