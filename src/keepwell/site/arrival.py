"""The short way, for what cannot wait for the night: match -> store -> hear -> raise.

A conversation that arrives is matched and stored by `take`; whoever stored or changed it, the worker hears it at once
with all rules that are on, raises the alert of its account, and begins what the rules ask for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django_q.tasks import async_task

from keepwell.alerts.actions.raising import raise_at
from keepwell.alerts.actions.telling import plan
from keepwell.alerts.jobs import DELIVER
from keepwell.conversations.actions.hearing import hear
from keepwell.conversations.actions.taking import take
from keepwell.conversations.models import Conversation, Hit
from keepwell.followups.by_hit import follow_hits
from keepwell.listening import said

ARRIVED = "keepwell.site.arrival.hear_and_raise"


@dataclass(frozen=True)
class Arrived:
    """What came of an arrival: what was heard that is new, and how many alerts and follow-ups began."""

    conversation: Conversation
    hits: list[Hit]
    alerts: int = 0
    follow_ups: int = 0


def arrive(talk: said.Conversation, *, source: str, now: datetime, **known: Any) -> Arrived:
    """Take a conversation in and answer to it; `known` is what `take` may be told of it."""
    return answered(take(talk, source=source, now=now, **known), now=now)


def answered(conversation: Conversation, *, now: datetime) -> Arrived:
    """Hear a stored conversation, and raise and begin what is called for. Done again, nothing is there twice."""
    hits = hear(conversation, now=now)
    account = conversation.account_id
    if account is None or not conversation.hits.exists():
        return Arrived(conversation, hits)
    raised = raise_at(accounts=[account], triggers=["rule_hit"], now=now)
    begun = follow_hits(conversations=[conversation.pk], now=now)
    if plan(now=now):
        async_task(DELIVER)
    return Arrived(conversation, hits, raised.alerts, begun)


def hear_and_raise(conversation: int) -> int:
    """The same as a job of the queue; how many hits are new."""
    found = Conversation.objects.filter(pk=conversation).first()
    return len(answered(found, now=timezone.now()).hits) if found else 0
