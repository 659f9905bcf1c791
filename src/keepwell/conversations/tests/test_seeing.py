"""A conversation is seen by whoever sees its account."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from keepwell.accounts.models import Account, Entry
from keepwell.accounts.showing import told_to
from keepwell.conversations.models import Conversation, Turn
from keepwell.members.models import Member, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def _member(name: str, role: Role = Role.MEMBER) -> Member:
    return Member.objects.create_user(email=f"{name}@example.com", name=name, role=role)


def _kept(key: str, **more) -> Conversation:
    one = Conversation.objects.create(
        source="upload", key=key, kind="call", at=NOW, arrived_at=NOW, title=f"Call {key}", **more
    )
    Turn.objects.create(conversation=one, no=1, side="them", speaker="Eve", text="We shall stay.")
    return one


def _status(member: Member, one: Conversation) -> int:
    client = Client()
    client.force_login(member)
    return client.get(f"/conversations/{one.pk}").status_code


def test_the_owner_of_an_account_reads_its_conversations_and_a_stranger_does_not():
    owner, stranger, chief = _member("ann"), _member("sam"), _member("ada", Role.ADMINISTRATOR)
    account = Account.objects.create(pk="A1", name="Acme", owner=owner)
    one = _kept("1", account=account, match="matched")
    assert [_status(who, one) for who in (owner, stranger, chief)] == [200, 404, 200]
    client = Client()
    client.force_login(stranger)
    assert "Call 1" not in client.get("/conversations/").content.decode()
    client.force_login(owner)
    assert "Call 1" in client.get("/conversations/").content.decode()


def test_what_is_nobodys_yet_is_seen_by_who_brought_it_and_by_managers():
    bringer, other, manager = _member("ann"), _member("sam"), _member("mo", Role.MANAGER)
    one = _kept("2", brought_by=bringer)
    assert [_status(who, one) for who in (bringer, other, manager)] == [200, 404, 200]


def test_a_conversation_of_the_book_leads_from_the_timeline_to_its_page_once_it_was_brought_in():
    owner = _member("ann")
    account = Account.objects.create(pk="A1", name="Acme", owner=owner)
    for key in ("c1", "c2"):
        said = {"channel": "call", "language": "en", "conversation_id": key}
        Entry.objects.create(account=account, at=NOW, kind="conversation", key=key, data=said)
    one = _kept("c1", account=account, match="matched")
    Conversation.objects.filter(pk=one.pk).update(source=Conversation.Source.BOOK)
    client = Client()
    client.force_login(owner)
    page = client.get("/accounts/A1").content.decode()
    assert page.count(f'href="/conversations/{one.pk}"') >= 1
    entries = list(account.entries.all())
    shown = {told.entry.key: told.address for told in told_to(owner, entries)}
    assert shown == {"c1": f"/conversations/{one.pk}", "c2": ""}
    assert {told.address for told in told_to(_member("sam"), entries)} == {""}, "a stranger is led nowhere"
