"""Every entry of the shipped lists has an effect: what is listed is heard, and names what there is."""

import random

import numpy as np
import pytest

from keepwell.listening.languages import language_named
from keepwell.listening.languages.lists import DENIALS, FOLDER, forms, shipped, with_own
from keepwell.listening.matching.finding import Finder
from keepwell.listening.matching.hearing import Ears
from keepwell.listening.matching.patterns import Pattern
from keepwell.listening.matching.phrases import _Characters, _Words

LANGUAGES = ("en", "zh", "hu", "pl")
# how each language denies, to say a saying with its denial
DENIED = {
    "en": {"nots": "not", "nobody": "nobody", "nones": "no", "nomore": "not any more"},
    "zh": {"nots": "不", "nobody": "没人", "nones": "没有", "nomore": "不再"},
    "hu": {"nots": "nem", "nobody": "senki nem", "nones": "nincs", "nomore": "többé nem"},
    "pl": {"nots": "nie", "nobody": "nikt nie", "nones": "nie ma", "nomore": "już nie"},
}
TRIES = 60


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_a_list_says_of_an_idea_names_one_that_there_is(code):
    words = shipped(code)
    ideas, parts = set(words.words), {part for idea in words.words for part in idea.split()}
    named = {idea for pairs in (words.cases, words.links, words.beside, words.opposites) for idea in pairs}
    named |= {*words.opposites.values(), *(one for those in words.beside.values() for one in those)}
    named |= words.close | words.tight | words.verbs | words.wide | words.objects | words.ceasing
    named |= words.happening | words.giving | words.heading | words.predicative | words.onward
    named |= words.taken_up | words.topic | words.ours
    assert named <= ideas
    together = {part.strip() for name in words.sayings for part in name.split(",")}
    assert together <= ideas | parts | set(DENIALS)
    assert {part.strip() for name in words.strangers for part in name.split(",")} <= ideas
    assert set(words.unlike) <= ideas | set(words.sayings)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_saying_is_heard_when_it_is_said(code):
    words, chance = shipped(code), random.Random(1)
    ears = Ears(code, ["x1"])
    lexicon = ears.lexicon
    reader = (_Characters if lexicon.language.characters else _Words)(lexicon)
    space, inflected = "" if lexicon.language.characters else " ", forms(code)

    def said(entry):
        entry = chance.choice(words.words[entry[1:-1]]) if entry[0] == "<" else entry
        if lexicon.language.characters:
            return entry
        ways = ([w[1:]] if w[0] == "!" else [w, w, *inflected.get(w, ())] for w in entry.split())
        return " ".join(map(chance.choice, ways))

    patterns, texts = [], []
    every = [(name, saying) for name, those in words.sayings.items() for saying in those]
    for name, saying in every:
        slots = tuple(reader.piece(piece, name) for piece in saying.pieces)
        patterns.append(Pattern(slots, saying.denied, gap=saying.gap, ordered=saying.ordered, saying=True))
        denial = [DENIED[code][saying.denied]] if saying.denied else []
        for _try in range(TRIES):
            texts.append(space.join([*denial, *(said(chance.choice(piece)) for piece in saying.pieces)]))
    finder, heard = Finder(lexicon, patterns), set()
    for begin in range(0, len(texts), 60 * TRIES):
        batch = ears.analyse(texts[begin : begin + 60 * TRIES])
        found = finder.find(batch)
        own = (batch.turn[found.first.max(axis=1)] + begin) // TRIES == found.pattern
        heard |= set(np.unique(found.pattern[own]).tolist())
    assert [every[k] for k in range(len(every)) if k not in heard] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_piece_of_a_saying_holds_signs_that_part_pieces(code):
    pieces = [p for those in shipped(code).sayings.values() for saying in those for p in saying.pieces]
    odd = [word for piece in pieces for word in piece if set("()|+>") & set(word.strip("<>"))]
    odd += [word for piece in pieces for word in piece if "<" in word and word[0] != "<"]
    assert odd == []


def test_chinese_lists_are_written_in_the_script_that_texts_are_folded_to():
    fold = language_named("zh").fold
    for path in FOLDER.glob("zh.*yaml"):
        text = path.read_text("utf-8")
        assert [line for line in text.splitlines() if fold(line) != line] == []


def test_a_company_that_writes_its_words_in_the_other_script_is_heard_in_both():
    words = with_own("zh", {"leaving": {"contract": "年約"}})
    ears = Ears("zh", ["解除合同"], words)
    assert len(ears.hear(ears.analyse(["我們要解除年約。", "我们要解除年约。", "我們要解除約束。"]))) == 2


def test_a_company_with_a_word_of_its_own_still_hears_sayings_and_other_matters():
    words = with_own("en", {"leaving": {"contract": "frame order"}})
    assert words.sayings.keys() == shipped("en").sayings.keys()
    assert words.matters == shipped("en").matters
