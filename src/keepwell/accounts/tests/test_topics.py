"""What a contact was about is read in words, whatever words it was written down in."""

import pytest
from django.utils import translation

from keepwell.accounts.models import Account, Entry
from keepwell.accounts.showing import told
from keepwell.accounts.tests.conftest import NOW
from keepwell.accounts.timeline import all_kinds
from keepwell.accounts.topics import topic_said


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
