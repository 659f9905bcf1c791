"""A recording opened: what it is, and its sound as a stream of samples at 16,000 a second, a row a channel."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.listening.said import State

RATE = 16_000  # samples a second: what voice detection and transcription hear
MOST_CHANNELS = 8
_GATHERED = 200_000  # samples that are resampled at once
_CALLED = {
    "wav": {".wav", ".wave"},
    "mp3": {".mp3"},
    "ogg": {".ogg", ".oga", ".opus"},
    "flac": {".flac"},
    "mov,mp4,m4a,3gp,3g2,mj2": {".m4a", ".mp4", ".mov", ".3gp", ".m4b"},
    "matroska,webm": {".mkv", ".webm", ".mka"},
}
Samples = npt.NDArray[np.float32]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Sound:
    """What a recording is. `seconds` is None where the file does not say and nothing could be decoded.

    `state` is WAITING where there is sound to hear; `reason` says what is remarkable, also then.
    """

    name: str
    state: State
    reason: str = ""
    form: str = ""
    codec: str = ""
    seconds: float | None = None
    channels: int = 0
    rate: int = 0
    picture: bool = False


def needed(module: str) -> Any:
    """A module of the extra `speech`. Raises KeepwellError where it is not installed, with the way to get it."""
    try:
        return import_module(module)
    except ImportError as error:
        raise KeepwellError(
            _("Listening to recordings needs what is not installed here."),
            seen=_("no “{module}”").format(module=module),
            ways=[_("Install it: pip install 'keepwell[speech]'"), _("Load transcripts instead.")],
        ) from error


def probe(path: Path) -> Sound:
    """What a recording is, found without reading it whole.

    Raises KeepwellError where the extra is not installed, BadInput where the file cannot be opened at all.
    """
    av = needed("av")
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BadInput(
            _("“{name}” cannot be opened.").format(name=path.name),
            seen=error.strerror or type(error).__name__,
        ) from error
    if not size:
        return Sound(path.name, State.EMPTY, _("The file is empty."))
    try:
        with av.open(str(path), metadata_errors="replace") as opened:
            return _told(opened, path)
    except (av.FFmpegError, ValueError, OSError):
        reason = _("It is damaged, or no recording of a known kind.")
        return Sound(path.name, State.UNREADABLE, reason)


def _told(opened: Any, path: Path) -> Sound:
    picture = bool(opened.streams.video)
    form = str(opened.format.name)
    if not opened.streams.audio:
        reason = _("There is a picture, but no sound.") if picture else _("There is no sound in it.")
        return Sound(path.name, State.NO_SOUND, reason, form=form, picture=picture)
    stream = opened.streams.audio[0]
    seconds = None
    if stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    elif opened.duration:
        seconds = opened.duration / 1_000_000
    sound = Sound(
        name=path.name,
        state=State.WAITING,
        reason=_misnamed(form, path),
        form=form,
        codec=str(stream.codec_context.name),
        seconds=seconds,
        channels=int(stream.codec_context.channels or 0),
        rate=int(stream.codec_context.sample_rate or 0),
        picture=picture,
    )
    if next(_frames(opened, _Errors()), None) is None:
        return replace(sound, state=State.UNREADABLE, reason=_("Nothing of its sound can be decoded."))
    return sound


def _misnamed(form: str, path: Path) -> str:
    suffixes = _CALLED.get(form, set())
    if not path.suffix or not suffixes or path.suffix.lower() in suffixes:
        return ""
    return _("It is called {suffix} and is {form}.").format(suffix=path.suffix, form=form.partition(",")[0])


@dataclass
class _Errors:
    """How many packets of sound could not be decoded."""

    count: int = 0
    broken_off: bool = False


def _frames(opened: Any, errors: _Errors) -> Iterator[Any]:
    """The frames of the first sound track; packets that are broken are counted and passed over."""
    av = needed("av")
    packets = opened.demux(opened.streams.audio[0])
    while True:
        try:
            packet = next(packets, None)
        except (av.FFmpegError, OSError):
            errors.broken_off = True
            return
        if packet is None:
            return
        try:
            yield from packet.decode()
        except (av.FFmpegError, ValueError):
            errors.count += 1


def _resampler(frame: Any) -> Any:
    return needed("av").AudioResampler(format="fltp", layout=frame.layout.name, rate=RATE)


def _gathered(frames: Iterator[Any]) -> Iterator[Any]:
    """Frames put together to some seconds each, for speed; None where the kind of sound changes, and at the end."""
    fifo: Any = None
    kind: tuple[str, str, int] | None = None
    for frame in frames:
        frame.pts = None
        now = (frame.layout.name, frame.format.name, frame.sample_rate)
        if now != kind:
            if fifo is not None:
                yield from _rest(fifo)
            fifo, kind = needed("av").AudioFifo(), now
        fifo.write(frame)
        if fifo.samples >= _GATHERED:
            yield _unmarked(fifo.read())
    if fifo is not None:
        yield from _rest(fifo)


def _rest(fifo: Any) -> Iterator[Any]:
    if fifo.samples:
        yield _unmarked(fifo.read())
    yield None


def _unmarked(frame: Any) -> Any:
    frame.pts = None  # the times of broken files are not to be trusted
    return frame


class Stream:
    """The sound of a recording, read once from its beginning.

    `errors` counts the packets that could not be decoded so far, `broken_off` says that the file ended too early.
    """

    def __init__(self, opened: Any, sound: Sound) -> None:
        self._opened, self.sound, self._errors = opened, sound, _Errors()
        self.channels = min(max(sound.channels, 1), MOST_CHANNELS)

    @property
    def errors(self) -> int:
        """Packets of sound that could not be decoded so far."""
        return self._errors.count + self._errors.broken_off

    def chunks(self) -> Iterator[Samples]:
        """The samples, in pieces of shape (channels, n), from -1 to 1."""
        resampler: Any = None
        for frame in _gathered(_frames(self._opened, self._errors)):
            if frame is None or resampler is None:
                for made in resampler.resample(None) if resampler else ():
                    yield self._fitted(made.to_ndarray())
                resampler = None
            if frame is not None:
                resampler = resampler or _resampler(frame)
                for made in resampler.resample(frame):
                    yield self._fitted(made.to_ndarray())

    def _fitted(self, samples: Samples) -> Samples:
        rows = np.asarray(samples[: self.channels], dtype=np.float32)
        if len(rows) < self.channels:  # the number of channels changed on the way
            rows = np.vstack([rows, *[rows[-1:]] * (self.channels - len(rows))])
        return np.nan_to_num(rows)

    def windows(self, seconds: float) -> Iterator[Samples]:
        """The samples in windows of this length; the last one is shorter."""
        size, held, length = int(seconds * RATE), [], 0
        for chunk in self.chunks():
            held.append(chunk)
            length += chunk.shape[1]
            while length >= size:
                whole = np.concatenate(held, axis=1)
                yield whole[:, :size]
                held, length = [whole[:, size:]], length - size
        if length:
            yield np.concatenate(held, axis=1)


@contextmanager
def opened(path: Path, sound: Sound | None = None) -> Iterator[Stream]:
    """A recording's sound as a stream. Raises BadInput where `probe` finds nothing to hear."""
    sound = sound or probe(path)
    if sound.state is not State.WAITING:
        raise BadInput(_("“{name}” cannot be heard.").format(name=path.name), seen=sound.reason)
    with needed("av").open(str(path), metadata_errors="replace") as file:
        yield Stream(file, sound)
