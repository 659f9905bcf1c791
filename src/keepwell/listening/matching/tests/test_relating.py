"""Words that stand near one another without belonging together are not heard."""

import pytest

from keepwell.listening.matching.hearing import Ears, by_turn
from keepwell.listening.matching.reading import Verdict


def verdict(language: str, phrase: str, text: str) -> Verdict:
    ears = Ears(language, [phrase])
    heard = by_turn(ears.hear(ears.analyse([text])), 1)[0]
    return heard.verdict if heard else Verdict.NONE


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("cancel the contract", "I cancelled the call about the contract."),
        ("cancel the contract", "Please cancel my holiday request for the contract team."),
        ("cancel the contract", "When does our contract end?"),
        ("cancel the contract", "Can I end the call and read the contract folder first?"),
        ("change supplier", "Our supplier has changed its bank account."),
        ("change supplier", "Where do I change the address in the supplier portal?"),
        ("left the company", "Our company left the association."),
        ("left the company", "There are two licences left for the company."),
        ("want a discount", "We want our shop to show the discount."),
        ("new management", "The new password management screen is great."),
        ("would recommend", "The page would show recommended products."),
        ("would recommend", "Which plan would you recommend?"),
        ("not satisfied", "The condition is not satisfied when the field is empty."),
        ("won't renew", "We could not renew the certificate."),
        ("budget cut", "It helped us cut the hours that we spend on planning the budget."),
        ("change supplier", "Our supplier switched to a new warehouse."),
        ("not satisfied", "I was not satisfied with the hotel."),
        ("nobody uses it", "Nobody needs training to use it."),
    ],
)
def test_a_verb_with_another_object_is_not_the_phrase(phrase: str, text: str) -> None:
    assert verdict("en", phrase, text) is Verdict.NONE


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("cancel the contract", "The contract you sent us last year will be cancelled."),
        ("cancel the contract", "We ask for cancellation of the contract."),
        ("change supplier", "We moved our payroll to a different provider."),
        ("want a discount", "A discount is what we want."),
        ("want a discount", "We want to negotiate at least a small discount."),
        ("stop using the software", "We are not using the software any more."),
        ("new management", "The management is completely new."),
        ("better offer", "A rival firm has offered us a package that is cheaper, so their offer is better."),
        ("would recommend", "We've already recommended you to our partners."),
        ("does not work", "The import stopped working."),
        ("nobody uses it", "It isn't used by anyone."),
    ],
)
def test_what_is_done_to_a_noun_is_heard_on_either_side_of_it(phrase: str, text: str) -> None:
    assert verdict("en", phrase, text) is Verdict.HIT


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("cancel the contract", "Neither the main contract nor the annex was cancelled."),
        ("too expensive", "It is anything but too expensive."),
        ("would recommend", "I couldn't recommend you to anyone."),
        ("want a discount", "A discount is not what we want."),
        ("nobody uses it", "It's simply wrong that nobody uses it."),
    ],
)
def test_denials_of_several_words_count_once(phrase: str, text: str) -> None:
    assert verdict("en", phrase, text) is Verdict.NEGATED


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("cancel the contract", "We see no other way than to cancel the contract."),
        ("change supplier", "Why don't we just change supplier?"),
        ("very satisfied", "It is impossible not to be very satisfied."),
    ],
)
def test_a_denial_that_affirms_is_none(phrase: str, text: str) -> None:
    assert verdict("en", phrase, text) is Verdict.HIT


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("解约", "我想了解约定的交货时间。"),
        ("离职", "离职证明的模板在哪里？"),
        ("没人用", "没人用心听。"),
        ("不能用", "客户数据不能用微信发。"),
        ("太贵", "您寄来的礼物太贵重了。"),
        ("更换供应商", "供应商的联系人换人了。"),
        ("解除合同", "合同里取消订单的条款在第几页？"),
        ("会推荐", "系统会推荐哪些商品？"),
    ],
)
def test_characters_cut_out_of_other_words_are_no_phrase(phrase: str, text: str) -> None:
    assert verdict("zh", phrase, text) is Verdict.NONE


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("更换供应商", "我们绝不会因为一批货就更换供应商。", Verdict.NEGATED),
        ("解除合同", "再不改善，我们就解除合同。", Verdict.HIT),
        ("竞争对手的报价", "竞争对手的报价根本没有。", Verdict.NEGATED),
        ("没有效果", "效果一点都没有。", Verdict.HIT),
        ("不满意", "不是不满意，只是还在观察。", Verdict.NEGATED),
        ("会推荐", "這麼好用，沒有理由不推薦。", Verdict.HIT),
        ("会推荐", "我没办法推荐给同事。", Verdict.NEGATED),
        ("没人用", "不是没人用，夜班一直在用。", Verdict.NEGATED),
    ],
)
def test_what_a_chinese_denial_reaches(phrase: str, text: str, expected: Verdict) -> None:
    assert verdict("zh", phrase, text) is expected
