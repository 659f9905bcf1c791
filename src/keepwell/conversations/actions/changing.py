"""What follows when the words of a conversation change, or it is deleted: it is indexed, heard anew, told to others.

Whoever must know lists a `Changed` in a `changed.py` of its room (CHANGED), found as `accounts.rooms.added` does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from keepwell.accounts.rooms import added
from keepwell.conversations.models import Conversation


def _nothing(_conversation: Conversation) -> None:
    """What most need to do when a conversation goes: its rows go with it."""


@dataclass(frozen=True)
class Changed:
    """Somebody who must know, lowest place first: `changed` of new or other words, `gone` just before they go.

    Both are called inside the transaction of the change. What takes long they put off until after it, as a job.
    `many` is called in place of `changed` where many come in at once, so that a job is asked for once.
    """

    name: str
    changed: Callable[[Conversation, datetime], None]
    gone: Callable[[Conversation], None] = _nothing
    place: int = 0
    many: Callable[[Sequence[Conversation], datetime], None] | None = None


def touched(conversation: Conversation, *, now: datetime) -> None:
    """Say that a conversation's words, sides, account or contact are others now: its version rises by one.

    What was heard in it is of an older version from here on (`heard_version`), so it is heard anew.
    """
    with transaction.atomic():
        Conversation.objects.filter(pk=conversation.pk).update(version=F("version") + 1)
        conversation.refresh_from_db(fields=["version"])
        for one in added("changed", "CHANGED"):
            one.changed(conversation, now)


def touched_many(conversations: Sequence[Conversation], *, now: datetime) -> None:
    """Say the same of many at once."""
    with transaction.atomic():
        Conversation.objects.filter(pk__in=[one.pk for one in conversations]).update(version=F("version") + 1)
        for one in conversations:
            one.version += 1
        for told in added("changed", "CHANGED"):
            if told.many is not None:
                told.many(conversations, now)
                continue
            for one in conversations:
                told.changed(one, now)


def going(conversation: Conversation) -> None:
    """Say that a conversation, or all its words, are about to be deleted. Call it inside that transaction."""
    for one in added("changed", "CHANGED"):
        one.gone(conversation)
