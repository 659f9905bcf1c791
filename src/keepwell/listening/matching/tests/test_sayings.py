"""Whole ways of saying a thing, nouns taken up by pronouns, topics before a comma, and what is left for the end."""

import pytest

from keepwell.lib.errors import BadInput
from keepwell.listening.languages.lists import choices, made
from keepwell.listening.matching.hearing import Ears, by_turn


def verdict(language, phrase, text, words=None):
    ears = Ears(language, [phrase], words)
    found = by_turn(ears.hear(ears.analyse([text])), 1)[0]
    return found.verdict.value if found else "none"


@pytest.mark.parametrize(
    ("language", "phrase", "text", "expected"),
    [
        ("en", "too expensive", "That costs an arm and a leg.", "hit"),
        ("en", "does not work", "I cannot log in to the system.", "hit"),
        ("en", "would recommend", "She would act as a reference.", "hit"),
        ("en", "new management", "The board has been reshuffled.", "hit"),
        ("en", "new management", "The board has not been reshuffled.", "negated"),
        ("zh", "没有效果", "钱都打了水漂。", "hit"),
        ("zh", "不能用", "系统打不开。", "hit"),
        ("hu", "nem működik", "A rendszer megint lefagyott.", "hit"),
        ("pl", "nie działa", "Nie mogę się zalogować.", "hit"),
        ("pl", "nie działa", "Wczoraj się zalogowałem.", "none"),
    ],
)
def test_what_several_ideas_say_together_is_heard_in_other_words(language, phrase, text, expected):
    assert verdict(language, phrase, text) == expected


@pytest.mark.parametrize(
    ("language", "phrase", "text", "expected"),
    [
        ("en", "cancel the contract", "The contract we signed in May, I want it cancelled.", "hit"),
        ("en", "cancel the contract", "Our agreement brings us nothing. Please terminate it.", "hit"),
        (
            "en",
            "cancel the contract",
            "The meeting about our future contract was long, so I cancelled it.",
            "none",
        ),
        ("en", "cancel the contract", "As for the contract, we would like to cancel.", "hit"),
        ("zh", "解除合同", "合同嘛，我们要解除它。", "hit"),
        ("hu", "felmondja a szerződést", "Ami a szerződést illeti, fel akarjuk mondani.", "hit"),
        ("pl", "wypowiedzieć umowę", "Umowa nam nie służy, chcemy ją wypowiedzieć.", "hit"),
    ],
)
def test_a_noun_named_before_is_taken_up_again(language, phrase, text, expected):
    assert verdict(language, phrase, text) == expected


@pytest.mark.parametrize(
    ("language", "phrase", "text", "expected"),
    [
        ("en", "support is too slow", "Too slow, your support.", "hit"),
        ("en", "new management", "We have a new, Vienna-based board.", "hit"),
        (
            "en",
            "cancel the contract",
            "The agreement, which we signed in 2019, was cancelled last week.",
            "hit",
        ),
        ("pl", "nowy zarząd", "Przyszedł zarząd całkiem nowy.", "hit"),
        ("pl", "nowy zarząd", "Zarząd kupił nowy samochód.", "none"),
    ],
)
def test_a_comma_does_not_part_what_belongs_together(language, phrase, text, expected):
    assert verdict(language, phrase, text) == expected


def test_a_company_adds_its_own_sayings_with_its_own_ideas():
    ideas = {"cancel": "cancel", "contract": "contract"}
    sayings = {"cancel, contract": ["hang up >1 (the|our) boots", "not > (feed|water) > <contract>"]}
    words = made({"leaving": ideas, "sayings": sayings})
    assert verdict("en", "cancel the contract", "We hang up our boots.", words) == "hit"
    assert verdict("en", "cancel the contract", "We will not feed this contract.", words) == "hit"
    assert verdict("en", "cancel the contract", "We feed this contract.", words) == "none"


def test_a_saying_with_an_idea_that_is_in_no_list_is_refused_with_near_names():
    with pytest.raises(BadInput) as error:
        made({"leaving": {"contract": "contract"}, "sayings": {"contract": ["end > <contrat>"]}})
    assert "contract" in str(error.value)


def test_choices_may_hold_choices():
    assert choices("a (b|c (d|e)) f") == ["a b f", "a c d f", "a c e f"]
