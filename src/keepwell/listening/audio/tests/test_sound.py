"""Recordings of every kind, and every way in which one can be none."""

import resource
import sys

import numpy as np
import pytest

pytest.importorskip("av", reason="the extra keepwell[speech] is not installed")
pytest.importorskip("faster_whisper", reason="the extra keepwell[speech] is not installed")

from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.listening.audio import sound as sounds
from keepwell.listening.audio.sound import RATE, opened, probe
from keepwell.listening.audio.tests import recordings as kit
from keepwell.listening.audio.voices import Stretch, stretches_of, voices
from keepwell.listening.said import State


@pytest.mark.parametrize("kind", ["wav", "mp3", "m4a", "ogg", "flac", "mp4", "mkv"])
def test_every_kind_of_recording_is_heard(tmp_path, kind):
    path = kit.write(tmp_path / f"call.{kind}", kit.speech(), picture=kind in ("mp4", "mkv"))
    found = voices(path)
    assert (found.state, found.reason) == (State.WAITING, "")
    assert found.seconds == pytest.approx(11, abs=0.2)
    assert 6 < found.speech < 9
    assert found.sound.picture is (kind in ("mp4", "mkv"))


def test_what_cannot_be_heard_says_why(tmp_path):
    assert voices(kit.write(tmp_path / "film.mp4", np.zeros(0), picture=True)).state is State.NO_SOUND
    assert voices(kit.write(tmp_path / "still.wav", np.zeros(RATE * 3))).state is State.SILENT
    assert voices(kit.write(tmp_path / "music.mp3", kit.tone(8))).state is State.NO_SPEECH
    noise = np.random.default_rng(3).normal(0, 0.05, RATE * 5)
    assert voices(kit.write(tmp_path / "noise.flac", noise)).state is State.NO_SPEECH
    (tmp_path / "empty.wav").touch()
    assert voices(tmp_path / "empty.wav").state is State.EMPTY
    (tmp_path / "text.mp3").write_text("Anna: hello\n" * 50)
    assert voices(tmp_path / "text.mp3").state is State.UNREADABLE
    with pytest.raises(BadInput, match="cannot be opened"):
        voices(tmp_path / "none.wav")
    with pytest.raises(BadInput, match="cannot be heard"), opened(tmp_path / "empty.wav"):
        pass


def test_a_wrong_extension_is_said_and_does_not_matter(tmp_path):
    found = voices(kit.write(tmp_path / "call.mp3", kit.speech(), kind="wav"))
    assert found.state is State.WAITING
    assert ".mp3" in found.reason
    assert "wav" in found.reason


def test_the_sound_of_a_telephone_is_heard_and_said(tmp_path):
    found = voices(kit.write(tmp_path / "call.wav", kit.speech(8000), rate=8000))
    assert (found.sound.rate, found.state) == (8000, State.WAITING)
    assert "telephone" in found.reason
    assert found.speech > 5


def test_a_recording_that_breaks_off_is_heard_as_far_as_it_goes(tmp_path):
    whole = kit.write(tmp_path / "call.flac", kit.speech()).read_bytes()
    (tmp_path / "half.flac").write_bytes(whole[: len(whole) // 2])
    found = voices(tmp_path / "half.flac")
    assert found.state is State.WAITING
    assert found.reason
    assert 3 < found.seconds < 8


def test_a_recording_with_a_hole_is_heard_around_it(tmp_path):
    data = bytearray(kit.write(tmp_path / "call.mp3", np.tile(kit.speech(), 2)).read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4000] = np.random.default_rng(1).bytes(4000)
    (tmp_path / "hole.mp3").write_bytes(data)
    found = voices(tmp_path / "hole.mp3")
    assert found.state is State.WAITING
    assert found.seconds > 15


def test_each_channel_is_heard_by_itself_and_equal_ones_are_one(tmp_path):
    said = kit.speech()
    silence = np.zeros(len(said), dtype=np.float32)
    both = np.stack([np.concatenate([said, silence]), np.concatenate([silence, said])])
    found = voices(kit.write(tmp_path / "call.wav", both))
    assert len(found.channels) == 2
    assert found.channels[0][-1].end < 11.1 < found.channels[1][0].start
    assert len(voices(kit.write(tmp_path / "same.wav", np.stack([said, said]))).channels) == 1


def test_windows_join_without_a_seam(tmp_path):
    path = kit.write(tmp_path / "long.wav", np.tile(kit.speech(), 12))  # 132 s: three windows
    found = voices(path)
    once = voices(kit.write(tmp_path / "once.wav", kit.speech()))
    assert found.speech == pytest.approx(12 * once.speech, rel=0.03)
    with opened(path) as stream:
        assert sum(chunk.shape[1] for chunk in stream.chunks()) == pytest.approx(132 * RATE, abs=10)


@pytest.mark.slow
def test_four_hours_are_heard_in_the_memory_of_one_minute(tmp_path):
    path = tmp_path / "day.mp3"
    minute = np.concatenate([kit.speech(), np.zeros(RATE * 49, dtype=np.float32)])
    one = kit.write(path, minute).read_bytes()
    path.write_bytes(one * 241)
    half_hour = tmp_path / "half.mp3"
    half_hour.write_bytes(one * 30)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    steps = []
    with opened(path) as stream:
        seconds = sum(window.shape[1] for window in stream.windows(60)) / RATE
    assert seconds > 4 * 3600
    found = voices(half_hour, steps.append)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000  # kilobytes
    assert found.speech > 30 * 6
    assert steps == sorted(steps)


def test_without_the_extra_it_is_said_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(KeepwellError, match=r"keepwell\[speech\]"):
        probe(tmp_path / "call.wav")
    assert sounds.needed("json")


def test_a_short_pause_ends_no_stretch_and_a_click_is_none():
    frames = [0.9] * 20 + [0.1] * 5 + [0.9] * 20 + [0.1] * 30 + [0.9] * 3 + [0.1] * 20 + [0.6] * 10
    assert stretches_of(frames) == [Stretch(0, 45 * 0.032), Stretch(98 * 0.032, 108 * 0.032)]
    assert stretches_of([]) == []
