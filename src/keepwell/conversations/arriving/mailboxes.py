"""Mailboxes read over IMAP: only looked into, from behind the last mail that was taken in."""

from datetime import datetime, timedelta
from itertools import islice

from django.db.models import F, Q
from django.utils import timezone

from keepwell.conversations.actions.taking import take
from keepwell.conversations.arriving.reading import ours, threads
from keepwell.conversations.arriving.sealing import unseal
from keepwell.conversations.models import Conversation, Mailbox
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import in_one, remembering_messages
from keepwell.listening.mail import imap

DEAD = timedelta(minutes=10)
MOST = 500  # mails that one look takes in: the next one goes on
AT_ONCE = 25


def box_of(kept: Mailbox, *, secret: str = "") -> imap.Mailbox:
    """How the server is spoken to. Raises KeepwellError where the password cannot be unsealed."""
    return imap.Mailbox(
        host=kept.host,
        user=kept.user,
        password=secret or unseal(kept.secret, of=kept.name),
        folder=kept.folder,
        port=kept.port,
        starttls=kept.starttls,
    )


@remembering_messages()
def fetch_new(pk: int, *, now: datetime, most: int = MOST) -> int:
    """Take in mails that came since the last look; how many. What goes wrong stands on the mailbox."""
    free = Q(beat_at=None) | Q(beat_at__lt=now - DEAD)
    if not Mailbox.objects.filter(free, pk=pk, on=True).update(beat_at=now):
        return 0
    kept, taken, wrong = Mailbox.objects.get(pk=pk), 0, ""
    try:
        after = imap.Place(kept.validity or 0, kept.last)
        coming = imap.fetch(box_of(kept), after, most=most)
        while batch := list(islice(coming, AT_ONCE)):
            taken += _taken(batch, now)
            place = batch[
                -1
            ].place  # only now: a crash before it reads these mails once more, and adds nothing
            Mailbox.objects.filter(pk=pk).update(
                validity=place.validity, last=place.uid, taken=F("taken") + len(batch), beat_at=timezone.now()
            )
    except KeepwellError as error:
        wrong = in_one(error.wrong, error.seen)
    finally:
        Mailbox.objects.filter(pk=pk).update(beat_at=None, looked_at=now, **Mailbox.failing(wrong))
    return taken


def _taken(batch: list[imap.Fetched], now: datetime) -> int:
    for said in threads((one.mail for one in batch), ours()):
        take(said, source=Conversation.Source.MAILBOX, now=now)
    return len(batch)
