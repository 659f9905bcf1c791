"""What is only supposed, refused or told of others is told from what is said."""

import pytest

from keepwell.listening.matching.hearing import Ears, by_turn
from keepwell.listening.matching.reading import Verdict

HIT, DENIED, NOTHING = Verdict.HIT, Verdict.NEGATED, Verdict.NONE


def _verdict(language: str, phrase: str, text: str) -> Verdict:
    ears = Ears(language, [phrase])
    heard = by_turn(ears.hear(ears.analyse([text])), 1)[0]
    return heard.verdict if heard else Verdict.NONE


@pytest.mark.parametrize(
    ("phrase", "text", "verdict"),
    [
        ("too expensive", "We feared it would be too expensive, but it isn't.", DENIED),
        ("file a complaint", "We wanted to file a complaint but in the end we didn't.", DENIED),
        ("very satisfied", "I never thought I'd say this but we're very satisfied.", HIT),
        ("not renew", "The parish declined to extend the agreement.", HIT),
        ("not renew", "It is unlikely that we will renew.", HIT),
        ("not renew", "I doubt that we won't renew.", DENIED),
        ("cancel the contract", "It would be madness to cancel the contract.", DENIED),
        ("cancel the contract", "It would be madness not to cancel the contract.", HIT),
        ("cancel the contract", "The contract says deliveries may be cancelled.", NOTHING),
        ("nobody uses it", "If nobody is using it by summer we hand it back.", HIT),
        ("file a complaint", "Two of our patients filed a complaint about your drivers.", HIT),
        ("file a complaint", "Two of our patients filed a complaint about the soup.", NOTHING),
        ("no results", "No, the results are great.", NOTHING),
        ("stop using the software", "They have stopped using the, the software.", HIT),
    ],
)
def test_english_takes_back_refuses_and_tells_of_others(phrase: str, text: str, verdict: Verdict) -> None:
    assert _verdict("en", phrase, text) is verdict


@pytest.mark.parametrize(
    ("phrase", "text", "verdict"),
    [
        ("不能用", "菜里不能用花生油。", NOTHING),
        ("不能用", "今天还是不能用系统。", HIT),
        ("不能用", "水泵没坏，是停电。", DENIED),
        ("更好的报价", "没人给得出更好的报价。", DENIED),
        ("更换供应商", "请供应商把更换下来的电池带走。", NOTHING),
        ("离职", "他离职的时候什么都没交接。", HIT),
    ],
)
def test_chinese_verbs_with_an_object_of_their_own_say_something_else(
    phrase: str, text: str, verdict: Verdict
) -> None:
    assert _verdict("zh", phrase, text) is verdict
