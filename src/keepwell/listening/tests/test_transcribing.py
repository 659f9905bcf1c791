"""Recordings made into turns: with a real model where one can be had, and how it goes on after a break without."""

import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av", reason="the extra keepwell[speech] is not installed")
pytest.importorskip("faster_whisper", reason="the extra keepwell[speech] is not installed")

from keepwell.lib.errors import KeepwellError
from keepwell.listening.audio.sound import RATE
from keepwell.listening.audio.tests import recordings as kit
from keepwell.listening.audio.voices import Stretch
from keepwell.listening.said import Side, State
from keepwell.listening.tests.speech_model import model
from keepwell.listening.transcribing import Heard, Whisper, check_model, stretches_together, transcribe


class Counting:
    """Hears no words: says how many seconds it was given, and breaks when it is told to."""

    name = "counting"

    def __init__(self, breaks_after: int = 99) -> None:
        self.left, self.given = breaks_after, []

    def language(self, samples, among):
        return among[-1]

    def hear(self, samples, language):
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        self.given.append(len(samples) / RATE)
        return [Heard(0.3, len(samples) / RATE - 0.3, f"{language} {len(self.given)}")]


@pytest.fixture
def long_call(tmp_path) -> Path:
    """Three minutes and a half in which one speaks, then the other."""
    said = np.concatenate([kit.speech(), np.zeros(RATE, dtype=np.float32)])
    rows = np.zeros((2, len(said) * 18), dtype=np.float32)
    rows[0, : len(said) * 12] = np.tile(said, 12)
    rows[1, len(said) * 12 :] = np.tile(said, 6)
    return kit.write(tmp_path / "call.wav", rows)


def test_a_run_that_broke_goes_on_where_it_was(long_call, tmp_path):
    note, steps = tmp_path / "work" / "call.jsonl", []
    with pytest.raises(KeyboardInterrupt):
        transcribe(long_call, Counting(breaks_after=2), ["en"], checkpoint=note)
    with note.open("a") as file:
        file.write('{"channel": 0, "sta')  # power was cut while it wrote
    ear = Counting()
    found = transcribe(long_call, ear, ["en"], checkpoint=note, progress=steps.append)
    assert found.again == 2
    whole = Counting()
    assert len(transcribe(long_call, whole, ["en"]).turns) == len(found.turns)
    assert len(ear.given) == len(whole.given) - 2
    assert steps[-1].done == pytest.approx(steps[-1].total)
    again = transcribe(long_call, Counting(breaks_after=0), ["en"], checkpoint=note)
    assert (again.turns, again.real_time) == (found.turns, None)
    other = Counting()
    assert transcribe(long_call, other, ["hu"], checkpoint=note).again == 0


def test_whoever_watches_may_break_it_off_and_voices_are_looked_for_once(long_call, tmp_path, monkeypatch):
    note, seen = tmp_path / "call.jsonl", []

    def enough(progress):
        seen.append(progress)
        if progress.anew >= 100:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        transcribe(long_call, Counting(), ["en"], checkpoint=note, progress=enough)
    assert 100 <= seen[-1].anew <= 200
    monkeypatch.setattr("keepwell.listening.transcribing.voices", None)
    ear = Counting()
    found = transcribe(long_call, ear, ["en"], checkpoint=note)
    monkeypatch.undo()
    whole = transcribe(long_call, Counting(), ["en"])
    assert found.again == len(seen)
    assert found.voices == whole.voices
    assert [turn.start for turn in found.turns] == [turn.start for turn in whole.turns]


def test_each_channel_is_a_side_and_times_are_those_of_the_recording(long_call):
    found = transcribe(long_call, Counting(), ["en", "hu"], sides={0: Side.US, 1: Side.THEM})
    assert [turn.side for turn in found.turns] == [Side.US, Side.THEM]
    assert found.turns[1].start > 140
    assert found.turns[1].end == pytest.approx(found.voices.channels[1][-1].end, abs=0.5)
    assert found.language == "hu"


def test_a_passage_ends_in_a_pause_and_is_never_too_long():
    spoken = [Stretch(n * 10.0, n * 10 + 9.0) for n in range(60)]
    passages = stretches_together([*spoken, Stretch(700, 2000)])
    assert [one for group in passages for one in group][:60] == spoken
    assert max(group[-1].end - group[0].start for group in passages) <= 240
    assert min(group[-1].end - group[0].start for group in passages[:9]) >= 59


def test_what_cannot_be_heard_needs_no_model(tmp_path):
    silent = transcribe(kit.write(tmp_path / "still.wav", np.zeros(RATE * 2)), Counting(), ["en"])
    assert (silent.state, silent.turns) == (State.SILENT, ())
    with pytest.raises(KeepwellError, match="languages"):
        transcribe(tmp_path / "call.wav", Counting(), [])


def test_a_folder_without_a_model_is_told_by_what_is_missing(tmp_path):
    with pytest.raises(KeepwellError, match="no speech model"):
        check_model(tmp_path / "base")
    (tmp_path / "model.bin").touch()
    with pytest.raises(KeepwellError, match=r"config.json, tokenizer.json, vocabulary.json"):
        Whisper(tmp_path)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(KeepwellError, match="cannot be opened"):
        Whisper(tmp_path)


def words(text):
    return re.findall(r"[a-z']+", text.lower())


@pytest.fixture(scope="module")
def whisper():
    return Whisper(model())


@pytest.mark.slow
def test_a_real_model_hears_what_was_said_and_when(whisper):
    found = transcribe(kit.clip("jfk.wav"), whisper, ["hu", "en"])
    said = " ".join(turn.text for turn in found.turns)
    assert words(said) == words(
        "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your country."
    )
    assert found.language == "en"
    assert found.confidence > 0.8
    heard = {word.text.strip(",.").lower(): word for turn in found.turns for word in turn.words}
    assert 7.5 < heard["ask"].start < 9  # the second time
    assert found.real_time > 0


@pytest.mark.slow
def test_a_real_model_tells_two_channels_apart_and_invents_nothing(whisper, tmp_path):
    found = transcribe(kit.clip("stereo_diarization.wav"), whisper, ["en"], sides={0: Side.US, 1: Side.THEM})
    by_side = {turn.side: turn.text for turn in found.turns}
    assert "wizard" in by_side[Side.US]
    assert "horizon" in by_side[Side.THEM]
    music = kit.write(tmp_path / "music.wav", kit.tone(20))
    assert transcribe(music, whisper, ["en"]).state is State.NO_SPEECH
