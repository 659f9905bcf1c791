"""Words of a conversation are new or others: what is said in it is answered at once, by a job."""

from datetime import datetime, timedelta

from django_q.tasks import async_task

from keepwell.conversations.actions.changing import Changed
from keepwell.conversations.models import Conversation
from keepwell.site.arrival import ARRIVED

FRESH = timedelta(days=14)


def _ask(conversation: Conversation, now: datetime) -> None:
    """What the book brings of long ago is heard by the night: a first import would be a job for each."""
    old = conversation.at is not None and conversation.at < now - FRESH
    if conversation.source != Conversation.Source.BOOK or not old:
        async_task(ARRIVED, conversation.pk)


CHANGED = [Changed("arrival", _ask, place=90)]
