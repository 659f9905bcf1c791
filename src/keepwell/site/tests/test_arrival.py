"""What arrives is matched, stored, heard and raised at once, with a thousand rules; the time is printed."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import pytest
from django.core import mail

from keepwell.accounts.models import Account, Contact, Standing
from keepwell.alerts.delivering.sending import deliver
from keepwell.alerts.models import Alert, Delivery
from keepwell.conversations.actions.changing import touched
from keepwell.conversations.actions.ruling import bring
from keepwell.conversations.models import Conversation, Hit
from keepwell.conversations.rules import ears
from keepwell.followups.models import FollowUp
from keepwell.listening.rules import Rule
from keepwell.listening.said import Conversation as Said
from keepwell.listening.said import Kind, Participant, Side, Turn
from keepwell.members.models import Member, Role
from keepwell.site.arrival import answered, arrive

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)  # a Tuesday, in working hours


@pytest.fixture(autouse=True)
def _office(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.OFFICE = tmp_path
    ears.forget()
    yield
    ears.forget()


@pytest.fixture
def ada(db: None) -> Member:
    return Member.objects.create_user("ada@example.com", name="Ada", role=Role.ADMINISTRATOR)


@pytest.fixture
def acme(ada: Member) -> Account:
    account = Account.objects.create(pk="A1", name="Acme", owner=ada, domain="acme.com")
    Contact.objects.create(pk="k1", account=account, name="Eva", email="eva@acme.com")
    Standing.objects.create(
        account=account, day=NOW.date(), kept_by="contract", risk=0.34, mrr=100_000, health="poor"
    )
    return account


def mail_of(*texts: str, key: str = "thread") -> Said:
    people = (Participant("Eva", "eva@acme.com", side=Side.THEM), Participant("Ada", "ada@example.com"))
    turns = tuple(
        Turn(no, text, Side.THEM, "Eva", at=NOW, source_id=f"{key}{no}@acme.com")
        for no, text in enumerate(texts, 1)
    )
    return Said(
        key,
        Kind.MAIL,
        NOW,
        people,
        subject="Contract",
        turns=turns,
        source_ids=tuple(t.source_id for t in turns),
    )


def rules(count: int) -> list[Rule]:
    words = [f"{a}{b}{c}" for a in "bdfgklmnpr" for b in "aeiou" for c in ("st", "nd", "lk", "rm")]
    made = [
        Rule(
            name=f"rule {n}",
            phrases={"en": (f"{words[n % len(words)]} {words[(7 * n + 3) % len(words)]} {n}",)},
        )
        for n in range(count - 1)
    ]
    cancel = Rule(
        name="cancel", phrases={"en": ("cancel the contract",)}, theme="leaving", then=("alert", "follow_up")
    )
    return [*made, cancel]


def test_a_mail_of_a_customer_raises_its_alert_at_once_with_a_thousand_rules(
    ada: Member, acme: Account
) -> None:
    bring(rules=rules(1000), by=ada, now=NOW)
    ears.warm()
    begun = perf_counter()
    done = arrive(
        mail_of("Dear Ada, after all we will be cancelling our contract."), source="mailbox", now=NOW
    )
    took = perf_counter() - begun
    sys.stderr.write(f"\nfrom arrival to the stored alert with 1,000 rules: {took:.2f} s\n")
    alert = Alert.objects.get()
    assert done.conversation.account == alert.account == acme
    assert alert.stood["risk"] == 0.34
    assert Hit.objects.get().rule.name == "cancel"


def test_the_alerts_mail_carries_the_words_the_moment_the_standing_and_the_brief(
    ada: Member, acme: Account
) -> None:
    bring(rules=rules(2), by=ada, now=NOW)
    one = arrive(
        mail_of("After all we will be cancelling our contract."), source="mailbox", now=NOW
    ).conversation
    Delivery.objects.update(due_at=NOW)  # whatever hour it is that the test runs at
    deliver(within=5, clock=lambda: NOW)
    (sent,) = mail.outbox
    assert "we will be cancelling our contract" in sent.body
    assert f"/conversations/{one.pk}?turn=1" in sent.body
    assert "risk 34%" in sent.body


def test_what_a_rule_asks_for_is_begun_once_a_conversation(ada: Member, acme: Account) -> None:
    bring(rules=rules(2), by=ada, now=NOW)
    texts = ("We cancel the contract.", "Yes, cancel our contract.")
    done = arrive(mail_of(*texts), source="mailbox", now=NOW)  # its job has run at once, as in every test
    assert FollowUp.objects.count() == 1
    task = FollowUp.objects.get()
    assert (task.account, task.owner, task.alert) == (acme, ada, Alert.objects.get())
    assert "cancel" in task.what
    again = answered(Conversation.objects.get(pk=done.conversation.pk), now=NOW)
    assert (again.hits, again.alerts, again.follow_ups) == ([], 0, 0)
    assert FollowUp.objects.count() == 1


def test_a_mail_of_nobody_known_is_heard_and_raises_nothing_until_it_is_matched(
    ada: Member, acme: Account
) -> None:
    bring(rules=rules(2), by=ada, now=NOW)
    said = Said(
        "x", Kind.MAIL, NOW, (Participant("?", "x@nowhere.org"),), turns=(Turn(1, "We cancel the contract."),)
    )
    one = arrive(said, source="mailbox", now=NOW).conversation
    one.refresh_from_db()
    assert (one.account, Hit.objects.count(), Alert.objects.count()) == (None, 1, 0)
    one.account = acme
    one.save()
    touched(one, now=datetime.now(UTC))
    assert Hit.objects.get().account == acme
