"""A recording written anew with silence in places, so that what was said there cannot be heard any more."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from keepwell.listening.audio import flac
from keepwell.listening.audio.sound import RATE, Samples, Stream, opened


def muted(path: Path, target: Path, spans: Iterable[tuple[float, float]]) -> None:
    """Write the sound of a recording to a FLAC file, silent in `spans` (seconds from its beginning).

    Raises KeepwellError where the extra is not installed, BadInput where there is nothing to hear.
    """
    silent = [(int(max(start, 0.0) * RATE), int(end * RATE)) for start, end in spans]
    with opened(path) as stream:
        flac.write(target, _silenced(stream, silent), stream.channels)


def _silenced(stream: Stream, silent: Iterable[tuple[int, int]]) -> Iterator[Samples]:
    at = 0
    for window in stream.windows(flac.WINDOW):
        samples = window.copy()
        for start, end in silent:
            samples[:, max(start - at, 0) : max(end - at, 0)] = 0.0
        yield samples
        at += samples.shape[1]
