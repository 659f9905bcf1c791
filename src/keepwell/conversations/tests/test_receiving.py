"""Files that come in, good and bad: each ends in a clear state, and nothing is lost."""

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from keepwell.accounts.models import Account, Contact
from keepwell.conversations import jobs
from keepwell.conversations.actions import receiving
from keepwell.conversations.actions.receiving import clean_name, path_of, receive, try_again
from keepwell.conversations.arriving.incoming import sound_of
from keepwell.conversations.models import Conversation, Incoming
from keepwell.members.models import Member

pytestmark = pytest.mark.django_db
Bring = Callable[..., Incoming]


@pytest.fixture(autouse=True)
def _office(settings: Any, tmp_path: Path) -> None:
    settings.OFFICE = tmp_path / "office"


@pytest.fixture
def bring(django_capture_on_commit_callbacks: Any) -> Bring:
    """Bring bytes in and let the worker read them."""

    def brought(name: str, data: bytes, **said: Any) -> Incoming:
        with django_capture_on_commit_callbacks(execute=True):
            one = receive(chunks=[data], name=name, source="upload", now=timezone.now(), said=said)
        one.refresh_from_db()
        return one

    return brought


def _eml(number: int, *, answers: str = "", text: str = "We leave.", sender: str = "eva@acme.com") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Eva <{sender}>", "ann@ours.com", "Contract"
    mail["Message-ID"], mail["Date"] = f"<m{number}@acme.com>", f"Mon, 02 Mar 2026 10:{number:02}:00 +0000"
    if answers:
        mail["In-Reply-To"] = answers
    mail.set_content(text)
    return mail.as_bytes()


VTT = b"WEBVTT\n\n00:01.000 --> 00:03.000\n<v Eva>We want to leave.\n\n00:04.000 --> 00:05.000\n<v Ann>Why?\n"


def test_a_transcript_is_read_at_once_matched_as_said_and_its_file_goes(bring: Bring) -> None:
    account = Account.objects.create(pk="A1", name="Acme")
    one = bring("call.vtt", VTT, account="A1", ours="Ann", kind="meeting", at="2026-03-01T10:00:00+01:00")
    assert one.state == "done"
    found = one.conversation
    assert found is not None
    assert (found.account, found.kind, found.at.isoformat()) == (
        account,
        "meeting",
        "2026-03-01T09:00:00+00:00",
    )
    assert list(found.turns.values_list("side", "speaker")) == [("them", "Eva"), ("us", "Ann")]
    assert not path_of(one).exists()


def test_an_mbox_becomes_threads_and_the_next_one_goes_on_with_them(bring: Bring) -> None:
    Member.objects.create_user("ann@ours.com", name="Ann")
    Account.objects.create(pk="A1", name="Acme", domain="acme.com")
    box = b"From a Mon Mar  2 10:00:00 2026\n" + _eml(1) + b"\nFrom b Mon Mar  2 10:01:00 2026\n" + _eml(2)
    one = bring("box.mbox", box)
    assert (one.state, one.said["found"], Conversation.objects.count()) == ("done", 2, 2)
    later = bring("later.eml", _eml(3, answers="<m2@acme.com>", text="Today."))
    assert later.conversation is not None
    assert list(later.conversation.turns.values_list("text", flat=True)) == ["We leave.", "Today."]
    assert later.conversation.account_id == "A1"
    assert Conversation.objects.count() == 2
    assert later.conversation.member is not None


@pytest.mark.parametrize(
    ("name", "data", "state"),
    [
        ("empty.vtt", b"", "empty"),
        ("cut.jsonl", b'{"speaker": "Eva", "text": "Hello"}\n{"speaker": "Ann", "te\n', "partly"),
        ("noise.txt", bytes(range(256)) * 50, "unreadable"),
        (
            "back.srt",
            b"1\n00:00:09,000 --> 00:00:01,000\nHello\n\n2\n00:00:02,000 --> 00:00:04,000\nWorld\n",
            None,
        ),
        ("none.eml", b"no mail at all", "unreadable"),
        ("cut.eml", _eml(1)[:-4] + b"\nContent", "ready"),
        ("latin.txt", "Ann: déçu\n".encode("latin-1"), "ready"),
    ],
)
def test_what_is_broken_has_a_state_and_says_why(
    bring: Bring, name: str, data: bytes, state: str | None
) -> None:
    one = bring(name, data)
    assert one.state == "done"
    assert one.conversation is not None
    if state:
        assert one.conversation.state == state
    if one.conversation.state not in ("ready",):
        assert one.conversation.remark
    kept = one.conversation.state in jobs.BROKEN
    assert path_of(one).exists() == kept  # what could not be read whole is kept for a while


def test_a_mail_that_is_called_a_text_is_read_as_the_mail_it_is(bring: Bring) -> None:
    Account.objects.create(pk="A1", name="Acme", domain="acme.com")
    found = bring(
        "note.txt", b"Subject: Contract\nFrom: Eva <eva@acme.com>\nTo: ann@ours.com\n\nWe leave.\n"
    ).conversation
    assert found is not None
    assert (found.kind, found.title, found.account_id) == ("mail", "Contract", "A1")
    talk = bring("talk.txt", b"Subject: the new offer\nEva: From: whom was it?\nAnn: Hello.\n").conversation
    assert talk is not None
    assert talk.kind == "call"


