"""Recordings transcribed by as many workers as are started, each at the lowest priority: the shortest first.

A long one is heard in pieces of ten minutes; between two of them it gives way to those that are sooner done. Whoever
has waited counts as shorter by the time of waiting, so that none waits for ever.

A worker claims a file and says every few seconds that it lives. What a dead one had is taken up again where it was:
passages that are done stand in a file beside the recording until the whole is.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F, Q
from django.utils import timezone

from keepwell.conversations.actions.receiving import forget_file, path_of
from keepwell.conversations.actions.taking import Transcript, take
from keepwell.conversations.arriving.muting import mute_redacted
from keepwell.conversations.arriving.reading import recording_of, whose
from keepwell.conversations.models import Conversation, Incoming
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import remembering_messages
from keepwell.listening.recordings import heard
from keepwell.listening.said import Side
from keepwell.listening.transcribing import Ear, Progress, Transcription, check_model, transcribe
from keepwell.members.speaking import spoken_to

MODEL = "speech-model"  # the folder of the office in which a model is looked for
TO_HEAR = "transcribing"  # what a file that waits for a transcript has before it
LANGUAGES = ("en", "zh", "hu", "pl")  # heard where nobody said which an account speaks
BEAT = 10.0  # seconds between two signs of life
DEAD = timedelta(seconds=60)  # without a sign of life
ATTEMPTS = 3  # after which a file waits for a person
PAUSE = 2.0  # seconds between two looks for work
PIECE = 600.0  # seconds of a recording after which it may give way to another
UNKNOWN = 600.0  # seconds that one is taken for whose length nobody knows
LOOKED_AT = 1_000  # files that wait, of which the one that is next is chosen
State = Incoming.State
_log = logging.getLogger(__name__)


def model_folder() -> Path | None:
    """Where the speech model lies: as the environment says, else in the office's folder; None where there is none."""
    if named := os.environ.get("KEEPWELL_SPEECH_MODEL", ""):
        return Path(named).expanduser()
    own = Path(settings.OFFICE) / MODEL
    return own if own.is_dir() else None


def missing() -> str:
    """Why nothing can be transcribed here, and how to change that; "" where it can."""
    folder = model_folder()
    try:
        from keepwell.listening.audio.sound import needed

        needed("faster_whisper")
        if folder is None:
            return _(
                "No speech model is here. Fetch one: keepwell speech download base. Or set KEEPWELL_SPEECH_MODEL to "
                "the folder of a faster-whisper model."
            )
        check_model(folder)
    except KeepwellError as wrong:
        return " ".join([wrong.wrong, *wrong.ways[:1]])
    return ""


@dataclass(frozen=True)
class Done:
    """What became of a file: seconds of work for each second of sound where it was heard anew."""

    one: Incoming
    real_time: float | None = None
    wrong: str = ""


Watch = Callable[[Incoming, int, int], object]


def waiting(now: datetime) -> Q:
    """Files that want a transcript and that nobody works on."""
    dead = Q(beat_at=None) | Q(beat_at__lt=now - DEAD)
    return Q(doing=TO_HEAR) & (Q(state=State.WAITING) | Q(state=State.WORKING) & dead)


def elsewhere(*, now: datetime) -> bool:
    """Whether another process is at a file, or was until a moment ago."""
    return Incoming.objects.filter(doing=TO_HEAR, state=State.WORKING, beat_at__gte=now - DEAD).exists()


def claim(*, now: datetime) -> Incoming | None:
    """Take the file that is next; None where there is none. Nobody else gets it while its taker lives."""
    for one in _in_turn(now)[:20]:
        mine = Incoming.objects.filter(waiting(now), pk=one.pk)
        if one.attempts >= ATTEMPTS:
            with remembering_messages():
                over = Incoming.failing(_("It was begun three times and never ended."))
            mine.update(state=State.REFUSED, ended_at=now, **over)
        elif mine.update(state=State.WORKING, beat_at=now, attempts=F("attempts") + 1):
            one.refresh_from_db()
            return one
    return None


def _in_turn(now: datetime) -> list[Incoming]:
    """The files that wait, the next one first."""
    busy = Incoming.objects.filter(state=State.WORKING, beat_at__gte=now - DEAD).values("digest")
    rows = Incoming.objects.filter(waiting(now)).exclude(digest__in=busy).select_related("conversation")
    return sorted(rows.order_by("came_at", "pk")[:LOOKED_AT], key=lambda one: (_turn_of(one, now), one.pk))


def _turn_of(one: Incoming, now: datetime) -> float:
    """Seconds of sound that are still to be heard, less those that it has waited."""
    seconds = one.conversation.seconds if one.conversation is not None else None
    left = (UNKNOWN if seconds is None else seconds) * (1 - one.done / one.of if one.of else 1)
    return left - (now - one.came_at).total_seconds()


class _GivesWay(Exception):
    """Another recording is sooner done: what has been heard of this one is kept."""


