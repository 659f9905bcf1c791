"""When somebody speaks: Silero's voice detection, run window by window over a recording of any length."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from keepwell.lib.text import gettext as _
from keepwell.listening.audio.sound import RATE, Progress, Samples, Sound, Stream, needed, opened, probe
from keepwell.listening.said import State

_FRAME = 512  # samples that are judged at once: 32 ms
_WINDOW = 1875 * _FRAME / RATE  # seconds, 60 and a whole number of frames
_LEAD = 32 * _FRAME  # samples of the window before, heard again to get into it
_SPEECH, _SILENCE = 0.5, 0.35  # chance of speech at which a stretch begins, and below which it ends
_SHORTEST, _PAUSE = 0.25, 0.3  # seconds: shorter speech is none, a shorter pause does not end a stretch
_QUIET = 10 ** (-60 / 20)  # peak below which nothing is to be heard: -60 dBFS
_ALIKE = 0.001  # channels that differ less than this share of their loudness are one


@dataclass(frozen=True)
class Stretch:
    """Seconds [start, end) in which somebody speaks."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True)
class Voices:
    """Who can be heard when: stretches of speech for each channel; one channel where all are the same.

    `state` is WAITING where there is speech to transcribe, else says why not. `seconds` is what was heard.
    """

    sound: Sound
    state: State
    reason: str
    seconds: float
    channels: tuple[tuple[Stretch, ...], ...] = ()
    broken: int = 0

    @property
    def speech(self) -> float:
        """Seconds in which anybody speaks."""
        return sum(
            stretch.seconds for stretch in united([one for channel in self.channels for one in channel])
        )


@cache
def _detector() -> Any:
    return needed("faster_whisper.vad").get_vad_model()


def voices(path: Path, progress: Progress | None = None) -> Voices:
    """When somebody speaks in a recording, by channel. `progress` is told the share heard, from 0 to 1.

    Raises KeepwellError where the extra is not installed, BadInput where the file cannot be opened at all.
    """
    sound = probe(path)
    if sound.state is not State.WAITING:
        return Voices(sound, sound.state, sound.reason, 0.0)
    with opened(path, sound) as stream:
        return _heard(stream, progress)


@dataclass
class _Channel:
    tail: Samples = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    chances: list[npt.NDArray[np.float32]] = field(default_factory=list)


def _heard(stream: Stream, progress: Progress | None) -> Voices:
    channels = [_Channel() for _n in range(stream.channels)]
    samples, peak, loud, apart = 0, 0.0, 0.0, 0.0
    for window in stream.windows(_WINDOW):
        samples += window.shape[1]
        peak = max(peak, float(np.abs(window).max(initial=0)))
        loud += float(np.square(window[0]).sum())
        apart += float(np.square(window - window[:1]).sum())
        for channel, row in zip(channels, window, strict=True):
            _listen(channel, row)
        if progress and stream.sound.seconds:
            progress(min(samples / RATE / stream.sound.seconds, 1.0))
    kept = channels[:1] if apart <= _ALIKE * loud else channels
    found = tuple(
        tuple(
            Stretch(one.start, min(one.end, samples / RATE))
            for one in stretches_of(np.concatenate(channel.chances) if channel.chances else [])
        )
        for channel in kept
    )
    state, reason = _state(stream, samples, peak, spoken=any(found))
    return Voices(stream.sound, state, reason, samples / RATE, found, stream.errors)


def _listen(channel: _Channel, row: Samples) -> None:
    lead = len(channel.tail) // _FRAME
    audio = np.concatenate([channel.tail, row])
    audio = np.pad(audio, (0, -len(audio) % _FRAME))
    channel.tail = row[-_LEAD:].copy() if len(row) % _FRAME == 0 and len(row) >= _LEAD else channel.tail[:0]
    channel.chances.append(np.asarray(_detector()(audio), dtype=np.float32).reshape(-1)[lead:])


def _state(stream: Stream, samples: int, peak: float, *, spoken: bool) -> tuple[State, str]:
    sound = stream.sound
    short = sound.seconds is not None and samples / RATE < 0.9 * sound.seconds
    told = [
        (not samples, State.UNREADABLE, _("Nothing of its sound can be decoded.")),
        (peak < _QUIET, State.SILENT, _("Nothing is to be heard on it.")),
        (not spoken, State.NO_SPEECH, _("There is sound, but no speech.")),
        (stream.errors > 0, State.WAITING, _("Parts of it are broken: {count}.").format(count=stream.errors)),
        (short, State.WAITING, _("It breaks off before the length it tells.")),
        (0 < sound.rate <= 8000, State.WAITING, _("Its sound is that of a telephone: expect more errors.")),
    ]
    return next(((state, reason) for true, state, reason in told if true), (State.WAITING, sound.reason))


def stretches_of(chances: Sequence[float] | npt.NDArray[np.float32]) -> list[Stretch]:
    """Stretches of speech out of the chance of speech in each frame of 32 ms."""
    frame = _FRAME / RATE
    found: list[Stretch] = []
    start: float | None = None
    quiet: float | None = None
    for place, chance in enumerate([*chances, 0.0]):
        at = place * frame
        if chance >= _SPEECH:
            start, quiet = (at if start is None else start), None
        elif start is not None and (chance < _SILENCE or place == len(chances)):
            quiet = at if quiet is None else quiet
            if at - quiet >= _PAUSE or place == len(chances):
                if quiet - start >= _SHORTEST:
                    found.append(Stretch(start, quiet))
                start = quiet = None
    return found


def united(stretches: Sequence[Stretch], longest_pause: float = 0.0) -> list[Stretch]:
    """Stretches by time, those that overlap or lie within `longest_pause` seconds of each other made one."""
    found: list[Stretch] = []
    for one in sorted(stretches, key=lambda stretch: stretch.start):
        if found and one.start - found[-1].end <= longest_pause:
            found[-1] = Stretch(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found
