"""What was said, read for its meaning: which conversations wait for it, and the job that does it.

A conversation waits from the transaction that changes its words, in which its older meanings go; reading takes longer
than a transaction may. The newest is read first, so that what arrives is found within a minute or two also while
an office of years is read for the first time.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from keepwell.conversations.index.rows import language_in, moment_of, place_of
from keepwell.conversations.models import Conversation, Meaning, Meanings, ToMean, Turn
from keepwell.listening import meaning
from keepwell.listening.languages.telling import language_of

STEP = 20  # conversations that are read between two looks at what else there is
TEXTS = 256  # stretches that the model is given at a time
DEAD = timedelta(minutes=2)  # after which whoever was at it and has said nothing is not any more
_STORED = 500  # rows that are written with one statement
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Read:
    """What was done: conversations and stretches read, and how many conversations still wait."""

    conversations: int
    stretches: int
    waiting: int


Tell = Callable[[int, int], object]  # how many are done, of how many


def forget(some: Sequence[Conversation]) -> None:
    """Take the meanings of conversations away. Call it in the transaction that changes their words.

    Whoever reads one of them just now writes before this, or not at all: see `_store`.
    """
    keys = [one.pk for one in some]
    if connection.vendor == "postgresql":
        list(_locked(keys))
    ToMean.objects.filter(conversation__in=keys).delete()
    Meaning.objects.filter(conversation__in=keys).delete()


def want(some: Sequence[Conversation]) -> None:
    """Let conversations be read for their meaning. Call it in the transaction that changes their words."""
    ToMean.objects.bulk_create([ToMean(conversation=one) for one in some])


def waiting() -> int:
    """How many conversations nobody has read for their meaning."""
    return ToMean.objects.count()


def wanted() -> bool:
    """Whether there is anything to read, or to read anew."""
    row = Meanings.objects.filter(pk=1).first()
    return ToMean.objects.exists() or row is None or row.mark != meaning.mark()


def begun(mark: str) -> Meanings:
    """What all meanings are made by; where that was something else, they go, and every conversation waits."""
    row, _made = Meanings.objects.get_or_create(pk=1)
    if row.mark != mark:
        anew(mark)
        row.refresh_from_db()
    return row


def anew(mark: str) -> None:
    """Take all meanings away, and let every conversation be read."""
    with transaction.atomic():
        Meanings.objects.get_or_create(pk=1)
        Meanings.objects.filter(pk=1).update(mark=mark, making=F("making") + 1)
        ToMean.objects.all().delete()
        Meaning.objects.all().delete()
        there = Conversation.objects.filter(deleted_at=None).order_by("at", "pk")
        ToMean.objects.bulk_create(
            (ToMean(conversation_id=pk) for pk in there.values_list("pk", flat=True)), batch_size=5_000
        )


def read(
    *, encoder: meaning.Encoder | None = None, until: datetime | None = None, tell: Tell | None = None
) -> Read:
    """Read what waits, to the end or `until` then, unless somebody else is at it. Can be broken off anywhere."""
    model = encoder or meaning.encoder()
    begun(model.mark)
    of, done, count = waiting(), 0, 0
    if not _claimed():
        return Read(0, 0, of)
    try:
        while some := _next():
            count += _read(some, model)
            done += len(some)
            if tell is not None:
                tell(done, max(of, done))
            if until is not None and timezone.now() >= until:
                break
            Meanings.objects.filter(pk=1).update(beat_at=timezone.now())
    finally:
        Meanings.objects.filter(pk=1).update(beat_at=None)
    return Read(done, count, waiting())


def tidy() -> None:
    """Leave nothing of what was taken away: PostgreSQL keeps it until a vacuum, SQLite writes over it at once."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM conversations_meaning")


def _claimed() -> bool:
    now = timezone.now()
    free = Q(beat_at=None) | Q(beat_at__lt=now - DEAD)
    return bool(Meanings.objects.filter(free, pk=1).update(beat_at=now))


def _next() -> list[ToMean]:
    return list(ToMean.objects.select_related("conversation").order_by("-pk")[:STEP])


def _read(some: Sequence[ToMean], model: meaning.Encoder) -> int:
    """Read conversations and write down what they mean; how many stretches that is."""
    turns: dict[int, list[Turn]] = {}
    among = Turn.objects.filter(conversation__in=[one.conversation_id for one in some])
    for turn in among.defer("words").order_by("no"):
        turns.setdefault(turn.conversation_id, []).append(turn)
    rows: list[Meaning] = []
    for one in some:
        try:
            rows += _rows(one.conversation, turns.get(one.conversation_id, []), model)
        except (
            Exception
        ):  # whatever a hostile text does to a model: the others are read, this one is not asked again
            _log.exception("a conversation could not be read for its meaning")
    return _store(some, rows)


def _rows(one: Conversation, turns: Sequence[Turn], model: meaning.Encoder) -> Iterator[Meaning]:
    if one.deleted_at is not None:
        return
    found = list(_stretches(one, turns))
    for begin in range(0, len(found), TEXTS):
        part = found[begin : begin + TEXTS]
        vectors = model.vectors([turn.text[start:end] for turn, _language, start, end in part])
        signs, small = meaning.signs(vectors), meaning.small(vectors)
        for at, (turn, language, start, end) in enumerate(part):
            yield Meaning(
                conversation=one,
                turn=turn,
                place=place_of(turn, moment_of(one, turn)),
                account=one.account_id or "",
                kind=one.kind,
                side=turn.side,
                language=language,
                start=start,
                end=end,
                signs=signs[at].tobytes(),
                vector=small[at].tobytes(),
            )


def _stretches(one: Conversation, turns: Sequence[Turn]) -> Iterator[tuple[Turn, str, int, int]]:
    """What is read of a conversation: what was said itself, in a language that the model knows."""
    usual = language_in(one, turns)
    for turn in turns:
        language = usual if one.language else language_of(turn.text) or usual
        if language in meaning.LANGUAGES:
            for start, end in meaning.stretches(turn.text, _own(turn)):
                yield turn, language, start, end


def _own(turn: Turn) -> list[tuple[int, int]]:
    """The stretches of a turn that are neither quoted, signed nor appended."""
    spans, at = [], 0
    for _kind, start, end in sorted(turn.pieces, key=lambda piece: int(piece[1])):
        if start > at:
            spans.append((at, start))
        at = max(at, end)
    return [*spans, (at, len(turn.text))] if at < len(turn.text) else spans


def _store(some: Sequence[ToMean], rows: Sequence[Meaning]) -> int:
    """Write down what conversations mean, but for those whose words have changed or gone meanwhile.

    One writer at a time: keys then come to be seen in their order, and whoever has read up to one misses none.
    """
    with transaction.atomic():
        Meanings.objects.select_for_update().get(pk=1)
        now = dict(_locked([one.conversation_id for one in some]))
        waits = set(ToMean.objects.filter(pk__in=[one.pk for one in some]).values_list("pk", flat=True))
        kept = {
            one.conversation_id
            for one in some
            if one.pk in waits and now.get(one.conversation_id) == one.conversation.version
        }
        Meaning.objects.filter(conversation__in=kept).delete()
        written = [row for row in rows if row.conversation_id in kept]
        Meaning.objects.bulk_create(written, batch_size=_STORED)
        done = [one.pk for one in some if one.conversation_id in kept or one.conversation_id not in now]
        ToMean.objects.filter(pk__in=done).delete()
    return len(written)


def _locked(keys: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Conversations and their versions: nobody else changes or writes down any of them in this transaction."""
    rows = Conversation.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return iter(rows.values_list("pk", "version"))
