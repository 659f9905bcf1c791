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
        ("hu", "új vezetés", "Áprilistól másvalaki vezeti a vállalatot.", "hit"),
        ("hu", "új vezetés", "Más cég vezeti a könyvelést.", "none"),
        ("hu", "nincs eredmény", "A képzésnek nem volt semmi látszatja.", "hit"),
        ("hu", "senki nem használja", "Hozzá sem nyúlnak a modulhoz.", "hit"),
        ("pl", "nie przedłużyć umowy", "Po upływie okresu nie chcemy tego kontynuować.", "hit"),
        ("pl", "zmienić dostawcę", "Od wiosny kupujemy części u konkurencji.", "hit"),
        ("zh", "没有效果", "做了三個月，一點起色都沒有。", "hit"),
        ("zh", "没有效果", "有了一点起色。", "none"),
        ("zh", "投诉", "我会去消保官那边申诉。", "hit"),
        ("en", "cancel the contract", "It'd take a miracle to get us to cancel the contract.", "negated"),
        ("en", "cancel the contract", "It will take a month to cancel the contract.", "hit"),
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


@pytest.mark.parametrize(
    ("language", "phrase", "text", "expected"),
    [
        ("en", "change supplier", "We have found a cheaper supplier.", "hit"),
        ("en", "change supplier", "They're moving all the backups over to a different vendor.", "hit"),
        ("en", "stop using the software", "We're giving the tool up in June.", "hit"),
        ("en", "does not work", "The heating isn't working again.", "hit"),
        ("en", "does not work", "The lift isn't broken.", "negated"),
        ("en", "want a discount", "Surely after eight years we deserve a discount?", "hit"),
        ("zh", "更换供应商", "采购部正在物色新的供货商。", "hit"),
        ("zh", "更換供應商", "影印紙改跟另一間公司叫貨。", "hit"),
        ("zh", "新管理层", "新的CEO要看所有合同。", "hit"),
        ("hu", "beszállítót cserélni", "Találtunk egy olcsóbb beszállítót.", "hit"),
        ("hu", "új vezetés", "Most már más a főnökünk.", "hit"),
        ("pl", "zmienić dostawcę", "Od stycznia sprząta u nas inna firma.", "hit"),
        ("pl", "brak efektów", "Brak korzyści.", "hit"),
        ("pl", "nic nie dało", "Szkolenie nic nie dało.", "hit"),
        ("en", "new management", "My boss is on a different call now.", "none"),
        ("en", "better offer", "You'd better offer a solution soon.", "none"),
        ("zh", "不能用", "陈主任不在这里工作了。", "none"),
        ("zh", "新管理层", "领导换了手机号。", "none"),
        ("pl", "wypowiedzieć umowę", "Chcę się wypowiedzieć na temat nowych umów.", "none"),
        ("pl", "nowy dyrektor", "Dyrektor ma nowy telefon.", "none"),
    ],
)
def test_common_variants_are_heard_and_what_only_looks_like_them_is_not(language, phrase, text, expected):
    assert verdict(language, phrase, text) == expected


@pytest.mark.parametrize(
    ("language", "phrase", "text", "expected"),
    [
        ("en", "not renew", "Whoever told you that we won't renew got it wrong.", "negated"),
        ("en", "want a discount", "I'm calling about a crate and not because I want a discount.", "negated"),
        ("en", "better offer", "None of your competitors has made us a better offer.", "negated"),
        (
            "en",
            "cancel the contract",
            "There's no truth in the rumour that we're cancelling the contract.",
            "negated",
        ),
        ("zh", "客服太慢", "有人嫌客服太慢，我們的經驗並非如此。", "negated"),
        ("hu", "nem működik", "Sosem állítottam, hogy nem működik a gép.", "negated"),
        ("hu", "nem elégedett", "Nem mondhatnám, hogy elégedett vagyok.", "hit"),
        ("pl", "wolne wsparcie", "Zarzut, że wsparcie jest wolne, uważam za niesłuszny.", "negated"),
        ("pl", "nie działa", "Nieprawda, że winda nie działa.", "negated"),
    ],
)
def test_a_whole_is_denied_from_outside_its_clause(language, phrase, text, expected):
    assert verdict(language, phrase, text) == expected
