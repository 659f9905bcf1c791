"""What is heard in single sentences, and that hostile text stays harmless."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.lib.errors import KeepwellError
from keepwell.listening.matching.analysis import heard
from keepwell.listening.matching.hearing import Asked, Ears, by_turn
from keepwell.listening.matching.reading import Label, Verdict
from keepwell.listening.said import Piece, PieceKind, Turn, Word


def told(language, phrase, text):
    ears = Ears(language, [phrase])
    return by_turn(ears.hear(ears.analyse([text])), 1)[0]


def verdict(language, phrase, text):
    found = told(language, phrase, text)
    return found.verdict.value if found else "none"


@pytest.mark.parametrize(
    ("language", "phrase", "text", "expected"),
    [
        ("en", "cancel the contract", "They cancelled our agreement.", "hit"),
        ("en", "cancel the contract", "No, we want to cancel the contract.", "hit"),
        ("en", "cancel the contract", "We won’t cancel the contract.", "negated"),
        ("en", "cancel the contract", "we wont cancel the contract", "negated"),
        ("en", "cancel the contract", "I don't know when, but we will cancel the contract.", "hit"),
        ("en", "cancel the contract", "I cancelled the flight. The contract is here.", "none"),
        ("en", "not renew", "We will not renew.", "hit"),
        ("en", "not renew", "We will renew.", "none"),
        ("en", "not renew", "It's not that we won't renew.", "negated"),
        ("en", "not renew", "Somebody said you won't renew. That's not true.", "negated"),
        ("en", "would recommend", "I can't recommend you enough.", "hit"),
        ("en", "would recommend", "I wouldn't hesitate to recommend you.", "hit"),
        ("zh", "不能用", "导出功能不能用", "hit"),
        ("zh", "没有效果", "还没看到什么成效", "hit"),
        ("pl", "bardzo zadowolony", "Jesteśmy w pełni zadowoleni.", "hit"),
        ("pl", "nie przedłużyć umowy", "Nie rezygnujemy z przedłużenia umowy.", "negated"),
        ("hu", "felmondja a szerződést", "Fel fogjuk mondani a szerződést.", "hit"),
        ("hu", "felmondja a szerződést", "fel szeretnenk mondani a szerzodest", "hit"),
        ("hu", "felmondja a szerződést", "Nem mondjuk fel a szerződést.", "negated"),
        ("pl", "wypowiedzieć umowę", "Wypowiadamy umowę.", "hit"),
        ("pl", "wypowiedzieć umowę", "wypowiemy umowe", "hit"),
        ("pl", "wypowiedzieć umowę", "Nikt nie wypowiada umowy.", "negated"),
        ("zh", "解除合同", "我們決定解除合約。", "hit"),
        ("zh", "解除合約", "我们不会解除合同。", "negated"),
        ("zh", "没人用", "没人用心维护数据。", "none"),
    ],
)
def test_a_phrase_is_heard_in_its_inflections_and_its_denials_are_told_apart(
    language, phrase, text, expected
):
    assert verdict(language, phrase, text) == expected


def test_the_denying_word_is_kept_as_evidence_with_its_place():
    text = "ＷＥ are — honestly — not cancelling the contract"
    found = told("en", "cancel the contract", text)
    assert found.cue == "not"
    assert [text[a:b] for a, b in found.spans] == ["cancelling", "contract"]


def test_two_denials_affirm_and_say_so():
    found = told("pl", "wypowiedzieć umowę", "Nie możemy nie wypowiedzieć umowy.")
    assert found.verdict is Verdict.HIT
    assert Label.DOUBLE in found.labels


def test_questions_conditions_and_hearsay_are_labelled():
    found = told("en", "cancel the contract", "My boss told me, what if we cancel the contract?")
    assert set(found.labels) == {Label.QUESTION, Label.CONDITION, Label.REPORTED}


def test_a_question_that_repeats_the_phrase_is_denied_by_the_answer():
    assert verdict("hu", "új vezetés", "Új vezetés? Ugyan, ugyanazok ülnek fent.") == "negated"


def test_places_are_those_of_the_text_as_it_came():
    text = "cafe\u0301 🙂 𝔸 e\u200bnd: we ca\u00adncel the con\u200btract"
    found = told("en", "cancel the contract", text)
    assert [text[a:b] for a, b in found.spans] == ["ca\u00adncel", "con\u200btract"]


def test_a_phrase_does_not_go_on_after_a_long_pause():
    words = (Word("cancel", 0.0, 0.4), Word("the", 0.5, 0.6), Word("contract", 1.5, 2.0))
    ears = Ears("en", ["cancel the contract"])
    parted = ears.analyse([heard(Turn(1, "cancel the contract", words=words))])
    assert not ears.hear(parted)
    assert ears.hear(ears.analyse([heard(Turn(1, "cancel the contract"))]))


def test_what_is_quoted_is_not_heard():
    text = "Thanks.\n> We cancel the contract."
    turn = Turn(1, text, pieces=(Piece(PieceKind.QUOTED, 8, len(text)),))
    ears = Ears("en", ["cancel the contract"])
    assert not ears.hear(ears.analyse([heard(turn)]))


def test_order_and_gap_can_be_asked_for():
    ears = Ears("en", [Asked("cancel contract", ordered=True, gap=1)])
    found = by_turn(
        ears.hear(
            ears.analyse(["The contract is cancelled", "cancel the contract", "cancel a b c contract"])
        ),
        3,
    )
    assert [bool(one) for one in found] == [False, True, False]


def test_many_turns_are_told_apart():
    ears = Ears("en", ["cancel the contract", "too expensive"])
    found = ears.hear(ears.analyse(["We cancel", "the contract is too expensive", "cancel the contract", ""]))
    assert {(one.phrase, one.turn) for one in found} == {(1, 1), (0, 2)}


def test_hearing_many_phrases_gives_what_each_gives_alone():
    phrases = ["cancel the contract", "not renew", "too expensive", "support is too slow", "no results"]
    texts = [
        "We will not renew.",
        "Support is too slow and too expensive.",
        "cancel the contract or not",
        "no results yet",
    ]
    together = Ears("en", phrases)
    found = {(one.phrase, one.turn, one.verdict) for one in together.hear(together.analyse(texts))}
    alone = set()
    for k, phrase in enumerate(phrases):
        ears = Ears("en", [phrase])
        alone |= {(k, one.turn, one.verdict) for one in ears.hear(ears.analyse(texts))}
    assert found == alone


def test_a_phrase_of_eight_words_does_not_try_every_choice():
    phrase = "stop cancel contract renew supplier offer discount budget"
    text = " ".join(reversed(phrase.split())) + " " + phrase + " "
    ears = Ears("en", [phrase])
    before = time.process_time()
    ears.hear(ears.analyse([text * 50]))
    assert time.process_time() - before < 10


def test_a_phrase_of_ten_thousand_words_is_refused():
    with pytest.raises(KeepwellError, match="at most 200 characters"):
        Ears("en", ["word " * 10_000])
    with pytest.raises(KeepwellError, match="one to 8 words") as refused:
        Ears("en", ["word " * 9])
    assert refused.value.ways == ("Leave out what is not needed, or make two rules of it.",)
    with pytest.raises(KeepwellError):
        Ears("en", [Asked(slots=(("cancel",),) * 10_000)])


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["", "the", "…", "not", "and", "what if"]),
        ("hu", ["és", "mert"]),
        ("pl", ["i", "i co"]),
        ("zh", ["吗", "為什麼"]),
    ],
)
def test_a_phrase_that_says_nothing_is_refused(language, said):
    for phrase in said:
        with pytest.raises(KeepwellError, match="needs a word that says something"):
            Ears(language, [phrase])


def test_small_words_that_say_something_are_heard():
    for language, phrase in (("en", "too much"), ("hu", "köszönjük"), ("pl", "nic nie dało"), ("zh", "太贵")):
        assert Ears(language, [phrase])


_HOSTILE = st.lists(
    st.one_of(
        st.sampled_from(
            ["not ", "cancel ", "contract ",
             "\u200b", "\u0301", "\u202e", "🙂", "'", "-", ".", "?", ",", "不", "解除", "合同", "nie ",
             "umowę ", "fel ", "mondjuk ", "\n", "\ud800", "ﷺ", "İ"]
        ),
        st.text(max_size=5),
    ),
    max_size=60,
).map("".join)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(text=_HOSTILE, language=st.sampled_from(["en", "zh", "hu", "pl"]))
def test_any_text_can_be_heard_and_every_span_lies_in_it(text, language):
    phrase = {
        "en": "cancel the contract",
        "zh": "解除合同",
        "hu": "felmondja a szerződést",
        "pl": "wypowiedzieć umowę",
    }[language]
    ears = _EARS.setdefault(language, Ears(language, [phrase, phrase[:6]]))
    for one in ears.hear(ears.analyse([text, "x", text])):
        assert one.turn in (0, 2)
        assert all(0 <= a < b <= len(text) for a, b in one.spans)


_EARS: dict[str, Ears] = {}


@pytest.mark.parametrize(
    "piece",
    [
        "not ",
        "cancel ",
        "x",
        "cancel the contract ",
        "\u200b",
        "\u0301",
        "🙂",
        "it is not that ",
        "cancel, ",
        "?",
        "not cancel the contract ",
        "cancel the contract, ",
    ],
)
def test_the_time_for_hostile_text_grows_as_its_length_does(piece):
    ears = Ears("en", ["cancel the contract", "not renew", "support is too slow"])

    def seconds(size):
        text = piece * (size // len(piece))
        ears.analyse([text])
        before = time.process_time()
        ears.hear(ears.analyse([text]))
        return time.process_time() - before

    small, large = seconds(10_000), seconds(80_000)
    assert large < 25 * max(small, 0.02)  # eight times the text; squared would be sixty-four