def work(*, ear: Ear, stay: bool = False, watch: Watch | None = None) -> Iterator[Done]:
    """Transcribe what waits, and with `stay` whatever comes after it, giving what became of each file."""
    while True:
        one = claim(now=timezone.now())
        if one is not None:
            done = hear(one, ear=ear, watch=watch)
            if done is not None:
                yield done
        elif stay:
            time.sleep(PAUSE)
        else:
            return


def be_modest() -> None:
    """Let everything else on this machine go first, from here on."""
    os.setpriority(os.PRIO_PROCESS, 0, 19)


def hear(one: Incoming, *, ear: Ear, watch: Watch | None = None) -> Done | None:
    """Transcribe a claimed file and keep what was said in it; None where it gave way and will go on later."""
    try:
        with _alive(one), spoken_to(one.by), remembering_messages():
            found = _heard(one, ear, watch)
    except _GivesWay:
        # It was begun for nothing bad: the attempt does not count.
        Incoming.objects.filter(pk=one.pk).update(
            state=State.WAITING, beat_at=None, attempts=F("attempts") - 1, real_time=one.real_time
        )
        return None
    except KeepwellError as wrong:
        return _failed(one, wrong.wrong)
    except Exception as wrong:  # a file that breaks the library must not end the worker
        _log.exception("a recording could not be transcribed")
        return _failed(one, type(wrong).__name__)
    took = found.real_time
    if took is not None:
        took += one.real_time or 0.0  # of the pieces before
    Incoming.objects.filter(pk=one.pk).update(
        state=State.DONE, ended_at=timezone.now(), real_time=took, beat_at=None, **Incoming.failing("")
    )
    forget_file(one)
    return Done(one, took)


def _heard(one: Incoming, ear: Ear, watch: Watch | None) -> Transcription:
    file = path_of(one)
    said, _seconds = recording_of(one, file)
    kept, heard_before = one.conversation, 0.0

    def tell(progress: Progress) -> None:
        nonlocal heard_before
        one.done, one.of = round(progress.done), max(round(progress.total), 1)
        Incoming.objects.filter(pk=one.pk).update(done=one.done, of=one.of, beat_at=timezone.now())
        if watch:
            watch(one, one.done, one.of)
        if progress.anew - heard_before >= PIECE and progress.done < progress.total:
            heard_before = progress.anew
            now = timezone.now()
            if any(_turn_of(other, now) < _turn_of(one, now) for other in _in_turn(now)[:1]):
                if kept is not None and kept.seconds:
                    one.real_time = (one.real_time or 0.0) + progress.took / kept.seconds
                raise _GivesWay

    found = transcribe(
        file,
        ear,
        languages_of(one, kept),
        sides=sides_of(one),
        checkpoint=file.with_name("passages.jsonl"),
        progress=tell,
    )
    channels = tuple(tuple((part.start, part.end) for part in channel) for channel in found.voices.channels)
    account, contact = whose(one)
    kept = take(
        heard(said, found),
        source=one.source,
        now=timezone.now(),
        account=account,
        contact=contact,
        by=one.by,
        seconds=found.voices.seconds,
        transcript=Transcript(found.model, found.confidence, channels),
    )
    mute_redacted(kept)
    return found


def languages_of(one: Incoming, kept: Conversation | None) -> list[str]:
    """Which languages may be spoken: as was said with the file, else the account's and its contact's, else all."""
    said = [str(one.said.get("language", ""))]
    if kept is not None and not said[0]:
        said = [kept.account.language if kept.account else "", kept.contact.language if kept.contact else ""]
    parts = (part for text in said for part in text.replace(";", ",").replace("_", "-").lower().split(","))
    codes = (part.strip().partition("-")[0] for part in parts)
    found = list(dict.fromkeys(code for code in codes if len(code) == 2 and code.isalpha()))
    return found or list(LANGUAGES)


def sides_of(one: Incoming) -> dict[int, Side]:
    """Who speaks on which channel of two, where it was said which one is ours."""
    ours = str(one.said.get("ours", ""))
    if ours not in ("0", "1"):
        return {}
    return {int(ours): Side.US, 1 - int(ours): Side.THEM}


def _failed(one: Incoming, wrong: str) -> Done:
    one.refresh_from_db(fields=["attempts"])
    over = one.attempts >= ATTEMPTS
    Incoming.objects.filter(pk=one.pk).update(
        state=State.REFUSED if over else State.WAITING,
        beat_at=None,
        ended_at=timezone.now() if over else None,
        **Incoming.failing(wrong),
    )
    return Done(one, wrong=wrong)


@contextmanager
def _alive(one: Incoming) -> Iterator[None]:
    """Say every few seconds that somebody works on it, from beside: a passage may take minutes."""
    ended = threading.Event()

    def beat() -> None:
        try:
            while not ended.wait(BEAT):
                with suppress(DatabaseError):  # somebody else writes: the next beat tells it
                    Incoming.objects.filter(pk=one.pk, state=State.WORKING).update(beat_at=timezone.now())
        finally:
            connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
