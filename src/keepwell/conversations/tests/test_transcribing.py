"""Recordings are transcribed in the end, whoever dies on the way."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

pytest.importorskip("av", reason="the extra keepwell[speech] is not installed")
pytest.importorskip("faster_whisper", reason="the extra keepwell[speech] is not installed")

from keepwell.accounts.models import Account
from keepwell.conversations import jobs
from keepwell.conversations.actions import transcribing
from keepwell.conversations.actions.receiving import path_of, receive
from keepwell.conversations.actions.transcribing import DEAD, claim, elsewhere, languages_of, missing, work
from keepwell.conversations.arriving.incoming import sound_of
from keepwell.conversations.models import Conversation, Incoming, Policy
from keepwell.lib.text import speaking
from keepwell.listening.audio.sound import RATE, opened
from keepwell.listening.audio.tests import recordings as kit
from keepwell.listening.said import Word
from keepwell.listening.tests.speech_model import model
from keepwell.listening.transcribing import Heard, Whisper
from keepwell.members.models import Member

pytestmark = pytest.mark.django_db


class Ear:
    """Hears what it is told to in every passage."""

    name = "ear"

    def __init__(self, *words: str) -> None:
        self.words, self.among = words or ("hello",), [[]]

    def language(self, samples: Any, among: Sequence[str]) -> str:
        self.among.append(list(among))
        return among[-1]

    def hear(self, samples: Any, language: str) -> list[Heard]:
        self.among.append([language])
        each = len(samples) / RATE / (len(self.words) + 1)
        words = tuple(Word(word, n * each, (n + 1) * each, 0.9) for n, word in enumerate(self.words))
        return [Heard(0.0, len(samples) / RATE, " ".join(self.words), words, 0.9)]


@pytest.fixture(autouse=True)
def _office(settings: Any, tmp_path: Path) -> None:
    settings.OFFICE = tmp_path / "office"


def _bring(file: Path, **said: Any) -> Incoming:
    one = receive(chunks=[file.read_bytes()], name=file.name, source="upload", now=timezone.now(), said=said)
    jobs.read_in(one.pk)
    one.refresh_from_db()
    return one


def test_a_recording_is_transcribed_in_the_accounts_language_and_its_file_goes() -> None:
    account = Account.objects.create(pk="A1", name="Acme", language="hu_HU")
    one, ear = _bring(kit.clip("jfk.wav"), account="A1"), Ear("jó", "napot")
    done = list(work(ear=ear))
    assert [(each.one.pk, each.wrong) for each in done] == [(one.pk, "")]
    one.refresh_from_db()
    found = one.conversation
    assert found is not None
    assert (one.state, found.state, found.language, found.account) == ("done", "ready", "hu", account)
    assert ear.among[-1] == ["hu"]
    assert (found.transcribed_by, found.confidence) == ("ear", 0.9)
    assert found.turns.get().words[0][0] == "jó"
    assert found.measures["voices"][0]
    assert one.real_time is not None
    assert 0 < one.real_time < 60
    assert one.of >= one.done > 0
    assert not path_of(one).exists()
    assert sound_of(found) is not None


def test_a_telephone_call_is_transcribed_and_says_that_more_errors_are_to_be_expected(tmp_path: Path) -> None:
    one = _bring(kit.write(tmp_path / "call.wav", kit.speech(8_000), rate=8_000))
    assert [done.wrong for done in work(ear=Ear("hello"))] == [""]
    found = Conversation.objects.get(incoming=one)
    assert (found.state, found.turns.get().text) == ("ready", "hello")
    assert "telephone" in found.remark
    with speaking("hu"):
        assert found.remark_said not in ("", found.remark)


def test_what_a_worker_wrote_down_before_it_died_is_said_in_the_readers_language(tmp_path: Path) -> None:
    one = _bring(kit.write(tmp_path / "call.wav", kit.speech(8_000), rate=8_000))

    class Dying(Ear):
        def hear(self, samples: Any, language: str) -> list[Heard]:
            raise KeyboardInterrupt

    Incoming.objects.update(by=Member.objects.create_user("eva@example.com", name="Éva", language="hu"))
    with pytest.raises(KeyboardInterrupt):
        list(work(ear=Dying()))
    assert "telefonos" in path_of(one).with_name("passages.jsonl").read_text("utf-8")
    Incoming.objects.update(beat_at=None)
    assert [done.wrong for done in work(ear=Ear("hello"))] == [""]
    found = Conversation.objects.get(incoming=one)
    with speaking("en"):
        assert found.remark_said == "Its sound is that of a telephone: expect more errors."
    with speaking("hu"):
        assert found.remark_said.startswith("A hangja telefonos")


def test_two_channels_are_two_sides_once_it_is_said_which_is_ours() -> None:
    one = _bring(kit.clip("stereo_diarization.wav"), ours="1", language="en")
    list(work(ear=Ear()))
    one.refresh_from_db()
    assert one.conversation is not None
    assert set(one.conversation.turns.values_list("side", "channel")) == {("them", 0), ("us", 1)}


def test_languages_are_those_said_then_the_accounts_and_at_last_all() -> None:
    account = Account(pk="A1", language="pl; EN-gb")
    kept = Conversation(account=account)
    assert languages_of(Incoming(said={"language": "zh"}), kept) == ["zh"]
    assert languages_of(Incoming(said={}), kept) == ["pl", "en"]
    assert languages_of(Incoming(said={}), Conversation()) == ["en", "zh", "hu", "pl"]
    assert languages_of(Incoming(said={}), Conversation(account=Account(language="Hungarian"))) == [
        "en",
        "zh",
        "hu",
        "pl",
    ]


def test_a_file_is_claimed_by_one_worker_and_by_another_once_that_is_dead() -> None:
    one, now = _bring(kit.clip("jfk.wav")), timezone.now()
    assert not elsewhere(now=now)
    assert claim(now=now) == one
    assert claim(now=now + timedelta(seconds=30)) is None
    assert elsewhere(now=now + timedelta(seconds=30))
    assert not elsewhere(now=now + DEAD + timedelta(seconds=1))
    again = claim(now=now + DEAD + timedelta(seconds=1))
    assert again == one
    assert again is not None
    assert again.attempts == 2


def test_one_that_kills_every_worker_waits_for_a_person() -> None:
    one, now = _bring(kit.clip("jfk.wav")), timezone.now()
    for _time in range(3):
        assert claim(now=now) is not None
        now += DEAD * 2
    assert claim(now=now) is None
    one.refresh_from_db()
    assert one.state == "refused"
    assert "three times" in one.wrong
    assert path_of(one).exists()


def test_a_long_recording_is_heard_in_pieces_and_shorter_ones_run_in_between(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(transcribing, "PIECE", 60.0)
    long = _bring(kit.write(tmp_path / "long.wav", np.tile(kit.speech(), 26)), language="en")
    came: list[Incoming] = []
    steps: list[tuple[str, int, int]] = []

    def watch(one: Incoming, done: int, of: int) -> None:
        steps.append((one.name, done, of))
        if not came:  # a short one comes while the long one is at its first piece
            came.append(_bring(kit.clip("jfk.wav"), language="en"))

    assert [done.one.name for done in work(ear=Ear(), watch=watch)] == ["jfk.wav", "long.wav"]
    names = [name for name, _done, _of in steps]
    assert names[0] == "long.wav"
    assert "jfk.wav" in names[1:4]
    long.refresh_from_db()
    assert (long.state, long.attempts, long.done) == ("done", 1, long.of)
    assert long.conversation is not None
    assert long.conversation.turns.count() == len({done for name, done, _of in steps if name == "long.wav"})


def test_the_shortest_is_next_and_whoever_has_waited_long_comes_before_it() -> None:
    now = timezone.now()

    def waits(key: str, seconds: float | None, minutes: int, **more: Any) -> Incoming:
        kept = Conversation.objects.create(
            source="upload", key=key, kind="call", at=now, arrived_at=now, seconds=seconds, state="waiting"
        )
        came = now - timedelta(minutes=minutes)
        return Incoming.objects.create(
            name=key,
            digest=key,
            source="upload",
            doing="transcribing",
            conversation=kept,
            came_at=came,
            **more,
        )

    waits("4 hours", 4 * 3600, 0)
    waits("an hour", 3600, 0)
    waits("4 hours, nearly done", 4 * 3600, 0, done=3500, of=3600)
    waits("an hour, waiting since", 3600, 59)
    waits("not known", None, 0)
    order = ["an hour, waiting since", "4 hours, nearly done", "not known", "an hour", "4 hours"]
    claimed = []
    while one := claim(now=now):
        claimed.append(one.name)
    assert claimed == order


def test_a_spoken_card_number_is_neither_read_nor_heard(django_capture_on_commit_callbacks: Any) -> None:
    one = _bring(kit.clip("jfk.wav"), language="en")
    with django_capture_on_commit_callbacks(execute=True):
        list(work(ear=Ear("my", "card", "4111", "1111", "1111", "1111", "thanks")))
    one.refresh_from_db()
    found = one.conversation
    assert found is not None
    turn = found.turns.get()
    assert "[card]" in turn.text
    assert "4111" not in str(turn.words)
    sound = sound_of(found)
    assert sound is not None
    assert sound.suffix == ".flac"
    words = [word for word in turn.words if word[0] == "[card]"]
    first, last = int(words[0][1] * RATE), int(words[-1][2] * RATE)
    with opened(sound) as stream:
        (samples,) = stream.windows(60)
    assert abs(samples[:, first:last]).max() == 0
    assert abs(samples[:, last + RATE :]).max() > 0.05
    assert len(list(sound.parent.iterdir())) == 1


def test_where_recordings_are_forbidden_words_are_kept_and_no_sound_stays_anywhere(settings: Any) -> None:
    Policy.objects.create(recordings=False)
    one = _bring(kit.clip("jfk.wav"), language="en")
    list(work(ear=Ear()))
    one.refresh_from_db()
    assert one.conversation is not None
    assert one.conversation.turns.count() == 1
    assert "recording policy" in one.conversation.remark
    assert not [file for file in settings.OFFICE.rglob("*") if file.is_file()]


def test_what_breaks_the_library_ends_no_worker() -> None:
    class Broken(Ear):
        def hear(self, samples: Any, language: str) -> list[Heard]:
            raise RuntimeError("eva@acme.com")

    one = _bring(kit.clip("jfk.wav"))
    assert [done.wrong for done in work(ear=Broken())] == ["RuntimeError"] * 3
    one.refresh_from_db()
    assert (one.state, one.wrong) == ("refused", "RuntimeError")


def test_it_says_what_is_missing(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.delenv("KEEPWELL_SPEECH_MODEL", raising=False)
    assert "KEEPWELL_SPEECH_MODEL" in missing()
    monkeypatch.setenv("KEEPWELL_SPEECH_MODEL", str(tmp_path / "nothing"))
    assert "no speech model" in missing()


@pytest.mark.slow
def test_a_real_model_hears_a_real_clip() -> None:
    one = _bring(kit.clip("jfk.wav"), language="en")
    (done,) = list(work(ear=Whisper(model())))
    assert done.real_time is not None
    one.refresh_from_db()
    assert one.conversation is not None
    said = " ".join(one.conversation.turns.values_list("text", flat=True)).lower()
    assert "what you can do for your country" in said
