"""Which language a text is in."""

import json
from pathlib import Path

import pytest

from keepwell.listening.languages.telling import language_of

LABELLED = Path(__file__).parents[1] / "labelled"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("We have decided not to go on after March.", "en"),
        ("Thanks", "en"),
        ("我们想在合同到期之前解约。", "zh"),
        ("我們要取消 subscription", "zh"),
        ("从下月1号起停止使用你们的系统", "zh"),
        ("Sajnos a szerződést nem szeretnénk meghosszabbítani.", "hu"),
        ("szerzodest szeretnenk felmondani", "hu"),
        ("Niestety nie przedłużymy umowy z państwem.", "pl"),
        ("We have a question about the invoice that you sent. Mamy pytanie.", "en"),
        ("nie jestesmy zadowoleni z uslugi", "pl"),
    ],
)
def test_a_customers_language_is_told_from_what_they_wrote(text: str, code: str) -> None:
    assert language_of(text) == code


@pytest.mark.parametrize(
    "text",
    ["", "12345", "OK", "???", "info@example.com https://example.com/the/and/is", "Wir möchten den Vertrag kündigen.",
     "Chceme vypovědět smlouvu, protože jsme nespokojeni", "Мы хотим расторгнуть договор", "契約を解約したいです",
     "계약을 해지하고 싶습니다"],
)  # fmt: skip
def test_a_text_in_no_language_known_or_in_none_at_all_is_left_untold(text: str) -> None:
    assert language_of(text) is None


def test_only_the_languages_asked_for_are_told() -> None:
    polish = "Nie możemy się zalogować, proszę o pomoc."
    assert language_of(polish, among=["en", "hu"]) is None
    assert language_of(polish, among=["en", "pl"]) == "pl"
    assert language_of(polish, among=[]) is None
    assert language_of(polish, among=["en", "xx"]) is None


@pytest.mark.parametrize("code", ["en", "zh", "hu", "pl"])
def test_nearly_every_short_message_is_told_and_none_is_taken_for_another_language(code: str) -> None:
    texts = [json.loads(line)["text"] for line in (LABELLED / f"{code}.open.jsonl").open(encoding="utf-8")]
    told = [language_of(text) for text in texts]
    assert told.count(code) >= 0.97 * len(told)
    assert set(told) <= {code, None}


def test_a_very_long_text_is_told_by_its_beginning() -> None:
    assert language_of("We are not able to log in. " * 100_000) == "en"
    assert language_of("x" * 1_000_000) is None
