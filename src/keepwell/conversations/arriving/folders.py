"""Folders of this machine whose files are taken in as they appear; nothing in them is moved, changed or deleted."""

import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db.models import F, Q

from keepwell.conversations.actions.receiving import PIECE, receive
from keepwell.conversations.arriving.kinds import READ
from keepwell.conversations.models import Conversation, Folder, InFolder
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.lib.text import remembering_messages

STILL = 10.0  # seconds that a file has not changed for: until then somebody may be writing it
DEAD = timedelta(minutes=10)
MOST = 500  # files that one look takes in
_BOX = ("cur", "new")  # folders of a Maildir


class _Seen(NamedTuple):
    path: str
    size: int
    changed: int


def check(path: str) -> str:
    """A folder as it is kept. Raises BadInput where there is none, or it is Keepwell's own."""
    place = Path(path.strip()).expanduser()
    if not place.is_absolute() or not place.is_dir():
        raise BadInput(
            _("There is no folder {path} on this machine.").format(path=path),
            ways=[
                _("Say it whole, from the root of the disk, as the machine that Keepwell runs on knows it.")
            ],
        )
    own = Path(settings.OFFICE).resolve()
    found = place.resolve()
    if found == own or own in found.parents or found in own.parents:
        raise BadInput(
            _("Keepwell keeps its own files there."), ways=[_("Name a folder of its own for what comes in.")]
        )
    return str(found)


@remembering_messages()
def scan(pk: int, *, now: datetime) -> int:
    """Take in files of a folder that are new, or other than they were; how many."""
    free = Q(beat_at=None) | Q(beat_at__lt=now - DEAD)
    if not Folder.objects.filter(free, pk=pk, on=True).update(beat_at=now):
        return 0
    folder, taken, wrong = Folder.objects.get(pk=pk), 0, ""
    try:
        known = {one.path: (one.size, one.changed) for one in folder.files.all()}
        for seen in _files(Path(folder.path)):
            if known.get(seen.path) == (seen.size, seen.changed):
                continue
            _take(folder, seen, now)
            taken += 1
            if taken >= MOST:
                break
    except OSError as error:
        wrong = _("The folder cannot be read: {why}.").format(why=error.strerror or type(error).__name__)
    finally:
        Folder.objects.filter(pk=pk).update(
            beat_at=None, looked_at=now, taken=F("taken") + taken, **Folder.failing(wrong)
        )
    return taken


def _files(place: Path) -> Iterator[_Seen]:
    """What lies in a folder and below it, in order of names; links are not followed."""
    if not place.is_dir():
        raise OSError(2, os.strerror(2))
    for below, folders, names in os.walk(place):
        folders.sort()
        box = Path(below).name in _BOX
        for name in sorted(names):
            file = Path(below) / name
            if name.startswith(".") or file.is_symlink() or not (box or file.suffix.lower() in READ):
                continue
            said = file.stat()
            if time.time() - said.st_mtime >= STILL:
                yield _Seen(str(file.relative_to(place)), said.st_size, said.st_mtime_ns)


def _take(folder: Folder, seen: _Seen, now: datetime) -> None:
    file = Path(folder.path) / seen.path
    name = file.name if file.suffix.lower() in READ else f"{file.name.partition(':')[0]}.eml"
    with file.open("rb") as opened:
        receive(
            chunks=iter(lambda: opened.read(PIECE), b""),
            name=name,
            source=Conversation.Source.FOLDER,
            said={"kind": folder.kind, **folder.said},
            now=now,
        )
    InFolder.objects.update_or_create(
        folder=folder, path=seen.path[:700], defaults={"size": seen.size, "changed": seen.changed}
    )
