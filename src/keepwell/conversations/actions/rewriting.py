"""A conversation's turns brought in line with how they are told now; what people corrected stays corrected.

A correction whose turn is told no more waits for a person to place or drop it (`actions.unplaced`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from keepwell.conversations.models import Conversation, Correction, Turn, Unplaced
from keepwell.listening import said as heard

_SHIFT = 1.5  # seconds by which two transcripts of one sound may differ in where a turn begins
_LONGER = (
    2.0  # times as long as the other that one of two turns may be: else words of its would be written over
)
_GRACE = 3.0  # seconds by which a short one may be the longer for all that
_FIELDS = (
    "text", "side", "speaker", "contact_id", "start", "end", "at", "pieces", "words", "confidence", "channel",
    "source_id",
)  # fmt: skip


def turn_of(one: Conversation, turn: heard.Turn, no: int, speakers: Mapping[str, str]) -> Turn:
    """A turn as it is kept. `speakers` says which contact a speaker is."""
    return Turn(
        conversation=one,
        no=no,
        side=turn.side.value,
        speaker=turn.speaker[:300],
        contact_id=speakers.get(turn.speaker) or _writer(one, turn),
        text=turn.text,
        start=turn.start,
        end=turn.end,
        at=turn.at,
        pieces=[[piece.kind.value, piece.start, piece.end] for piece in turn.pieces],
        words=[[word.text, word.start, word.end, word.confidence] for word in turn.words],
        confidence=turn.confidence,
        channel=turn.channel,
        source_id=turn.source_id[:250],
    )


def _writer(one: Conversation, turn: heard.Turn) -> str | None:
    """Who wrote a turn that names nobody: of a ticket or an answer, whose it is."""
    alone = turn.side is heard.Side.THEM and not turn.speaker
    return str(one.contact_id) if alone and one.contact_id else None


def said_of(turn: Turn) -> heard.Turn:
    """A kept turn as `keepwell.listening` takes it."""
    return heard.Turn(
        no=turn.no,
        text=turn.text,
        side=heard.Side(turn.side),
        speaker=turn.speaker,
        start=turn.start,
        end=turn.end,
        at=turn.at,
        pieces=tuple(heard.Piece(heard.PieceKind(kind), start, end) for kind, start, end in turn.pieces),
        words=tuple(heard.Word(*word) for word in turn.words),
        confidence=turn.confidence,
        channel=turn.channel,
        source_id=turn.source_id,
    )


def speakers_of(one: Conversation) -> dict[str, str]:
    """Which contact each speaker is, by what the source calls them."""
    return {
        called: str(who.contact_id)
        for who in one.participants.exclude(contact=None)
        for called in (who.name, who.address)
        if called
    }


@dataclass(frozen=True)
class _Fixed:
    """What somebody put right by hand: what stood there, what stands there now, and where that is or was."""

    corrections: tuple[int, ...]
    befores: tuple[str, ...]
    after: str
    of: Turn | Unplaced

    def off(self, told: heard.Turn) -> float | None:
        """How far a turn that is told now begins from where this one did; None where it is another turn."""
        of = self.of
        if of.channel is not None and told.channel is not None and of.channel != told.channel:
            return None  # somebody else, speaking at the same moment
        if of.start is None or told.start is None:
            return 0.0 if told.text in self.befores else None
        off = abs(of.start - told.start)
        if off > _SHIFT or (told.text not in self.befores and not _as_long(of, told)):
            return None
        return off


def _as_long(of: Turn | Unplaced, told: heard.Turn) -> bool:
    """Whether two turns that begin together may be the same words, as far as their lengths tell."""
    if of.start is None or told.start is None or of.end is None or told.end is None:
        return True
    short, long = sorted((of.end - of.start, told.end - told.start))
    return long <= max(_LONGER * short, short + _GRACE)


def rewrite(one: Conversation, there: Sequence[Turn], coming: Sequence[heard.Turn], *, now: datetime) -> bool:
    """Make a conversation's turns those that are told now, place by place; returns whether any is another.

    A turn that is told no more is deleted, or empty where a hit points to it. Corrections go with their words, and
    wait for a person where those are in no turn any more.
    """
    fixed = _fixed(one)
    fixes, speakers = _placed(fixed, coming), speakers_of(one)
    _wait(one, [fix for fix in fixed if fix not in fixes.values()], now)
    changed, new, moved = False, [], []
    for at, told in enumerate(coming):
        old = there[at] if at < len(there) else None
        made = turn_of(one, told, old.no if old else at + 1, speakers)
        if (fix := fixes.get(at)) is not None:
            moved.append((fix, made.no))
            made.text, made.pieces = fix.after, []
        if old is None:
            new.append(made)
        elif any(getattr(old, name) != getattr(made, name) for name in _FIELDS):
            made.pk = old.pk
            made.save(force_update=True)
            changed = True
    Turn.objects.bulk_create(new, batch_size=500)
    places = dict(one.turns.values_list("no", "pk"))
    for fix, no in moved:
        Correction.objects.filter(pk__in=fix.corrections).update(turn=places[no], unplaced=None)
        if isinstance(fix.of, Unplaced):
            fix.of.delete()
    return _ended(there[len(coming) :]) or bool(new) or changed


def _fixed(one: Conversation) -> list[_Fixed]:
    """The corrections of a conversation, of several of one turn all together; those that wait for a place too."""
    rows = Correction.objects.filter(
        Q(turn__conversation=one) | Q(unplaced__conversation=one, unplaced__settled_at=None)
    )
    found: dict[tuple[int | None, int | None], _Fixed] = {}
    for fix in rows.select_related("turn", "unplaced").order_by("at", "pk"):
        of = fix.turn or fix.unplaced
        assert of is not None, "the rows are asked for by one of the two"
        key = (fix.turn_id, fix.unplaced_id)
        was = found.get(key)
        keys, befores = (was.corrections, was.befores) if was else ((), ())
        found[key] = _Fixed((*keys, fix.pk), (*befores, fix.before), fix.after, of)
    return list(found.values())


def _wait(one: Conversation, fixed: Iterable[_Fixed], now: datetime) -> None:
    """Let corrections wait whose turn is no more; what waits already goes on waiting."""
    for fix in fixed:
        was = fix.of
        if isinstance(was, Unplaced):
            continue
        made = Unplaced.objects.create(
            conversation=one,
            no=was.no,
            side=was.side,
            contact_id=was.contact_id,
            start=was.start,
            end=was.end,
            channel=was.channel,
            at=now,
        )
        Correction.objects.filter(pk__in=fix.corrections).update(turn=None, unplaced=made)


def _placed(fixed: Sequence[_Fixed], coming: Sequence[heard.Turn]) -> dict[int, _Fixed]:
    """Which of the turns that come each correction belongs to: the nearest, of equally near ones the same words."""
    pairs = [
        (off, told.text not in fix.befores, at, fix)
        for fix in fixed
        for at, told in enumerate(coming)
        if (off := fix.off(told)) is not None
    ]
    found: dict[int, _Fixed] = {}
    for _off, _other, at, fix in sorted(pairs, key=lambda pair: pair[:3]):
        if at not in found and fix not in found.values():
            found[at] = fix
    return found


def _ended(rest: Sequence[Turn]) -> bool:
    """Turns that are told no more."""
    pointed = set(
        Turn.objects.filter(pk__in=[turn.pk for turn in rest], hits__isnull=False).values_list(
            "pk", flat=True
        )
    )
    gone = [turn.pk for turn in rest if turn.pk not in pointed]
    Turn.objects.filter(pk__in=gone).delete()
    emptied = Turn.objects.filter(pk__in=pointed).exclude(text="").update(text="", words=[], pieces=[])
    return bool(gone or emptied)
