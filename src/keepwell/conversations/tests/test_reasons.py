"""Why something could not be read is told to whoever reads it, in their language, whoever brought it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from keepwell.accounts.models import Account
from keepwell.conversations import jobs
from keepwell.conversations.actions.deleting import delete_due
from keepwell.conversations.actions.receiving import path_of, receive
from keepwell.conversations.actions.taking import take
from keepwell.conversations.arriving.folders import scan
from keepwell.conversations.models import Conversation, Folder, Incoming, Policy
from keepwell.lib.text import gettext, in_one, kept_of, remembering_messages, speaking, told_of
from keepwell.listening.said import Conversation as Said
from keepwell.listening.said import Kind, Participant, Side, Turn
from keepwell.members.models import Member, Role
from keepwell.site.health import coming_examined

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _office(settings: Any, tmp_path: Path) -> None:
    settings.OFFICE = tmp_path / "office"


def _chief(language: str) -> Client:
    member = Member.objects.create_user(
        f"{language}@example.com", name=language, language=language, role=Role.ADMINISTRATOR
    )
    client = Client()
    client.force_login(member)
    return client


def _brought(language: str, name: str) -> Incoming:
    by = Member.objects.create_user(f"by.{language}@example.com", name="By", language=language)
    return receive(
        chunks=[b"%PDF-1.7 ..." if name.endswith("pdf") else b"WEBVTT\n"],
        name=name,
        source="upload",
        now=timezone.now(),
        by=by,
        ask=False,
    )


def _missing(language: str) -> Incoming:
    """A file that is gone from the disk when it is read."""
    one = _brought(language, "call.vtt")
    path_of(one).unlink()
    jobs.read_in(one.pk)
    return one


@pytest.mark.parametrize("brings", ["en", "hu"])
@pytest.mark.parametrize(
    ("bring", "english", "hungarian"),
    [
        (lambda language: _brought(language, "offer.pdf"), "Keepwell does not read such a file. It reads: ", ".vtt"),
        (_missing, "The file is not there.", "fájl"),
    ],
)  # fmt: skip
def test_everybody_reads_it_in_their_own_language(
    bring: Callable[[str], Incoming], english: str, hungarian: str, brings: str
) -> None:
    one = bring(brings)
    pages = {code: _chief(code).get("/conversations/incoming").content.decode() for code in ("en", "hu")}
    assert english in pages["en"]
    assert english not in pages["hu"]
    assert hungarian in pages["hu"]
    one.refresh_from_db()
    with speaking("zh-hans"):
        assert any("一" <= sign <= "鿿" for sign in one.wrong_said)


def test_what_is_the_matter_with_a_conversation_is_told_to_each_in_their_language() -> None:
    by = Member.objects.create_user("by@example.com", name="By", language="hu")
    one = receive(
        chunks=[bytes(range(256)) * 50],
        name="noise.txt",
        source="upload",
        now=timezone.now(),
        by=by,
        ask=False,
    )
    jobs.read_in(one.pk)
    talk = Conversation.objects.get()
    assert talk.remark
    address = f"/conversations/{talk.pk}"
    english, hungarian = (_chief(code).get(address).content.decode() for code in ("en", "hu"))
    assert escape(talk.remark) in hungarian
    assert escape(talk.remark) not in english
    Conversation.objects.update(keep_until=timezone.now().date())
    delete_due(now=timezone.now(), today=timezone.now().date())
    chief = Client()
    chief.force_login(Member.objects.get(email="en@example.com"))
    assert "Its words were deleted on their day." in chief.get(address).content.decode()
    chief.force_login(Member.objects.get(email="hu@example.com"))
    assert "Its words were deleted" not in chief.get(address).content.decode()


def test_where_words_may_not_be_kept_each_is_told_so_in_their_language() -> None:
    Policy.objects.create(words=False)
    account = Account.objects.create(pk="A1", name="Acme")
    said = Said("K1", Kind.CALL, turns=(Turn(no=1, text="Hello.", side=Side.THEM),))
    one = take(said, source="upload", account=account, now=timezone.now())
    said_in = {}
    for code in ("en", "hu"):
        with speaking(code):
            said_in[code] = one.remark_said
    assert said_in["en"] == "Nothing of it is kept: the recording policy of its account says so."
    assert said_in["hu"] not in ("", said_in["en"])


def test_a_reason_from_before_stays_as_it_was_written(db: None) -> None:
    one = _brought("en", "offer.pdf")
    Incoming.objects.update(reason={}, wrong="A régi ok.")
    one.refresh_from_db()
    assert one.wrong_said == "A régi ok."
    assert "A régi ok." in _chief("en").get("/conversations/incoming").content.decode()


def test_why_a_call_is_nobodys_is_told_in_the_readers_language_with_the_names_it_says() -> None:
    for key in ("A1", "A2"):
        Account.objects.create(pk=key, name=f"Acme {key}", domain="acme.example")
    said = Said("K1", Kind.MAIL, participants=(Participant(address="eve@acme.example", side=Side.THEM),))
    with speaking("hu"):
        one = take(said, source="upload", now=timezone.now())
    assert one.match == "ambiguous"
    english, hungarian = (_chief(code).get("/conversations/queue").content.decode() for code in ("en", "hu"))
    assert "2 accounts fit equally: Acme A1, Acme A2." in english
    assert "accounts fit equally" not in hungarian
    assert "Acme A1, Acme A2" in hungarian


def test_of_accounts_that_fit_equally_each_is_told_the_names_they_may_see_and_namesakes_apart() -> None:
    member = Member.objects.create_user(email="ann@example.com", name="Ann", role=Role.MEMBER)
    Account.objects.create(pk="A1", name="Acme", domain="acme.example", owner=member)
    Account.objects.create(pk="A2", name="Acme", domain="acme.example")
    said = Said("K1", Kind.MAIL, participants=(Participant(address="eve@acme.example", side=Side.THEM),))
    one = take(said, source="upload", by=member, now=timezone.now())
    assert (
        "2 accounts fit equally: Acme (A1), Acme (A2)."
        in _chief("en").get(f"/conversations/{one.pk}/match").content.decode()
    )
    hers = Client()
    hers.force_login(member)
    assert "2 accounts fit equally: Acme, …." in hers.get("/conversations/queue").content.decode()


def test_a_folder_that_cannot_be_read_says_so_to_each_in_their_language(tmp_path: Path) -> None:
    folder = Folder.objects.create(path=str(tmp_path / "gone"))
    scan(folder.pk, now=timezone.now())
    english, chinese = (
        _chief(code).get("/conversations/sources").content.decode() for code in ("en", "zh-hans")
    )
    assert "The folder cannot be read: No such file or directory." in english
    assert "The folder cannot be read" not in chinese
    with speaking("en"):
        ((name, why),) = coming_examined(now=timezone.now()).broken
    assert (name, why) == (folder.path, "The folder cannot be read: No such file or directory.")


def test_what_is_put_into_a_text_is_said_again_too() -> None:
    with speaking("hu"), remembering_messages():
        inner = gettext("The file is not there.")
        text = in_one(gettext("The folder cannot be read: {why}.").format(why=inner), "", "abc {why}")
    kept = kept_of(text)
    assert inner != "The file is not there."
    assert inner in text
    with speaking("en"):
        assert told_of(kept, text) == "The folder cannot be read: The file is not there.. abc {why}"
    with speaking("hu"):
        assert told_of(kept, "") == text
    assert kept_of("plain") == {}
    assert type(gettext("The file is not there.")) is str
    assert told_of({"message": "{why}", "values": {"other": "x"}}, "otherwise") == "otherwise"
