"""What belongs together and what does not: whole words, reasons, topics, who something is for, who does what."""

import pytest

from keepwell.listening.matching.hearing import Ears, by_turn


def verdict(language, phrase, text):
    ears = Ears(language, [phrase])
    found = by_turn(ears.hear(ears.analyse([text])), 1)[0]
    return found.verdict.value if found else "none"


@pytest.mark.parametrize(
    ("language", "phrase", "text", "expected"),
    [
        ("zh", "削减预算", "明年的预算要缩减三成。", "hit"),
        ("zh", "提出投诉", "这份投诉是我妹妹提出来的。", "hit"),
        ("zh", "非常满意", "这台识别仪我非常满意。", "hit"),
        ("zh", "会推荐", "这种质量不值得推荐。", "negated"),
    ],
)
def test_a_longer_word_is_read_before_the_shorter_ones_in_it(language, phrase, text, expected):
    assert verdict(language, phrase, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("包装材料的供应商，我们春天会更换。", "hit"),
        ("包装材料的供应商，我们春天不会更换。", "negated"),
        ("我们见了供应商，会议室更换了。", "none"),
    ],
)
def test_what_is_done_to_a_topic_named_before_a_comma_is_heard(text, expected):
    assert verdict("zh", "更换供应商", text) == expected


@pytest.mark.parametrize(
    ("language", "phrase", "text", "expected"),
    [
        ("pl", "obciąć budżet", "Po obcięciu budżetu nie kupimy żadnych nowych stanowisk.", "hit"),
        ("pl", "obciąć budżet", "Obcięcia budżetu nikt u nas nie planuje.", "negated"),
        ("hu", "költségkeretet csökkenteni", "A költségkeret csökkentése miatt nem jövünk.", "hit"),
    ],
)
def test_what_is_told_as_a_reason_is_not_denied_by_what_follows(language, phrase, text, expected):
    assert verdict(language, phrase, text) == expected


@pytest.mark.parametrize(
    ("language", "phrase", "text", "expected"),
    [
        ("en", "too expensive", "For a hotel with nine rooms this is too expensive.", "hit"),
        ("en", "too expensive", "The hotel was too expensive, so we stayed with friends.", "none"),
        ("zh", "没人用", "会议室那套投屏系统没人用。", "hit"),
        ("zh", "没人用", "会议室明天没人用。", "none"),
    ],
)
def test_for_whom_a_thing_is_or_where_it_stands_is_not_what_is_spoken_of(language, phrase, text, expected):
    assert verdict(language, phrase, text) == expected


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("switch to another supplier", "Another supplier is switching to smaller boxes.", "none"),
        ("switch to another supplier", "We are switching to another supplier.", "hit"),
        ("cancel the contract", "Once the contract is approved I can cancel my train ticket.", "none"),
        ("cancel the contract", "The contract is to be cancelled.", "hit"),
        ("cancel the contract", "Please stop it.", "none"),
        ("cancel the contract", "We want to stop our subscription.", "hit"),
        ("the price is too high", "The counter is too high for the price list.", "none"),
    ],
)
def test_who_does_it_and_to_what_is_told_apart(phrase, text, expected):
    assert verdict("en", phrase, text) == expected


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("złożyć skargę", "Jutro koleżanka złoży skargę.", "hit"),
        ("wypowiedzieć umowę", "Zerwę umowę, jeśli to się powtórzy.", "hit"),
        ("przestać korzystać", "W maju przestaniemy korzystać z bramki.", "hit"),
        ("bardzo zadowolony", "bardzo jestesmy zadowoleni z odbioru", "hit"),
        ("przestać korzystać", "juz nie korzystamy z bramki", "hit"),
        ("nie działa", "Nie dostałem numeru działu.", "none"),
    ],
)
def test_polish_is_heard_in_every_person_and_without_accents(phrase, text, expected):
    assert verdict("pl", phrase, text) == expected
