"""A stretch of a recording written as a recording of its own, with nothing of what is before and behind it."""

from collections.abc import Iterator
from pathlib import Path

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.listening.audio import flac
from keepwell.listening.audio.sound import RATE, Samples, Stream, opened


def cut(path: Path, target: Path, start: float, end: float | None = None) -> float:
    """Write the sound from `start` to `end` (seconds; None: its end) to a FLAC file; how many seconds that is.

    It is read from its beginning, as places in broken files cannot be trusted: an hour takes seconds. Raises
    KeepwellError where the extra is not installed, BadInput where there is nothing to hear.
    """
    first, last = int(max(start, 0.0) * RATE), None if end is None else int(end * RATE)
    with opened(path) as stream:
        count = flac.write(target, _within(stream, first, last), stream.channels)
    if not count:
        target.unlink(missing_ok=True)
        raise BadInput(_("“{name}” has no sound there.").format(name=path.name))
    return count / RATE


def _within(stream: Stream, first: int, last: int | None) -> Iterator[Samples]:
    at = 0
    for window in stream.windows(flac.WINDOW):
        until = at + window.shape[1]
        samples = window[:, max(first - at, 0) : None if last is None else max(last - at, 0)]
        if samples.shape[1]:
            yield samples
        at = until
        if last is not None and at >= last:
            return
