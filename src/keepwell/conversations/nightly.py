"""What the night does for conversations: what the book has new is taken in, and what has had its time is deleted."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import Q

from keepwell.accounts.projecting import Source
from keepwell.conversations.actions.colleagues import name_colleagues
from keepwell.conversations.actions.deleting import delete_due
from keepwell.conversations.actions.matching import match_again
from keepwell.conversations.actions.policies import hold_moved
from keepwell.conversations.actions.receiving import forget_file
from keepwell.conversations.arriving import incoming
from keepwell.conversations.arriving.cutting import sweep_cuts
from keepwell.conversations.arriving.from_book import take_in
from keepwell.conversations.arriving.knowing import renew_numbers
from keepwell.conversations.models import Conversation, Incoming

KEPT = timedelta(days=30)  # that a file which could not be read whole stays in the incoming folder
REMEMBERED = timedelta(days=90)  # that it is told which files came in
UNKNOWN = timedelta(days=1)  # after which a file of ours that no row names is one that a crash left behind
State = Incoming.State


@dataclass(frozen=True)
class Kept:
    """What a night did: conversations taken in, matched by themselves, and deleted on their day."""

    new: int
    matched: int
    words: int
    sounds: int


def bring_in(source: Source, *, tell: Callable[[int, int], object] | None = None) -> Kept:
    """Take in what the book has new, match what waits, delete what is due, sweep the folders. Safe to repeat."""
    new = take_in(source, at_night=True, tell=tell)
    renew_numbers()
    name_colleagues(now=source.now)
    matched = match_again(now=source.now)
    today = source.now.astimezone(source.book.settings.zone).date()
    hold_moved(today=today)
    words, sounds = delete_due(now=source.now, today=today)
    sweep(now=source.now)
    return Kept(new, matched, words, sounds)


def sweep(*, now: datetime) -> int:
    """Delete files that have been kept long enough, and those that a crash left behind; how many."""
    gone = 0
    ended = Q(state__in=(State.DONE, State.REFUSED), ended_at__lt=now - KEPT)
    for one in Incoming.objects.filter(ended).exclude(file=""):
        forget_file(one)
        Incoming.objects.filter(pk=one.pk).update(file="")
        gone += 1
    Incoming.objects.filter(file="", ended_at__lt=now - REMEMBERED).delete()
    named = {Path(file).parts[0] for file in Incoming.objects.exclude(file="").values_list("file", flat=True)}
    gone += _sweep(incoming.folder(incoming.INCOMING), named, now)
    sounds = set(Conversation.objects.exclude(sound="").values_list("sound", flat=True))
    gone += _sweep(incoming.folder(incoming.SOUND), sounds, now)
    whose = {Path(sound).stem for sound in sounds}
    cuts = {
        cut.name for cut in incoming.folder(incoming.CUTS).iterdir() if cut.stem.partition("@")[0] in whose
    }
    return gone + _sweep(incoming.folder(incoming.CUTS), cuts, now) + sweep_cuts(now=now)


def _sweep(folder: Path, named: set[str], now: datetime) -> int:
    gone = 0
    for place in folder.iterdir():
        if place.name in named or place.stat().st_mtime > (now - UNKNOWN).timestamp():
            continue
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)
        gone += 1
    return gone
