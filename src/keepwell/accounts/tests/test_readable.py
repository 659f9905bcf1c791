"""Topics, surveys and reasons are read in words, whatever words they were written down in."""

import pytest
from django.utils import translation

from keepwell.accounts.models import Account, Entry
from keepwell.accounts.readable import topic_said
from keepwell.accounts.showing import told
from keepwell.accounts.tests.conftest import NOW
from keepwell.accounts.timeline import all_kinds


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("check_in_call", "check-in call"),
        ("payment-reminder", "payment reminder"),
        ("QBR", "review of results"),
        ("price_increase_2026", "price increase 2026"),  # of the company's own
        ("About the new e-mail server", "About the new e-mail server"),  # of a member's own hand
        ("follow-up on Q3_report", "follow-up on Q3_report"),
        (None, ""),
    ],
)
def test_words_of_programs_are_read_as_words_and_words_of_people_stay(word: str | None, said: str) -> None:
    assert topic_said(word) == said


@pytest.mark.django_db
def test_a_timeline_reads_a_topic_and_keeps_the_word_of_the_book() -> None:
    account = Account.objects.create(account_id="A1", name="Arden")
    data = {"channel": "call", "direction": "out", "team": None, "topic": "support_case"}
    entry = Entry.objects.create(account=account, at=NOW, kind="touch", key="T1", data=data)
    with translation.override("en"):
        assert told(entry).detail == "support case"
    assert Entry.objects.get(pk=entry.pk).data["topic"] == "support_case"
    assert all_kinds()["touch"].detail({"topic": None}) == ""


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("answer", {"survey": "recommend", "score": 4.0}, "Would they recommend us, 0 to 10: 4"),
        ("answer", {"survey": "Autumn 2026", "score": None}, "Autumn 2026: –"),
        ("answer", {}, "Survey: –"),
        ("reason", {"code": "champion_gone"}, "Left. Reason said: our champion left"),
        ("reason", {"code": "R-17"}, "Left. Reason said: R-17"),
    ],
)
def test_surveys_and_reasons_are_named(kind: str, data: dict[str, object], said: str) -> None:
    assert all_kinds()[kind].headline(data) == said
