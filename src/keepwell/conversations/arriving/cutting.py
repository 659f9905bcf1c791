"""Stretches of sound as files of their own, so that whoever plays a moment is sent no more than that.

They are made when they are first asked for, kept as long as the sound they are of, and made again when they are not
there. No backup has them.
"""

import os
import uuid
from datetime import datetime, timedelta
from pathlib import Path

from keepwell.conversations.arriving.incoming import CUTS, folder

UNUSED = timedelta(days=30)  # after which one that nobody played is deleted: it can be made again


def cut_of(sound: Path, start: float, end: float | None) -> Path:
    """The file with a stretch of a sound, in seconds. Raises KeepwellError where it cannot be had."""
    until = "" if end is None else round(end * 1000)
    made = folder(CUTS) / f"{sound.stem}@{round(start * 1000)}-{until}.flac"
    if made.is_file():
        os.utime(made)
        return made
    from keepwell.listening.audio.cutting import cut

    half = made.with_name(f"{sound.stem}@{uuid.uuid4().hex}.part")
    try:
        cut(sound, half, start, end)
        half.chmod(0o600)
        half.replace(made)
    finally:
        half.unlink(missing_ok=True)
    return made


def sweep_cuts(*, now: datetime) -> int:
    """Delete stretches that nobody has played for long; how many."""
    gone = 0
    for made in folder(CUTS).iterdir():
        if made.stat().st_mtime < (now - UNUSED).timestamp():
            made.unlink(missing_ok=True)
            gone += 1
    return gone
