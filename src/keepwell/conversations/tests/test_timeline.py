"""An account's timeline leads to the conversations that it tells of, and shows their mood where it is known."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from keepwell.accounts.models import Account, Entry
from keepwell.accounts.showing import told_to
from keepwell.conversations.actions.taking import take, tell_of
from keepwell.conversations.models import Conversation, Felt
from keepwell.listening.said import Conversation as Said
from keepwell.listening.said import Kind, Side, Turn
from keepwell.members.models import Member, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
MOST = 11  # questions that the page of an account asks


@pytest.fixture
def ann(db: None) -> Member:
    return Member.objects.create_user("ann@example.com", name="Ann", role=Role.MEMBER)


@pytest.fixture
def acme(ann: Member) -> Account:
    return Account.objects.create(pk="A1", name="Acme", owner=ann)


def _taken(acme: Account, key: str, kind: Kind, *, source: str = "book", **mood: int) -> Conversation:
    said = Said(key, kind, NOW, turns=(Turn(no=1, text="It is slow.", side=Side.THEM),))
    one = take(said, source=source, account=acme, now=NOW)
    if mood:
        Felt.objects.update_or_create(pk=one.pk, defaults={"at": NOW, **mood})
    return one


def _entry(acme: Account, kind: str, key: str, /, **data: Any) -> None:
    Entry.objects.create(account=acme, at=NOW, kind=kind, key=f"{kind}:{key}", data=data)


def _book(acme: Account) -> dict[str, Conversation]:
    """A ticket, a survey's comment and a call of the book, each with its conversation."""
    made = {}
    for n in range(1, 9):  # more than the page shows apart
        _entry(
            acme,
            "ticket",
            f"T{n}",
            ticket_id=f"T{n}",
            subject=f"Slow {n}",
            kind="complaint",
            resolved_at=None,
        )
        made[f"ticket:T{n}"] = _taken(acme, f"ticket-T{n}", Kind.TICKET, bad=1)
        _entry(acme, "answer", f"S{n}", survey="nps", score=9, comment="Well.")
        made[f"answer:S{n}"] = _taken(acme, f"survey-S{n}", Kind.SURVEY, good=2, bad=1)
    _entry(acme, "conversation", "C1", channel="call", language="en", conversation_id="C1")
    made["conversation:C1"] = _taken(acme, "C1", Kind.CALL)
    return made


def _shown(member: Member, acme: Account) -> dict[str, Any]:
    return {one.entry.key: one for one in told_to(member, list(acme.entries.all()))}


def test_a_ticket_and_an_answer_lead_to_their_conversations(ann: Member, acme: Account) -> None:
    made = _book(acme)
    _entry(acme, "answer", "S99", survey="nps", score=3, comment="")  # a score alone is no conversation
    shown = _shown(ann, acme)
    for key, one in made.items():
        assert shown[key].address == f"/conversations/{one.pk}", key
    assert shown["answer:S99"].address == ""
    stranger = Member.objects.create_user("sam@example.com", name="Sam")
    assert {(one.address, one.sign) for one in _shown(stranger, acme).values()} == {("", "")}


@pytest.mark.parametrize(
    ("mood", "mark", "sign"),
    [
        ({"good": 2, "bad": 1}, "well", "Good"), ({"bad": 2, "unsure": 9}, "poor", "Bad"),
        ({"neutral": 1}, "held", "Neutral"), ({"good": 1, "bad": 1}, "held", "Mixed"),
        ({"unsure": 3}, "", ""), ({}, "", ""),
    ],
)  # fmt: skip
def test_the_mood_stands_beside_an_entry_where_it_is_known(
    ann: Member, acme: Account, mood: dict[str, int], mark: str, sign: str
) -> None:
    one = _taken(acme, "u1", Kind.CALL, source="upload", **mood)
    tell_of(one)
    (told,) = _shown(ann, acme).values()
    assert (told.address, told.mark, told.sign) == (f"/conversations/{one.pk}", mark, sign)
    client = Client()
    client.force_login(ann)
    page = " ".join(client.get("/accounts/A1").content.decode().split())
    said = f'<span class="mark {mark}"><span class="hidden">Mood:</span> {sign}</span>'
    assert (said in page) is bool(sign)


def test_the_page_asks_no_more_for_it_however_much_there_is(ann: Member, acme: Account) -> None:
    client, address = Client(), f"/accounts/{acme.pk}"
    client.force_login(ann)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    _book(acme)
    for n in range(12):
        tell_of(_taken(acme, f"u{n}", Kind.CALL, source="upload", good=1))
    with CaptureQueriesContext(connection) as many:
        page = client.get(address).content.decode()
    assert "Slow 1" in page
    assert page.count('<span class="mark poor"><span class="hidden">Mood:</span> Bad</span>') == 8
    assert len(many) <= max(len(few), MOST)
