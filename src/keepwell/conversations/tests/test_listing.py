"""The list of conversations, narrowed, put in order and taken away; the account's page and timeline."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from keepwell.accounts.models import Account, Contact
from keepwell.conversations.actions.taking import take
from keepwell.conversations.models import Conversation, Hit, Rule, Turn
from keepwell.listening import said
from keepwell.members.models import Change, Member, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


@pytest.fixture
def owner() -> Member:
    return Member.objects.create_user(email="ann@example.com", name="Ann", role=Role.MEMBER)


@pytest.fixture
def office(owner: Member) -> Client:
    """Acme's call of the tenth in Hungarian, in which the price was spoken of, and Beta's mail of the first."""
    acme = Account.objects.create(pk="A1", name="Acme", owner=owner, segment="Big")
    beta = Account.objects.create(pk="A2", name="=Beta", owner=owner)
    call = Conversation.objects.create(
        source="upload", key="1", kind="call", at=NOW, arrived_at=NOW, account=acme, match="matched", title="Talk",
        language="hu", seconds=90, member=owner, contact=Contact.objects.create(pk="c1", account=acme, name="Eve"),
    )  # fmt: skip
    turn = Turn.objects.create(conversation=call, no=1, side="them", text="Drága.")
    rule = Rule.objects.create(name="Dear", theme="price", made_at=NOW, changed_at=NOW)
    Hit.objects.create(
        key="h", conversation=call, turn=turn, account=acme, rule=rule, version=1, theme="price", verdict="hit",
        spans=[[0, 5]], at=NOW, found_at=NOW,
    )  # fmt: skip
    Conversation.objects.create(
        source="mailbox", key="2", kind="mail", at=NOW - timedelta(days=9), arrived_at=NOW, account=beta,
        match="matched", title="Letter", language="en", state="partly",
    )  # fmt: skip
    client = Client()
    client.force_login(owner)
    return client


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("", "TL"), ("kind=call", "T"), ("kind=no-such", "TL"), ("language=hu", "T"), ("state=partly", "L"),
        ("theme=price", "T"), ("theme=leaving", ""), ("words=acme", "T"), ("account=A2", "L"), ("segment=Big", "T"),
        ("since=2026-03-10", "T"), ("until=2026-03-01", "L"), ("since=2026-99-99", "TL"), ("member=0", "TL"),
        ("member=99999", ""), ("member=x", "TL"), ("sort=old", "LT"), ("sort=long", "TL"), ("sort=account", "LT"),
    ],
)  # fmt: skip
def test_the_list_is_narrowed_and_put_in_order(office: Client, asked: str, there: str) -> None:
    page = office.get(f"/conversations/?{asked}").content.decode()
    found = {name[0]: page.find(f"<b>{name}</b>") for name in ("Talk", "Letter")}
    assert (
        "".join(sorted((name for name in found if found[name] >= 0), key=lambda name: found[name])) == there
    )


def test_the_members_conversations_are_listed(office: Client, owner: Member) -> None:
    page = office.get(f"/conversations/?member={owner.pk}").content.decode()
    assert "<b>Talk</b>" in page
    assert "<b>Letter</b>" not in page


def test_the_list_is_taken_away_as_a_file_without_formulas(office: Client) -> None:
    said = office.get("/conversations/?format=csv&sort=old").content.decode().splitlines()
    assert said[1].split(",")[1:4] == ["A2", "'=Beta", ""]
    assert said[2].split(",")[1:] == ["A1", "Acme", "Eve", "Call", "Talk", "hu", "90", "Read", "Price", "Ann"]
    assert Change.objects.get(what="export conversations").after == {"sort": "old", "rows": 2}


def test_a_denied_hit_is_not_what_was_heard(office: Client) -> None:
    Hit.objects.update(verdict="negated")
    assert "<b>Talk</b>" not in office.get("/conversations/?theme=price").content.decode()


def test_the_accounts_page_leads_to_its_conversations_and_to_what_was_heard(office: Client) -> None:
    account, call = Account.objects.get(pk="A1"), Conversation.objects.get(key="1")
    talk = said.Conversation(
        conversation_id="3", kind=said.Kind.MEETING, started_at=NOW, subject="Plan",
        turns=(said.Turn(1, "We stay.", said.Side.THEM),),
    )  # fmt: skip
    made = take(talk, source="upload", now=NOW, account=account)
    page = office.get("/accounts/A1").content.decode()
    hit = Hit.objects.get()
    assert f'href="/conversations/{call.pk}?turn=1#hit-{hit.pk}">Price</a>' in page
    assert f'<a href="/conversations/{made.pk}">Meeting: Plan</a>' in page  # on the timeline


def test_without_any_conversation_the_list_says_how_they_come(owner: Member) -> None:
    client = Client()
    client.force_login(owner)
    assert "No conversation is here yet." in client.get("/conversations/").content.decode()
    assert "Take a filter away." in client.get("/conversations/?kind=call").content.decode()
