"""A conversation's turns brought in line with how they are told now; what people corrected stays corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keepwell.conversations.models import Conversation, Correction, Turn
from keepwell.listening import said as heard

_SHIFT = 1.5  # seconds by which two transcripts of one sound may differ in where a turn begins
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
    """What somebody put right by hand: what stood there first, what stands there now, and where in the sound."""

    corrections: tuple[int, ...]
    before: str
    after: str
    start: float | None
    channel: int | None

    def off(self, told: heard.Turn) -> float | None:
        """How far a turn that is told now begins from where this one did; None where it is another turn."""
        if self.channel is not None and told.channel is not None and self.channel != told.channel:
            return None  # somebody else, speaking at the same moment
        if self.start is None or told.start is None:
            return 0.0 if self.before == told.text else None
        off = abs(self.start - told.start)
        return off if off <= _SHIFT else None


def rewrite(one: Conversation, there: Sequence[Turn], coming: Sequence[heard.Turn]) -> bool:
    """Make a conversation's turns those that are told now, place by place; returns whether any is another.

    A turn that is told no more is deleted, or empty where a hit points to it. Corrections go with their words.
    """
    fixes, speakers = _placed(_fixed(one), coming), speakers_of(one)
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
        Correction.objects.filter(pk__in=fix.corrections).update(turn=places[no])
    return _ended(there[len(coming) :]) or bool(new) or changed


def _fixed(one: Conversation) -> list[_Fixed]:
    """The corrections of a conversation, of several of one turn all together."""
    found: dict[int, _Fixed] = {}
    for fix in Correction.objects.filter(turn__conversation=one).select_related("turn").order_by("at", "pk"):
        was = found.get(fix.turn_id)
        before, keys = (was.before, was.corrections) if was else (fix.before, ())
        turn = fix.turn
        found[turn.pk] = _Fixed((*keys, fix.pk), before, fix.after, turn.start, turn.channel)
    return list(found.values())


def _placed(fixed: Sequence[_Fixed], coming: Sequence[heard.Turn]) -> dict[int, _Fixed]:
    """Which of the turns that come each correction belongs to: the nearest, of equally near ones the same words."""
    pairs = [
        (off, fix.before != told.text, at, fix)
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
