"""What somebody else does or thinks is not what the customer says of themselves."""

import pytest

from keepwell.listening.matching.hearing import Ears
from keepwell.listening.matching.reading import Verdict


def heard(code: str, phrase: str, text: str) -> Verdict:
    ears = Ears(code, [phrase])
    found = ears.hear(ears.analyse([text]))
    return found[0].verdict if found else Verdict.NONE


@pytest.mark.parametrize(
    ("code", "phrase", "text"),
    [
        ("en", "not renew", "Our biggest customer has decided not to renew with us."),
        ("en", "not satisfied", "One of our clients is not satisfied with the parcel."),
        ("en", "too expensive", "The flight to the training was too expensive."),
        ("en", "support is too slow", "Our lawyer takes weeks to answer."),
        ("zh", "不续约", "客户不续约了，我们自己的压力也很大。"),
        ("zh", "太贵", "机票太贵了，培训还是线上办吧。"),
        ("zh", "离职", "客户的总经理离职了。"),
    ],
)
def test_what_is_said_of_somebody_or_something_else_is_not_heard(code: str, phrase: str, text: str) -> None:
    assert heard(code, phrase, text) is Verdict.NONE


@pytest.mark.parametrize(
    ("code", "phrase", "text"),
    [
        ("en", "not renew", "As you lost our customers' data, we will not renew."),
        ("en", "not satisfied", "With your work for our clients we are not satisfied."),
        ("en", "file a complaint", "Our customer service will file a complaint."),
        ("zh", "不满意", "对你们给客户的答复，我们不满意。"),
        ("zh", "离职", "客户经理上个月离职了。"),
    ],
)
def test_who_speaks_is_heard_though_others_are_named(code: str, phrase: str, text: str) -> None:
    assert heard(code, phrase, text) is Verdict.HIT


@pytest.mark.parametrize(
    ("code", "phrase", "text"),
    [
        ("en", "too expensive", "It is not expensive."),
        ("zh", "太贵", "价格一点都不贵。"),
        ("zh", "太贵", "不贵。"),
        ("zh", "价格太高", "价格不算高。"),
        ("zh", "回复太慢", "回复不慢。"),
    ],
)
def test_what_is_denied_without_its_measure_is_denied(code: str, phrase: str, text: str) -> None:
    assert heard(code, phrase, text) is Verdict.NEGATED


def test_the_phrase_without_its_measure_is_not_the_phrase() -> None:
    assert heard("en", "too expensive", "It is expensive.") is Verdict.NONE
