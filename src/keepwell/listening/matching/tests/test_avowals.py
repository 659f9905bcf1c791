"""Who speaks for themselves tells no hearsay; and what a shield or a neighbour makes of a listed word."""

import pytest

from keepwell.listening.matching.hearing import Ears, by_turn
from keepwell.listening.matching.reading import Label

_EARS: dict[tuple[str, str], Ears] = {}
CANCEL = {
    "en": "cancel the contract",
    "zh": "解约",
    "hu": "felmondja a szerződést",
    "pl": "wypowiedzieć umowę",
}


def heard(language, phrase, text):
    ears = _EARS.setdefault((language, phrase), Ears(language, [phrase]))
    return by_turn(ears.hear(ears.analyse([text])), 1)[0]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Once more, I say it slowly: we are terminating the contract."),
        ("en", "We already told your colleague that we will cancel the contract."),
        ("en", "As I said on Monday, we are going to cancel the contract."),
        ("en", "I'm sorry to say that we will cancel the contract."),
        ("zh", "我再说一遍，我们要解约。"),
        ("zh", "我说过了，我们要解约。"),
        ("zh", "本公司在此正式声明解约。"),
        ("zh", "我的意思是要解约。"),
        ("hu", "Jelezném, hogy felmondjuk a szerződést."),
        ("hu", "Véleményünk szerint fel kell mondani a szerződést."),
        ("hu", "Azt mondtam a kollégának, hogy szóljon Önöknek, hogy felmondjuk a szerződést."),
        ("pl", "Moim zdaniem trzeba wypowiedzieć umowę."),
        ("pl", "Według nas pora wypowiedzieć umowę."),
    ],
)
def test_who_speaks_for_themselves_is_no_hearsay(language, text):
    hearing = heard(language, CANCEL[language], text)
    assert hearing.verdict.value == "hit"
    assert Label.REPORTED not in hearing.labels


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "She told me that we would cancel the contract."),
        ("en", "I was told that they cancel the contract."),
        ("en", "I told you that my boss said we cancel the contract."),
        ("zh", "老板说我们要解约。"),
        ("hu", "A kolléga jelezte, hogy felmondjuk a szerződést."),
        ("hu", "Azt mondta, hogy azt hallotta, hogy felmondjuk a szerződést."),
        ("pl", "Zdaniem szefa trzeba wypowiedzieć umowę."),
    ],
)
def test_what_somebody_else_said_is_hearsay(language, text):
    assert Label.REPORTED in heard(language, CANCEL[language], text).labels


@pytest.mark.parametrize(
    ("language", "phrase", "text", "expected"),
    [
        ("zh", "新管理层", "新董事会上任了。", True),
        ("zh", "新管理层", "明天要开董事会。", False),
        ("zh", "换供应商", "我们准备换掉贵公司。", True),
        ("zh", "太贵", "报价超过预算了。", True),
        ("hu", "felmondja a szerződést", "Az előző cég mondta fel nekünk a szerződést.", False),
        ("hu", "felmondja a szerződést", "A berbeado felmondta a szerzodest nekunk.", False),
        ("hu", "felmondja a szerződést", "Nekünk fel kell mondanunk a szerződést.", True),
        ("hu", "lassan reagál", "Az érzékelő lassan reagál.", False),
        ("hu", "lassan reagál", "Az ügyfélszolgálat lassan reagál.", True),
        ("pl", "wolno reaguje", "Zawór reaguje wolno.", False),
        ("pl", "wolno reaguje", "Serwis reaguje wolno.", True),
        ("pl", "wolno odpowiadają", "Przepraszam, że tak wolno odpowiadam.", False),
        ("pl", "wsparcie jest wolne", "Wybaczcie, że odpisuję tak wolno.", False),
        ("hu", "lassan reagál", "Elnézést, hogy ilyen lassan reagálok.", False),
        ("zh", "不续约", "我哋唔會續約。", True),
        ("zh", "没人用", "冇人用呢個系統。", True),
        ("en", "stop using the software", "They mothballed your software.", True),
    ],
)
def test_a_listed_word_is_heard_unless_what_stands_beside_it_makes_it_another(
    language, phrase, text, expected
):
    assert (heard(language, phrase, text) is not None) == expected


@pytest.mark.parametrize(
    ("language", "text", "verdict"),
    [
        ("en", "It is not that we wouldn't cancel the contract.", "hit"),
        ("en", "Not that we would cancel the contract.", "negated"),
        ("zh", "我們不是不想解約。", "hit"),
        ("zh", "我们不会不解约。", "hit"),
        ("zh", "我哋唔會解約。", "negated"),
        ("zh", "我哋唔係唔想解約。", "hit"),
        ("zh", "唔該幫我解約。", "hit"),
        ("zh", "請勿解約。", "negated"),
        ("hu", "Nem tudom elképzelni, hogy felmondjuk a szerződést.", "negated"),
        ("hu", "Nem mintha nem mondanánk fel a szerződést.", "hit"),
        ("hu", "Nem mintha felmondanánk a szerződést.", "negated"),
        ("hu", "Nem arról van szó, hogy nem mondjuk fel a szerződést.", "hit"),
        ("pl", "Nie żebyśmy nie chcieli wypowiedzieć umowy.", "hit"),
        ("pl", "Nie żebyśmy wypowiadali umowę.", "negated"),
    ],
)
def test_not_that_we_would_not_affirms_in_every_tongue(language, text, verdict):
    assert heard(language, CANCEL[language], text).verdict.value == verdict
