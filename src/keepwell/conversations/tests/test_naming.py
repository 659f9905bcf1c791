"""What a conversation is called where people see it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from keepwell.accounts.models import Account, Contact
from keepwell.accounts.unnaming import BLANK
from keepwell.conversations.models import Conversation, Incoming
from keepwell.conversations.naming import came_as, heading, meet, with_whom
from keepwell.members.models import Member

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)


@pytest.fixture
def acme(db: None) -> Account:
    return Account.objects.create(pk="A1", name="Acme")


def _talk(acme: Account, key: str, kind: str = "call", **more: Any) -> Conversation:
    return Conversation.objects.create(
        key=key, kind=kind, at=NOW, arrived_at=NOW, account=acme, match="matched", **{"source": "book"} | more
    )


def test_a_call_without_a_subject_is_called_by_whom_it_was_with(acme: Account) -> None:
    one, thomas = (
        _talk(acme, "1"),
        Contact.objects.create(pk="c", source_id="c", account=acme, name="Thomas Ward"),
    )
    one.participants.create(name="Marek", side="unknown")
    one.participants.create(name="T. Ward", side="unknown", contact=thomas)
    one.participants.create(name="Somebody else", side="them")
    meet([one])
    assert heading(one) == "Call: Thomas Ward"
    asked = Conversation.objects.annotate(with_whom=with_whom()).get()
    assert heading(asked) == "Call: Thomas Ward"


def test_one_with_nobody_known_is_called_by_its_day(acme: Account) -> None:
    one = _talk(acme, "1", "chat")
    one.participants.create(name="Marek", side="us")
    meet([one])
    assert heading(one) == "Chat, 30 Sep 2026"


def test_an_upload_with_nobody_known_is_called_by_its_file_until_it_is_erased(acme: Account) -> None:
    one = _talk(acme, "1", source="upload")
    file = Incoming.objects.create(name="renewal talk.wav", source="upload", conversation=one, came_at=NOW)

    def called() -> str:
        fresh = Conversation.objects.get()
        meet([fresh])
        alone = Conversation.objects.annotate(came_as=came_as()).get()
        assert heading(fresh) == heading(alone)
        return heading(fresh)

    assert called() == "Call: renewal talk.wav"
    Conversation.objects.update(deleted_at=NOW)
    assert called() == "Call, 30 Sep 2026"
    Conversation.objects.update(deleted_at=None)
    Incoming.objects.filter(pk=file.pk).update(name=BLANK)
    assert called() == "Call, 30 Sep 2026"


def test_a_comment_is_called_by_what_was_asked_and_a_ticket_by_its_subject(acme: Account) -> None:
    assert heading(_talk(acme, "1", "survey", title="recommend")) == "Would they recommend us, 0 to 10"
    assert heading(_talk(acme, "2", "ticket", title="recommend")) == "recommend"


def test_the_names_of_a_list_are_asked_for_together(acme: Account, django_assert_num_queries: Any) -> None:
    talks = [_talk(acme, str(n)) for n in range(5)]
    for one in talks:
        one.participants.create(name=f"Person {one.key}", side="them")
    talks.append(Conversation.objects.get(key="4"))  # once more, as hits bring theirs
    with django_assert_num_queries(1):
        meet(talks)
        assert heading(talks.pop()) == "Call: Person 4"
        assert [heading(one) for one in talks] == [f"Call: Person {n}" for n in range(5)]


def test_the_list_and_the_page_of_the_account_say_whom_a_call_was_with(acme: Account, client: Client) -> None:
    _talk(acme, "1").participants.create(name="Thomas Ward", side="them")
    client.force_login(Member.objects.create_user("m@example.com", name="Mia", role="administrator"))
    for url in (reverse("conversations:conversations"), reverse("accounts:account", args=["A1"])):
        assert b"Call: Thomas Ward" in client.get(url).content
