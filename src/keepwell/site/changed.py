"""Words of a conversation are new or others: what is said in it is answered at once, by a job."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django_q.tasks import async_task

from keepwell.conversations.actions.changing import Changed
from keepwell.conversations.jobs import ask_to_hear
from keepwell.conversations.models import Conversation
from keepwell.site.arrival import ARRIVED
from keepwell.site.queues import arriving

FRESH = timedelta(days=14)
MANY = 50  # conversations for which a job each is too much
FEW = 20  # that wait to be heard: a second or two of work


def _ask(conversation: Conversation, now: datetime) -> None:
    """What is of long ago raises nothing at once: with many on their way it stands before nothing that might.

    What the book brings of long ago is heard by the night; all else of long ago soon, as the past is.
    """
    old = conversation.at is not None and conversation.at < now - FRESH
    if old and conversation.source == Conversation.Source.BOOK:
        return
    if old and not conversation.hits.exists() and arriving() >= FEW:
        ask_to_hear()
    else:
        async_task(ARRIVED, conversation.pk)


def _ask_for_many(some: Sequence[Conversation], now: datetime) -> None:
    """Of many at once the past is heard in parts; their alerts are the night's."""
    if len(some) > MANY:
        ask_to_hear()
        return
    for one in some:
        _ask(one, now)


CHANGED = [Changed("arrival", _ask, place=90, many=_ask_for_many)]