def test_what_is_wrong_is_said_in_the_language_of_whoever_brought_it(
    django_capture_on_commit_callbacks: Any,
) -> None:
    said = set()
    for language in ("en", "hu", "zh-hans"):
        member = Member.objects.create_user(f"{language}@ours.com", name=language, language=language)
        with django_capture_on_commit_callbacks(execute=True):
            data = [bytes(range(256)) * 50 + language.encode()]
            one = receive(chunks=data, name="noise.txt", source="upload", now=timezone.now(), by=member)
        one.refresh_from_db()
        assert one.conversation is not None
        said.add(one.conversation.remark)
    assert len(said) == 3
    assert any("一" <= sign <= "鿿" for words in said for sign in words)


def test_what_nobody_reads_is_refused_and_not_kept(bring: Bring, settings: Any) -> None:
    one = bring("offer.pdf", b"%PDF-1.7 ...")
    assert (one.state, one.conversation, one.file) == ("refused", None, "")
    assert ".vtt" in one.wrong
    assert not list((settings.OFFICE / "incoming").iterdir())


def test_what_is_too_large_is_refused_as_soon_as_that_is_known(bring: Bring, monkeypatch: Any) -> None:
    monkeypatch.setattr(receiving, "LARGEST", 10)
    one = bring("call.vtt", VTT)
    assert one.state == "refused"
    assert "larger" in one.wrong


def test_a_disk_that_is_full_refuses_before_it_is(bring: Bring, monkeypatch: Any) -> None:
    monkeypatch.setattr(receiving, "ROOM", 1 << 60)
    assert "room" in bring("call.vtt", VTT).wrong


def test_names_are_made_fit_and_keep_their_ending() -> None:
    assert clean_name("../../etc/passwd") == "passwd"
    assert clean_name('C:\\calls\\a<b>:"c.wav') == "a_b_c.wav"
    assert clean_name("通话" * 100 + ".mp3").endswith(".mp3")
    assert len(clean_name("通话" * 100 + ".mp3").encode()) <= 120
    assert clean_name("...") == "file"


def test_the_same_file_twice_is_one_conversation(bring: Bring) -> None:
    first, again = bring("call.vtt", VTT), bring("other name.vtt", VTT)
    assert first.conversation == again.conversation
    assert Conversation.objects.count() == 1
    assert again.conversation is not None
    assert again.conversation.turns.count() == 2


def test_a_recording_of_which_the_name_says_who_called_and_when_is_matched_by_it(bring: Bring) -> None:
    pytest.importorskip("av", reason="the extra keepwell[speech] is not installed")
    from keepwell.listening.audio.tests import recordings as kit

    account = Account.objects.create(pk="A1", name="Acme", country="HU")
    Contact.objects.create(pk="k", account=account, name="Eva Kis", phone="+36301234567")
    from keepwell.conversations.arriving.knowing import renew_numbers

    renew_numbers()
    one = bring("2026-03-01_14-05 +36301234567.wav", kit.clip("jfk.wav").read_bytes())
    found = one.conversation
    assert found is not None
    assert (found.contact_id, found.at.isoformat()) == ("k", "2026-03-01T14:05:00+00:00")
    assert (one.state, one.doing, found.state) == ("waiting", "transcribing", "waiting")
    assert sound_of(found) is not None
    assert 10 < (found.seconds or 0) < 12


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("corrupt.mp3", "unreadable"),
        ("text.wav", "unreadable"),
        ("empty.ogg", "empty"),
        ("picture.mp4", "no_sound"),
    ],
)
def test_recordings_that_cannot_be_heard_say_so(bring: Bring, tmp_path: Path, name: str, state: str) -> None:
    pytest.importorskip("av", reason="the extra keepwell[speech] is not installed")
    import numpy as np

    from keepwell.listening.audio.tests import recordings as kit

    data = {"corrupt.mp3": b"\xff\xfb\x00" * 500, "text.wav": b"Ann: hello\n", "empty.ogg": b""}.get(name)
    if data is None:
        data = kit.write(tmp_path / "p.mp4", np.zeros((0,)), picture=True).read_bytes()
    one = bring(name, data)
    assert one.conversation is not None
    assert (one.state, one.conversation.state) == ("done", state)
    assert one.conversation.remark


def test_without_what_listens_a_recording_is_kept_and_says_what_is_missing(
    bring: Bring, monkeypatch: Any
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    one = bring("call.wav", b"RIFF\x00\x00\x00\x00WAVEfmt ")
    assert one.conversation is not None
    assert (one.doing, one.conversation.state) == ("transcribing", "waiting")
    assert "not installed" in one.conversation.remark
    assert sound_of(one.conversation) is not None


def test_a_file_whose_reading_fails_is_tried_again_and_then_waits_for_a_person(
    bring: Bring, monkeypatch: Any
) -> None:
    monkeypatch.setattr(jobs, "read", lambda *_a, **_k: 1 / 0)
    one = bring("call.vtt", VTT)
    assert (one.state, one.wrong, one.attempts) == ("failed", "ZeroDivisionError", 1)
    for _time in range(3):
        jobs.read_in(one.pk)
    one.refresh_from_db()
    assert one.state == "refused"
    assert path_of(one).exists()
    monkeypatch.undo()
    assert try_again(one=one, now=timezone.now())
    jobs.read_in(one.pk)
    one.refresh_from_db()
    assert one.state == "done"


def test_a_file_that_a_dead_worker_had_is_read_by_the_next_look(bring: Bring) -> None:
    one = bring("call.vtt", VTT)
    hour_ago = timezone.now() - timezone.timedelta(hours=1)
    data = receive(
        chunks=[VTT + b"\n00:06.000 --> 00:07.000\n<v Ann>Oh\n"], name="b.vtt", source="api", now=hour_ago
    )
    Incoming.objects.filter(pk=data.pk).update(state="working", beat_at=hour_ago)
    jobs.look()
    data.refresh_from_db()
    assert data.state == "done"
    assert data.conversation != one.conversation
