"""Hits on their way back to the book: risk learns from them, known since they were brought, by the rule's version."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from keepwell.accounts import outbox
from keepwell.conversations.models import Conversation, Hit
from keepwell.listening.said import Side

TABLE = "hits"
# What features of risk call a theme of ours.
THEMES = {"decision_maker_gone": "champion_gone"}


def send(hits: Iterable[Hit]) -> int:
    """Bring hits to the book, or bring them again as they are now; returns how many have an account to be sent for.

    Hits come with their conversation, turn and rule.
    """
    rows = [(hit.key, row_of(hit)) for hit in hits if hit.account_id is not None]
    outbox.send_all(TABLE, rows)
    return len(rows)


def row_of(hit: Hit) -> dict[str, Any]:
    """A hit as the book's table of hits has it. A theme is what the customer speaks of, not one of ours."""
    ours = hit.turn.side == Side.US
    return {
        "hit_id": hit.key,
        "account_id": hit.account_id,
        "conversation_id": id_of(hit.conversation),
        "source": hit.conversation.kind,
        "occurred_at": hit.at.isoformat(),
        "rule": hit.rule.name,
        "rule_version": str(hit.version),
        "theme": "" if ours else THEMES.get(hit.theme, hit.theme),
        "verdict": verdict_of(hit),
    }


def verdict_of(hit: Hit) -> str:
    """Why a hit does not count (void, wrong, negated), what else a person said of it, or nothing."""
    if hit.void_at is not None:
        return "void"
    if hit.judged == Hit.Judged.WRONG:
        return "wrong"
    return "negated" if hit.verdict == Hit.Verdict.NEGATED else hit.judged


def id_of(conversation: Conversation) -> str:
    """What the book calls a conversation: its own id, or one that is made of where it came from."""
    if conversation.source == Conversation.Source.BOOK:
        return conversation.key
    return f"{conversation.source}:{conversation.key}"[:200]


def let_go(sender: type[Model], instance: Hit, **_said: Any) -> None:
    """A hit is about to be deleted with its turn: the book is told that it counts no more.

    Unless its words go because their time is over: what was heard then stays true.
    """
    del sender
    if instance.void_at is None and instance.conversation.deleted_at is None:
        outbox.send_all(
            TABLE, [(instance.key, {**row_of(instance), "verdict": "void"})] * bool(instance.account_id)
        )
