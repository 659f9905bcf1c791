"""Where sound and files on their way are kept: folders beside the office's database, for its owner's eyes only."""

import os
import shutil
import uuid
from glob import escape
from pathlib import Path

from django.conf import settings

from keepwell.conversations.models import Conversation

SOUND, INCOMING = "sound", "incoming"
CUTS = "cuts"  # stretches of sounds, see `cutting`
TYPES = {  # what browsers are told of a sound by the ending of its file
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
}


def folder(name: str) -> Path:
    """A folder of the office, made if there is none."""
    place = Path(settings.OFFICE) / name
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def sound_of(conversation: Conversation) -> Path | None:
    """The file with a conversation's sound; None where there is none, or it has been deleted."""
    if not conversation.sound:
        return None
    file = folder(SOUND) / Path(conversation.sound).name
    return file if file.is_file() else None


def keep_sound(file: Path, suffix: str = "") -> str:
    """Bring a file into the sound folder under a name of its own, and return that; the file stays where it was."""
    name = f"{uuid.uuid4().hex}{(suffix or file.suffix).lower()[:10]}"
    target = folder(SOUND) / name
    try:
        os.link(file, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(file, target)
    target.chmod(0o600)
    return name


def forget_sound(name: str) -> None:
    """Delete a file of the sound folder, and every stretch that was cut out of it; gone already is gone."""
    if name:
        file = folder(SOUND) / Path(name).name
        file.unlink(missing_ok=True)
        for made in folder(CUTS).glob(f"{escape(file.stem)}@*"):
            made.unlink(missing_ok=True)
