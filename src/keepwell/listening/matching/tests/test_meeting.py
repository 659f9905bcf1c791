"""What is near what: leaving places out early changes nothing that is heard."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import keepwell.listening
from keepwell.listening.matching.hearing import Ears
from keepwell.listening.matching.meeting import Meeting

LABELLED = Path(keepwell.listening.__file__).parent / "labelled"
LANGUAGES = ("en", "zh", "hu", "pl")


@cache
def labelled(language):
    rows = [
        json.loads(line) for line in (LABELLED / f"{language}.open.jsonl").read_text("utf-8").splitlines()
    ]
    phrases = sorted({row["phrase"] for row in rows})
    return phrases, [row["text"] for row in rows], Ears(language, phrases), Ears(language, phrases)


def heard(language, texts):
    """What is heard, and what is heard when every place of every slot is looked at whatever is near it."""
    _phrases, _texts, ears, patient = labelled(language)
    finder = patient.finder
    everywhere = np.ones_like(finder._of_stranger)
    finder._meeting = Meeting(finder._table, np.zeros(len(finder.patterns), np.int64), everywhere, 1)
    return [one.hear(one.analyse(texts)) for one in (ears, patient)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_is_heard_in_what_people_say_though_most_places_are_left_out_at_once(language):
    soon, late = heard(language, labelled(language)[1])
    assert soon == late
    assert len(soon) > 50


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_all_is_heard_in_texts_where_the_words_of_many_phrases_are_mixed(language, data):
    phrases, texts, *_ears = labelled(language)
    apart = "" if language == "zh" else " "
    bits = [bit for text in (*phrases, *texts[:40]) for bit in (text if language == "zh" else text.split())]
    said = st.lists(st.sampled_from([*bits, *phrases, ",", ".", "?"]), max_size=60).map(apart.join)
    soon, late = heard(language, data.draw(st.lists(said, min_size=1, max_size=4)))
    assert soon == late


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_turn_is_heard_the_same_alone_and_among_others(language):
    _phrases, texts, ears, _patient = labelled(language)
    whole = ears.hear(ears.analyse(texts))
    assert whole == [
        replace(one, turn=turn) for turn, text in enumerate(texts) for one in ears.hear(ears.analyse([text]))
    ]


def test_what_the_next_turn_begins_with_belongs_to_it_alone():
    ears = Ears("en", ["transferred was"])
    for texts in (["How much is making a transfer?"], ["How much is making a transfer?", "Of what?"]):
        assert not ears.hear(ears.analyse(texts))
