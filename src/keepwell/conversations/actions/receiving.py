"""Files on their way in: brought into the incoming folder whole, or refused with the reason."""

import hashlib
import re
import shutil
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django_q.tasks import async_task

from keepwell.conversations.arriving import incoming
from keepwell.conversations.arriving.kinds import READ, RECORDINGS, form_of
from keepwell.conversations.models import Incoming
from keepwell.lib.text import gettext as _
from keepwell.lib.text import kept_of, remembering_messages
from keepwell.members.audit import record
from keepwell.members.models import Member

READ_IN = "keepwell.conversations.jobs.read_in"
READ_LONG = "keepwell.conversations.jobs.read_long"  # the same, of what is not read in a moment
SHORT = 5 << 20  # bytes of words that are read in a moment
LARGEST = 2 << 30  # bytes of one file: four hours of sound without compression
ROOM = 512 << 20  # bytes that stay free on the disk
PIECE = 1 << 20
State = Incoming.State
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200b-\u200f\u202a-\u202e]+")


def receive(
    *,
    chunks: Iterable[bytes],
    name: str,
    source: str,
    now: datetime,
    said: Mapping[str, Any] | None = None,
    by: Member | None = None,
    ask: bool = True,
) -> Incoming:
    """Bring a file in, and let it be read as soon as it is there; one that cannot be is refused, and says why.

    `said` is what is known of it: account, contact, kind, language, ours (a channel, or names), who (an address or
    telephone), at (ISO text). It arrives whole or not at all. Without `ask` whoever calls reads it.
    """
    called = clean_name(name)
    place = incoming.folder(incoming.INCOMING) / uuid.uuid4().hex
    place.mkdir(mode=0o700)
    file = place / called
    one = Incoming(name=called, source=source, said=dict(said or {}), by=by, came_at=now)
    one.file = f"{place.name}/{called}"
    with remembering_messages():
        one.digest, wrong = _written(file, chunks)
        if not wrong and form_of(file) is None:
            wrong = _("Keepwell does not read such a file. It reads: {endings}.").format(
                endings=" ".join(READ)
            )
    one.wrong, one.reason = wrong, kept_of(wrong)
    if wrong:
        one.state, one.ended_at, one.file = State.REFUSED, now, ""
        shutil.rmtree(place, ignore_errors=True)
    with transaction.atomic():
        one.save()
        if by is not None:
            record("bring file in", by=by, of=one, after={"source": source, "refused": one.wrong})
        if ask and not one.wrong:
            transaction.on_commit(lambda: ask_to_read(one))
    return one


def ask_to_read(one: Incoming) -> None:
    """Let a worker read it; where none does, the job of every minute finds it.

    What may take long (a large mailbox, a recording) is read apart from mails and transcripts, which are waited for.
    """
    file = path_of(one)
    short = file.suffix.lower() not in RECORDINGS and file.is_file() and file.stat().st_size <= SHORT
    async_task(READ_IN if short else READ_LONG, one.pk, group="read")


def clean_name(name: str) -> str:
    """A file's own name, fit for any file system: no folders, at most 120 letters, its ending kept."""
    last = _UNFIT.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .") or "file"
    stem, suffix = Path(last).stem, Path(last).suffix[:12]
    while len(f"{stem}{suffix}".encode()) > 120:
        stem = stem[:-1]
    return f"{stem}{suffix}"


def _written(file: Path, chunks: Iterable[bytes]) -> tuple[str, str]:
    """The digest of what was written, and what is wrong with it."""
    digest, size = hashlib.sha256(), 0
    free = shutil.disk_usage(file.parent).free - ROOM
    with file.open("xb") as out:
        file.chmod(0o600)
        for chunk in chunks:
            size += len(chunk)
            if size > LARGEST:
                return "", _("It is larger than {most} GB.").format(most=LARGEST >> 30)
            if size > free:
                return "", _("There is no room for it on the disk.")
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest(), ""


def path_of(one: Incoming) -> Path:
    """Where its file lies."""
    return incoming.folder(incoming.INCOMING) / one.file


def forget_file(one: Incoming) -> None:
    """Delete its file; gone already is gone."""
    if one.file:
        shutil.rmtree(path_of(one).parent, ignore_errors=True)


def try_again(*, one: Incoming, now: datetime) -> bool:
    """Let a file that failed, or was given up, be read once more; whether it is still there to be."""
    if not one.file or not path_of(one).is_file():
        return False
    Incoming.objects.filter(pk=one.pk).update(
        state=State.WAITING, attempts=0, ended_at=None, came_at=now, doing="", **Incoming.failing("")
    )
    one.refresh_from_db()
    ask_to_read(one)
    return True
