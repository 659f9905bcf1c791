"""Mailboxes, folders, the book and programs: each brings in what is new, once, and changes nothing there."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keepwell.accounts.models import Account, Contact
from keepwell.accounts.projecting import Source
from keepwell.accounts.projecting.accounts import project_accounts
from keepwell.api.actions import make_token
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.conversations import jobs
from keepwell.conversations.actions.sources import set_folder, set_mailbox, try_mailbox
from keepwell.conversations.arriving import from_book
from keepwell.conversations.arriving.folders import scan
from keepwell.conversations.arriving.sealing import unseal
from keepwell.conversations.models import Conversation, Folder, Incoming, Mailbox, Policy
from keepwell.conversations.nightly import bring_in
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member, Role
from keepwell.site.tests.conftest import make_book, rows

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 2, 2, tzinfo=UTC)
VTT = b"WEBVTT\n\n00:01.000 --> 00:03.000\n<v Eva Kis>We want to leave.\n"


@pytest.fixture(autouse=True)
def _office(settings: Any, tmp_path: Path) -> None:
    settings.OFFICE = tmp_path / "office"
    settings.OFFICE.mkdir()


# --- mailboxes ------------------------------------------------------------------------------------------------

imap = pytest.importorskip("keepwell.listening.mail.tests.test_imap", reason="pymap is not installed")
certificate, mailbox = imap.certificate, imap.mailbox


@pytest.fixture
def kept(mailbox: Any, monkeypatch: Any) -> Mailbox:
    """The mailbox of the server, as an administrator set it."""
    monkeypatch.setenv("SSL_CERT_FILE", mailbox.trust)
    ada = Member.objects.create_user("ada@ours.example", name="Ada", role=Role.ADMINISTRATOR)
    made = Mailbox(
        name="Support", host=mailbox.host, port=mailbox.port, user=mailbox.user, starttls=True, on=True
    )
    return set_mailbox(mailbox=made, secret=mailbox.password, by=ada)


def test_a_mailbox_is_read_on_from_where_it_was_and_nothing_comes_twice(kept: Mailbox, mailbox: Any) -> None:
    Account.objects.create(pk="A1", name="Acme", domain="acme.example")
    server = imap.signed_in(mailbox)
    for n in range(3):
        imap.put(server, n)
    assert try_mailbox(mailbox=kept, secret="") == 3
    assert jobs.fetch_mail(kept.pk) == 3
    assert jobs.fetch_mail(kept.pk) == 0
    imap.put(server, 3)
    assert jobs.fetch_mail(kept.pk) == 1
    Mailbox.objects.update(validity=1, last=0)  # the server numbers its mail anew
    assert jobs.fetch_mail(kept.pk) == 4
    assert Conversation.objects.count() == 4
    assert set(Conversation.objects.values_list("account", "source")) == {("A1", "mailbox")}
    kept.refresh_from_db()
    assert (kept.wrong, kept.beat_at) == ("", None)
    assert kept.looked_at is not None


def test_its_password_is_sealed_and_bound_to_the_mailbox(kept: Mailbox, mailbox: Any, settings: Any) -> None:
    assert mailbox.password not in kept.secret
    assert unseal(kept.secret, of="Support") == mailbox.password
    with pytest.raises(KeepwellError):
        unseal(kept.secret, of="Another")
    settings.SECRET_KEY = "another"
    assert jobs.fetch_mail(kept.pk) == 0
    kept.refresh_from_db()
    assert "another key" in kept.wrong


def test_a_server_that_refuses_is_said_on_the_mailbox_and_asked_again(kept: Mailbox, mailbox: Any) -> None:
    Mailbox.objects.update(folder="Nowhere")
    assert jobs.fetch_mail(kept.pk) == 0
    kept.refresh_from_db()
    assert "cannot be read" in kept.wrong
    assert mailbox.password not in kept.wrong
    Mailbox.objects.update(folder="INBOX")
    jobs.fetch_mail(kept.pk)
    kept.refresh_from_db()
    assert kept.wrong == ""


def test_a_wrong_password_is_seen_before_a_mailbox_is_kept(mailbox: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", mailbox.trust)
    client = Client()
    client.force_login(Member.objects.create_user("a@b.example", name="Ada", role=Role.ADMINISTRATOR))
    asked = {
        "name": "Box", "host": mailbox.host, "port": mailbox.port, "starttls": "on", "user": mailbox.user,
        "secret": "wr0ng", "folder": "INBOX", "on": "on",
    }  # fmt: skip
    page = client.post("/conversations/sources/mailboxes/add", asked).content.decode()
    assert "password" in page
    assert "wr0ng" not in page
    assert not Mailbox.objects.exists()
    answer = client.post("/conversations/sources/mailboxes/add", asked | {"secret": mailbox.password})
    assert answer.status_code == 302
    assert (
        mailbox.password
        not in client.get(f"/conversations/sources/mailboxes/{Mailbox.objects.get().pk}").content.decode()
    )


# --- folders --------------------------------------------------------------------------------------------------


def _old(file: Path, data: bytes) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    before = time.time() - 60
    os.utime(file, (before, before))
    return file


def test_a_folders_files_come_in_once_and_stay_where_they_are(
    tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    place = tmp_path / "calls"
    ada = Member.objects.create_user("ada@ours.example", name="Ada", role=Role.ADMINISTRATOR)
    first = _old(place / "2026" / "a.vtt", VTT)
    _old(place / "notes.docx", b"PK\x03\x04")
    (place / "fresh.vtt").write_bytes(VTT + b"\n")
    (place / "link.vtt").symlink_to("/etc/hostname")
    eml = b"From: bo@acme.example\nMessage-ID: <1@acme.example>\nSubject: Hi\n\nWe leave.\n"
    box = _old(place / "box" / "new" / "1.abc", eml)
    (place / "box" / "cur").mkdir()
    with django_capture_on_commit_callbacks(execute=True):
        folder = set_folder(folder=Folder(path=str(place), kind="meeting", said={"language": "hu"}), by=ada)
    assert Incoming.objects.count() == 2
    assert set(Conversation.objects.values_list("kind", "source")) == {
        ("meeting", "folder"),
        ("mail", "folder"),
    }
    assert scan(folder.pk, now=timezone.now()) == 0
    box.rename(place / "box" / "cur" / "1.abc:2,S")  # read by its owner: the same mail
    with django_capture_on_commit_callbacks(execute=True):
        assert scan(folder.pk, now=timezone.now()) == 1
    assert Conversation.objects.count() == 2
    assert first.read_bytes() == VTT
    folder.refresh_from_db()
    assert (folder.taken, folder.wrong) == (3, "")


def test_a_folder_that_went_away_says_so(tmp_path: Path) -> None:
    folder = Folder.objects.create(path=str(tmp_path / "gone"), kind="call")
    assert jobs.scan_folder(folder.pk) == 0
    folder.refresh_from_db()
    assert "cannot be read" in folder.wrong


# --- the book -------------------------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path: Path, settings: Any) -> Book:
    settings.HOME = str(tmp_path / "home")
    return make_book(tmp_path / "home")


def _load(book: Book, table: str, said: list[dict[str, Any]]) -> None:
    with book.writer() as writer:
        writer.put(table, rows(table, said), known_at=NOW, source="file")
        writer.commit()


def _ticket(n: int, text: str, account: str = "a1") -> dict[str, Any]:
    return {
        "ticket_id": f"x{n}", "account_id": account, "contact_id": "k1", "subject": "Leaving",
        "opened_at": NOW.replace(tzinfo=None), "opened_on": NOW.date(), "text": text,
    }  # fmt: skip


def _night(book: Book) -> None:
    engine = engine_named("duckdb")
    source = Source.of(book, engine, NOW)
    project_accounts(source)
    bring_in(source)
    engine.close()


def test_tickets_come_in_at_night_and_what_a_load_brings_by_day_within_a_minute(
    book: Book, django_assert_max_num_queries: Any
) -> None:
    _night(book)
    assert Conversation.objects.count() == 60  # a ticket at each account
    assert not from_book.loaded()
    _load(book, "tickets", [_ticket(1, "We will cancel. Card 4111111111111111")])
    assert from_book.loaded()
    jobs.look()  # what the minute does: the job follows it at once in tests
    one = Conversation.objects.get(key="ticket-x1")
    assert (one.account_id, one.match, one.version) == ("a1", "matched", 1)
    assert one.turns.get().text == "We will cancel. Card [card]"
    assert one.contact is not None
    assert one.turns.get().contact == one.contact
    assert not from_book.loaded()
    _load(book, "tickets", [_ticket(1, "We stay.")])
    jobs.take_from_book()
    one.refresh_from_db()
    assert (one.turns.get().text, one.version) == ("We stay.", 2)
    _night(book)
    one.refresh_from_db()
    assert one.version == 2
    assert Conversation.objects.count() == 61


def test_what_is_of_an_account_nobody_knows_yet_waits_for_the_night(book: Book) -> None:
    _night(book)
    _load(book, "accounts", [{"account_id": "new", "name": "New"}])
    _load(book, "tickets", [_ticket(2, "Hello", account="new")])
    jobs.take_from_book()
    assert not Conversation.objects.filter(key="ticket-x2").exists()
    assert not from_book.loaded()  # it was tried: the next minute does not read all of it again
    _night(book)
    assert Conversation.objects.get(key="ticket-x2").account_id == "new"


def test_on_its_day_the_night_deletes_words_and_they_do_not_come_back_from_the_book(book: Book) -> None:
    _night(book)
    Policy.objects.create(word_days=30)
    Conversation.objects.filter(key="ticket-t1").update(keep_until=NOW.date())
    _night(book)
    one = Conversation.objects.get(key="ticket-t1")
    assert (one.title, one.turns.count()) == ("", 0)
    assert one.deleted_at is not None
    _load(book, "tickets", [{"ticket_id": "t1", "account_id": "a1", "subject": "Question 1", "text": "More"}])
    _night(book)
    assert one.turns.count() == 0


# --- programs -------------------------------------------------------------------------------------------------


def test_a_program_brings_a_file_in_and_asks_how_far_it_is(django_capture_on_commit_callbacks: Any) -> None:
    owner = Member.objects.create_user("owner@example.com", name="Owner")
    Account.objects.create(pk="A1", name="Acme", owner=owner)
    Account.objects.create(pk="B1", name="Bond")
    shown = {}
    for scope in ("act", "read"):
        _token, secret = make_token(
            member=owner, name="x", scope=scope, lasts=timezone.timedelta(days=1), now=timezone.now()
        )
        shown[scope] = {"authorization": f"Bearer {secret}"}
    client, address = Client(), "/api/conversations/files?name=call.vtt&ours=Ann&account="
    kind = "application/octet-stream"
    assert client.post(f"{address}A1", VTT, content_type=kind).status_code == 401
    assert client.post(f"{address}A1", VTT, content_type=kind, headers=shown["read"]).status_code == 403
    assert client.post(f"{address}B1", VTT, content_type=kind, headers=shown["act"]).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"{address}A1", VTT, content_type=kind, headers=shown["act"])
    assert answer.status_code == 202
    told = client.get(f"/api/conversations/files/{answer.json()['id']}", headers=shown["act"]).json()
    assert (told["state"], told["conversation_state"]) == ("done", "ready")
    assert Conversation.objects.get(pk=told["conversation"]).account_id == "A1"
    assert len(client.get("/api/conversations/files", headers=shown["act"]).json()["items"]) == 1
    refused = client.post(
        "/api/conversations/files?name=a.pdf", b"%PDF", content_type=kind, headers=shown["act"]
    )
    assert refused.status_code == 422
    assert "does not read" in refused.json()["detail"]
    assert Contact.objects.count() == 0
