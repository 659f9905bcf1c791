"""Erasing a contact takes their words, their voice and their name out of every conversation."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from keepwell.accounts.erasing import erase_in_office
from keepwell.accounts.models import Account, Contact, Entry
from keepwell.accounts.rooms import added
from keepwell.conversations.actions.taking import Transcript, take
from keepwell.conversations.arriving.incoming import sound_of
from keepwell.conversations.models import (
    Clip,
    Conversation,
    Correction,
    Hit,
    Incoming,
    Participant,
    Rule,
    Turn,
)
from keepwell.listening.mail.pieces import pieces_of
from keepwell.listening.said import Conversation as Said
from keepwell.listening.said import Kind, Side, State, Word
from keepwell.listening.said import Participant as Person
from keepwell.listening.said import Turn as SaidTurn
from keepwell.members.models import Member, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAME, MAIL, PHONE = "Éva Kovács", "eva.kovacs@acme.com", "+36 30 123 4567"
SECRET = "zebrafish"


@pytest.fixture
def eva(settings: Any, tmp_path: Path) -> Contact:
    settings.OFFICE = tmp_path / "office"
    account = Account.objects.create(pk="A1", name="Acme", domain="acme.com", country="HU")
    Contact.objects.create(pk="k2", account=account, name="Bo Berg", email="bo@acme.com", source_id="2")
    return Contact.objects.create(pk="k1", account=account, name=NAME, email=MAIL, phone=PHONE, source_id="1")


def _mail(tmp_path: Path) -> Conversation:
    reply = f"Dear {NAME}, thank you.\n\nOn Monday, {NAME} <{MAIL}> wrote:\n> we leave for {SECRET}\n"
    turns = (
        SaidTurn(1, f"We leave for {SECRET}.", Side.THEM, NAME, at=NOW, source_id="m1"),
        SaidTurn(2, reply, Side.US, "Ann", at=NOW, pieces=pieces_of(reply), source_id="m2"),
        SaidTurn(3, "And so do I.", Side.THEM, "Bo Berg", at=NOW, source_id="m3"),
    )
    people = (
        Person(NAME, MAIL, side=Side.THEM),
        Person("Bo Berg", "bo@acme.com", side=Side.THEM),
        Person("Ann", "ann@ours.com", side=Side.US),
    )
    return take(
        Said(
            "t", Kind.MAIL, NOW, people, subject=f"Leaving for {SECRET}", turns=turns, source_ids=("m1", "m2")
        ),
        source="mailbox",
        now=NOW,
    )


def _call(tmp_path: Path, account: Account) -> Conversation:
    sound = tmp_path / "call.wav"
    sound.write_bytes(b"RIFF voice")
    turns = (
        SaidTurn(
            1,
            f"Hello {NAME}",
            Side.US,
            start=0.0,
            end=1.0,
            words=(Word("Hello", 0, 0.5), Word("Éva", 0.5, 0.8), Word("Kovács", 0.8, 1)),
        ),
        SaidTurn(2, f"It is {SECRET}.", Side.THEM, start=1.0, end=2.0, words=(Word(SECRET, 1, 2),)),
    )
    return take(
        Said("c", Kind.CALL, NOW, (Person(phone=PHONE, side=Side.THEM),), state=State.READY, turns=turns),
        source="upload", now=NOW, account=account, contact=Contact.objects.get(pk="k1"), sound=sound,
        transcript=Transcript("m", 0.9),
    )  # fmt: skip


def test_nothing_of_them_is_left_and_what_others_said_stays(eva: Contact, tmp_path: Path) -> None:
    mail, call = _mail(tmp_path), _call(tmp_path, eva.account)
    first = mail.turns.get(no=1)
    assert first.contact_id == "k1"
    rule = Rule.objects.create(name="Leaving", made_at=NOW, changed_at=NOW)
    hit = Hit.objects.create(
        key="h", conversation=mail, turn=first, account=eva.account, rule=rule, version=1, verdict="hit",
        spans=[[0, 8]], cue="not", at=NOW, found_at=NOW,
    )  # fmt: skip
    Correction.objects.create(turn=first, before=f"we leaf for {SECRET}", after="x", at=NOW)
    theirs = Clip.objects.create(conversation=mail, first=1, last=1, title="They leave", at=NOW)
    both = Clip.objects.create(conversation=mail, first=1, last=3, title="Both", at=NOW)
    Incoming.objects.create(
        name=f"{PHONE}.wav",
        file="",
        digest="",
        source="upload",
        said={"who": PHONE},
        conversation=call,
        came_at=NOW,
    )
    (exported,) = [room.export(eva) for room in added("erase", "ERASERS") if room.name == "conversations"]
    assert any(SECRET in str(row.get("text")) for row in exported)

    erase_in_office(eva)
    eva.delete()

    said = "\n".join(
        str(list(model.objects.values()))
        for model in (Conversation, Turn, Participant, Correction, Hit, Clip, Incoming, Entry)
    )
    for word in (SECRET, NAME, "Kovács", MAIL, PHONE):
        assert word.lower() not in said.lower(), word
    mail.refresh_from_db()
    assert (mail.account_id, mail.contact, mail.version) == ("A1", None, 2)
    assert mail.turns.get(no=3).text == "And so do I."
    assert mail.turns.get(no=2).text.startswith("Dear ……")
    hit.refresh_from_db()
    assert (hit.void, hit.spans, hit.cue) == ("erased", [], "")
    assert not Clip.objects.filter(pk=theirs.pk).exists()
    assert Clip.objects.filter(pk=both.pk).exists()
    call.refresh_from_db()
    assert sound_of(call) is None


def test_where_they_are_only_named_their_name_goes_and_places_stay(eva: Contact, tmp_path: Path) -> None:
    turns = (SaidTurn(1, f"I met {NAME} and {MAIL} there.", Side.THEM, "Bo Berg"),)
    one = take(
        Said("n", Kind.MEETING, NOW, (Person("Bo Berg", side=Side.THEM),), turns=turns),
        source="upload",
        now=NOW,
    )
    before = one.turns.get().text
    erase_in_office(eva)
    after = one.turns.get().text
    assert after.startswith("I met …")
    assert after.endswith("… there.")
    assert len(after) == len(before)
    one.refresh_from_db()
    assert one.version == 2


def test_what_is_quoted_of_them_goes_from_mails_they_had_no_part_in(eva: Contact, tmp_path: Path) -> None:
    theirs = f"As agreed.\n\nOn Monday, {NAME} <{MAIL}> wrote:\n> we leave for {SECRET}\n"
    others = "Yes.\n\nOn Tuesday, Cy <cy@acme.com> wrote:\n> the invoice came\n"
    turns = tuple(
        SaidTurn(no, text, Side.THEM, "Bo Berg", at=NOW, pieces=pieces_of(text), source_id=f"q{no}")
        for no, text in enumerate((theirs, others), 1)
    )
    people = (Person("Bo Berg", "bo@acme.com", side=Side.THEM),)
    said = Said("q", Kind.MAIL, NOW, people, turns=turns, source_ids=("q1", "q2"))
    one = take(said, source="mailbox", now=NOW)
    erase_in_office(eva)
    first, second = one.turns.order_by("no")
    assert (first.text.split(), second.text) == (["As", "agreed."], others)
    assert len(first.text) == len(theirs)


def test_search_finds_them_no_more(eva: Contact, tmp_path: Path) -> None:
    _mail(tmp_path)
    client = Client()
    client.force_login(Member.objects.create_user("ada@example.com", name="Ada", role=Role.ADMINISTRATOR))
    assert "We leave for" in _text(client)
    erase_in_office(eva)
    assert "We leave for" not in _text(client)


def _text(client: Client) -> str:
    page = client.get("/conversations/search", {"words": SECRET}).content.decode()
    return page.replace("<mark>", "").replace("</mark>", "").replace('<mark class="found">', "")


def test_a_contact_of_another_account_with_the_same_name_is_left_alone(eva: Contact, tmp_path: Path) -> None:
    other = Account.objects.create(pk="B1", name="Bond")
    turns = (SaidTurn(1, f"Regards, {NAME}", Side.THEM, NAME, at=NOW + timedelta(days=1)),)
    one = take(Said("o", Kind.MAIL, NOW, turns=turns), source="upload", account=other, now=NOW)
    erase_in_office(eva)
    assert NAME in one.turns.get().text


def test_a_number_that_nobody_can_call_is_no_reason_to_erase_what_strangers_said(
    eva: Contact, tmp_path: Path
) -> None:
    Contact.objects.filter(pk=eva.pk).update(phone="+00 555 5704422")
    eva.refresh_from_db()
    other = Account.objects.create(pk="B1", name="Bolt", country="HU")
    said = SaidTurn(1, "We stay another year.", Side.THEM, "", at=NOW, source_id="b1")
    people = (Person("Zoe", "zoe@bolt.com", side=Side.THEM),)
    theirs = take(
        Said("b", Kind.MAIL, NOW, people, subject="Staying", turns=(said,)),
        source="mailbox",
        account=other,
        now=NOW,
    )
    assert list(theirs.participants.values_list("phone", flat=True)) == [""]
    erase_in_office(eva)
    assert theirs.turns.get().text == "We stay another year."
    assert theirs.participants.get().name == "Zoe"
