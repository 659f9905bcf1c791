"""Phrases about matters that no starting rule is about are heard by their forms and by other words for them."""

import pytest

from keepwell.listening.matching.hearing import Ears, by_turn
from keepwell.listening.matching.reading import Verdict


def verdict(language: str, phrase: str, text: str) -> Verdict:
    ears = Ears(language, [phrase])
    heard = by_turn(ears.hear(ears.analyse([text])), 1)[0]
    return heard.verdict if heard else Verdict.NONE


SAID = [
    ("en", "invoice is wrong", "There's a mistake on the invoice from March."),
    ("en", "late delivery", "Again the goods were delivered far too late, the market was closed."),
    ("en", "price increase", "You've put your prices up again."),
    ("en", "cancel the order", "Please call off our order."),
    ("en", "training for new employees", "We need to train our new staff."),
    ("en", "has resigned", "She resigned last week."),
    ("en", "hidden fees", "Nobody told us about the hidden costs."),
    ("zh", "发票有误", "你們把我們的發票又開錯了，應該是十二台才對。"),
    ("zh", "数据丢失", "系统一升级，数据全没了。"),
    ("zh", "取消订单", "请把周一的订单取消掉。"),
    ("zh", "登录不了", "从早上起一直登录不了。"),
    ("hu", "késik a szállítás", "Három napot csúszott a kiszállítás."),
    ("hu", "visszamondani a megrendelést", "Sajnos vissza kell mondanunk a szerdai megrendelést."),
    ("hu", "kártérítést követelni", "A leállás miatt kártérítést követelünk."),
    ("pl", "błąd na fakturze", "Faktura znowu jest błędna."),
    ("pl", "podnieśli ceny", "Od stycznia bez słowa podnieśli ceny."),
    ("pl", "otworzyć nowy oddział", "Na zebraniu ogłosili, że latem zostanie otwarty nowy oddział."),
]
DENIED = [
    ("en", "late delivery", "The delivery wasn't late at all."),
    ("en", "talk to your manager", "I don't need to speak to your supervisor."),
    ("zh", "找你们经理", "不用找你们主管了。"),
    ("hu", "hibás a számla", "A számla nem hibás."),
    ("pl", "żądać odszkodowania", "Nie żądamy odszkodowania."),
]
ANOTHER = [
    ("en", "late delivery", "We stayed late to unload the lorry."),
    ("en", "short of staff", "Just a short note for the staff: the lift is closed on Sunday."),
    ("en", "missed deadline", "The deadline for the tender is Friday."),
    ("zh", "发票有误", "发票已经收到，谢谢。"),
]


@pytest.mark.parametrize(("language", "phrase", "text"), SAID)
def test_a_phrase_is_heard_in_other_words(language: str, phrase: str, text: str) -> None:
    assert verdict(language, phrase, text) is Verdict.HIT


@pytest.mark.parametrize(("language", "phrase", "text"), DENIED)
def test_a_phrase_in_other_words_is_denied(language: str, phrase: str, text: str) -> None:
    assert verdict(language, phrase, text) is Verdict.NEGATED


@pytest.mark.parametrize(("language", "phrase", "text"), ANOTHER)
def test_words_of_a_phrase_in_another_sense_are_not_the_phrase(language: str, phrase: str, text: str) -> None:
    assert verdict(language, phrase, text) is Verdict.NONE
