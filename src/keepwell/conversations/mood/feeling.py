"""The moods of conversations: told of the customer's turns, kept beside them, brought to the book."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from keepwell.accounts import outbox
from keepwell.conversations.models import Conversation, Felt, MoodSaid, Turn
from keepwell.conversations.mood.telling import Held, held, language_in, said_by
from keepwell.conversations.transcript import measuring
from keepwell.listening.mood.labels import Mood
from keepwell.listening.mood.model import told
from keepwell.listening.said import Side

AT_ONCE = 200
_TOLD = ("turns", "good", "bad", "neutral", "unsure", "model", "version", "revision", "at")
_SUMMED = ("good", "bad", "neutral", "unsure", "model")
_BY_HAND = "by hand"


def words_of(text: str) -> str:
    """A digest of a turn's words, by which one knows whether a mood was said of them."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def felt(conversation: Conversation, now: datetime) -> None:
    """A conversation has other words: moods said of older ones go, and it is told anew."""
    felt_many([conversation], now)


def felt_many(conversations: Sequence[Conversation], now: datetime) -> None:
    """The same of many at once. The book is told with their measures."""
    said = MoodSaid.objects.filter(turn__conversation__in=[one.pk for one in conversations])
    MoodSaid.objects.filter(
        pk__in=[one.pk for one in said.select_related("turn") if one.words != words_of(one.turn.text)]
    ).delete()
    tell([one for one in conversations if one.deleted_at is None], held(), now=now)


def let_go(conversation: Conversation) -> None:
    """A conversation's words are about to be deleted: what was told and said of them goes with them."""
    MoodSaid.objects.filter(turn__conversation=conversation).delete()
    Felt.objects.filter(pk=conversation.pk).delete()


def tell(talks: Sequence[Conversation], models: Held, *, now: datetime) -> list[Conversation]:
    """Tell the moods of conversations and keep them; returns those whose mood is another one now."""
    there = Felt.objects.in_bulk([talk.pk for talk in talks])
    said = dict(
        MoodSaid.objects.filter(turn__conversation__in=[talk.pk for talk in talks]).values_list(
            "turn", "mood"
        )
    )
    if not (models.revision or there or said):
        return []
    turns: dict[int, list[Turn]] = defaultdict(list)
    rows = Turn.objects.filter(conversation__in=[talk.pk for talk in talks], side=Side.THEM).exclude(text="")
    for turn in rows.defer("words").order_by("conversation", "no"):
        turns[turn.conversation_id].append(turn)
    made = [_felt(talk, turns[talk.pk], said, models, now) for talk in talks]
    Felt.objects.bulk_create(
        made, batch_size=500, update_conflicts=True, unique_fields=["conversation"], update_fields=_TOLD
    )
    none = Felt()
    return [
        talk
        for talk, new in zip(talks, made, strict=True)
        if any(getattr(new, name) != getattr(there.get(talk.pk, none), name) for name in _SUMMED)
    ]


def _felt(
    talk: Conversation, turns: Sequence[Turn], said: dict[int, str], models: Held, now: datetime
) -> Felt:
    found, moods, told_by = [], Counter[str](), Counter[str]()
    for turn in turns:
        text = said_by(turn)
        language = language_in(talk.language, text)
        teller = models.tellers.get(language)
        chance = teller.chance(text) if teller is not None else None
        if teller is not None and chance is not None:
            found.append([turn.no, round(chance, 3), language])
            told_by[teller.name] += 1
        if turn.pk in said:
            moods[said[turn.pk]] += 1
            told_by[_BY_HAND] += 1
        elif chance is not None:
            moods[told(chance) or ""] += 1
    return Felt(
        conversation=talk,
        turns=found,
        good=moods[Mood.GOOD],
        bad=moods[Mood.BAD],
        neutral=moods[Mood.NEUTRAL],
        unsure=moods[""],
        model=", ".join(sorted(told_by))[:100],
        version=talk.version,
        revision=models.revision,
        at=now,
    )


def tell_book(talks: Sequence[Conversation]) -> None:
    """Bring the measures of conversations to the book as they are now, known from now."""
    moods = Felt.objects.in_bulk([talk.pk for talk in talks])
    rows = [
        measuring.row_of(talk, moods.get(talk.pk))
        for talk in talks
        if talk.account_id is not None and talk.measures.get(measuring.TALK)
    ]
    outbox.send_all(measuring.TABLE, [(str(row["conversation_id"]), row) for row in rows])


def waiting(models: Held) -> QuerySet[Conversation]:
    """Conversations whose mood was not told by the models that hold."""
    rows = Conversation.objects.filter(deleted_at=None)
    if not models.revision:
        return rows.none()
    return rows.filter(Q(felt=None) | ~Q(felt__revision=models.revision))


def tell_all(*, now: datetime, progress: Callable[[int, int], object] | None = None) -> int:
    """Tell every conversation that the models which hold have not told yet; how many. Killed, it goes on there."""
    models, done, last = held(), 0, 0
    total = waiting(models).count()
    while keys := list(
        waiting(models).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    ):
        with transaction.atomic():  # whoever corrects words meanwhile waits, and tells them anew
            talks = list(
                Conversation.objects.select_for_update(of=("self",))
                .filter(pk__in=keys, deleted_at=None)
                .order_by("pk")
            )
            tell_book(tell(talks, models, now=now))
        done, last = done + len(talks), keys[-1]
        if progress is not None:
            progress(min(done, total), total)
    return done
