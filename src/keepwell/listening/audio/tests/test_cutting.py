"""A stretch cut out of a recording is that stretch to the sample, and nothing of what is around it."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av", reason="the extra keepwell[speech] is not installed")

from keepwell.lib.errors import BadInput
from keepwell.listening.audio.cutting import cut
from keepwell.listening.audio.sound import RATE, opened
from keepwell.listening.audio.tests import recordings as kit


def _samples(path: Path) -> np.ndarray:
    with opened(path) as stream:
        return np.concatenate(list(stream.chunks()), axis=1)


@pytest.mark.parametrize("kind", ["wav", "mp3", "m4a", "ogg", "flac", "mkv"])
def test_a_stretch_is_what_is_heard_there_whatever_the_kind_of_file(tmp_path: Path, kind: str) -> None:
    whole = kit.write(tmp_path / f"whole.{kind}", np.tile(kit.speech(), 3))
    assert cut(whole, tmp_path / "part.flac", 9.25, 21.5) == 12.25
    heard, part = _samples(whole), _samples(tmp_path / "part.flac")
    wanted = np.clip(heard[:, int(9.25 * RATE) : int(21.5 * RATE)], -1, 1)
    assert part.shape == wanted.shape
    assert abs(part - wanted).max() < 2 / 32768  # of sixteen bits


def test_both_channels_are_kept_and_without_an_end_it_goes_to_the_last_word(tmp_path: Path) -> None:
    whole = kit.clip("stereo_diarization.wav")
    seconds = _samples(whole).shape[1] / RATE
    assert cut(whole, tmp_path / "part.flac", 1.0) == pytest.approx(seconds - 1.0, abs=0.001)
    part = _samples(tmp_path / "part.flac")
    assert len(part) == 2
    assert abs(part - _samples(whole)[:, RATE:]).max() < 2 / 32768


def test_where_there_is_no_sound_nothing_is_written(tmp_path: Path) -> None:
    whole = kit.write(tmp_path / "whole.wav", kit.tone(2.0))
    with pytest.raises(BadInput, match="no sound there"):
        cut(whole, tmp_path / "part.flac", 60.0, 70.0)
    assert not (tmp_path / "part.flac").exists()
