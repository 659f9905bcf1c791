"""Sending what is due from its stored rows: at least once, never lost, a second time marked as one."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from keepwell.alerts.delivering import Doubtful, Message, NotSent, mail, services, webhook
from keepwell.alerts.delivering.message import message_of
from keepwell.alerts.models import Channel, Delivery
from keepwell.members.models import Member
from keepwell.members.speaking import spoken_in

# Seconds until each next try; then it is given up.
WAITS = (60, 5 * 60, 30 * 60, 2 * 3600, 8 * 3600, 24 * 3600)
# One that has been on its way for longer was left by a process that died: longer than any way of sending may take.
LEFT_BEHIND = timedelta(minutes=5)

Clock = Callable[[], datetime]
_State = Delivery.State
_log = logging.getLogger(__name__)


def deliver(*, clock: Clock = timezone.now, within: float = 600) -> int:
    """Send all that is due, for so many seconds at most; returns how many went. Any number may do so at once."""
    went, until = 0, time.monotonic() + within
    while time.monotonic() < until and (found := claim(now=clock())) is not None:
        went += send(found, clock=clock)
    return went


def claim(*, now: datetime) -> Delivery | None:
    """Take the next message that is due, so that nobody else does; one left behind by the dead is doubtful."""
    due = Q(state__in=(_State.WAITING, _State.DOUBTFUL), due_at__lte=now)
    left_behind = Q(state=_State.SENDING, claimed_at__lte=now - LEFT_BEHIND)
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk")
        one = rows.filter(due | left_behind).first()
        if one is None:
            return None
        if one.tries > len(WAITS):  # whoever sends it dies of it
            one.state, one.said = _State.FAILED, one.said or "left behind"
            one.save(update_fields=["state", "said"])
            return claim(now=now)
        one.doubted = one.doubted or one.state == _State.SENDING
        one.state, one.claimed_at, one.tries = _State.SENDING, now, one.tries + 1
        one.save(update_fields=["state", "claimed_at", "tries", "doubted"])
        return one


def send(one: Delivery, *, clock: Clock = timezone.now) -> bool:
    """Send a claimed message and note how it went; whether it did."""
    try:
        with spoken_in(_language(one)):
            message = message_of(one, repeat=one.doubted)
            if needed := bool(message.data["alerts"]) or one.why == "trial":
                _go(one, message, clock())
    except Doubtful as doubt:
        one.doubted = True
        _put_back(one, _State.DOUBTFUL, str(doubt), now=clock())
    except NotSent as why:
        _put_back(one, _State.WAITING, str(why), wait=why.wait, hopeless=why.hopeless, now=clock())
    except Exception as broken:
        _log.exception("a message could not be sent")
        one.doubted = True
        _put_back(one, _State.DOUBTFUL, type(broken).__name__, now=clock())
    else:
        # Its alerts are answered, or gone from the book or from its reader's sight: there is nothing left to tell.
        one.state, one.sent_at, one.said = (_State.SENT, clock(), "") if needed else (_State.OVER, None, "")
        _note(one)
        return needed
    return False


def _go(one: Delivery, message: Message, now: datetime) -> None:
    if (reader := _reader(one)) is not None and not reader.is_active:
        raise NotSent("member may not sign in", hopeless=True)
    if one.member is not None:
        mail.send(message, one.member.email)
    elif one.channel is None or not one.channel.active:
        raise NotSent("channel not in use", hopeless=True)
    elif one.channel.kind == Channel.Kind.WEBHOOK:
        channel = one.channel
        webhook.send(message, channel.address, channel.secret, private=channel.private, now=now)
    else:
        services.send(message, one.channel.address, private=one.channel.private)


def _put_back(
    one: Delivery, state: str, said: str, *, now: datetime, wait: float = 0, hopeless: bool = False
) -> None:
    one.said = said[:200]
    if hopeless or one.tries > len(WAITS):
        one.state = _State.FAILED
    else:
        one.state, one.due_at = state, now + timedelta(seconds=max(wait, WAITS[one.tries - 1]))
    _note(one)


def _note(one: Delivery) -> None:
    """Only while the row is still as it was claimed: one taken over by another is that one's to note."""
    mine = Delivery.objects.filter(pk=one.pk, state=_State.SENDING, claimed_at=one.claimed_at)
    mine.update(state=one.state, sent_at=one.sent_at, said=one.said, due_at=one.due_at, doubted=one.doubted)


def _reader(one: Delivery) -> Member | None:
    return one.member or (one.channel.member if one.channel else None)


def _language(one: Delivery) -> str:
    reader = _reader(one)
    return (reader.language if reader else "") or settings.LANGUAGE_CODE
