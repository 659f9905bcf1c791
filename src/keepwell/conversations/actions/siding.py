"""Which of a recording's two channels is ours, said by a person: turns get sides by it, and keep their channel."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from keepwell.conversations.actions.changing import touched
from keepwell.conversations.actions.rewriting import said_of, speakers_of, turn_of
from keepwell.conversations.models import Conversation, Hit, Turn
from keepwell.conversations.rules import to_book
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.listening import said as heard
from keepwell.listening.said import Side
from keepwell.members.audit import record
from keepwell.members.models import Member

Ours = Conversation.Ours


def say_ours(*, conversation: Conversation, ours: str, by: Member, now: datetime) -> str:
    """Say which channel is ours, or that it is not known; returns what held before.

    Measures, mood, index and hits follow, and the book is told. A transcript made later obeys it.
    """
    if ours not in Ours.values:
        raise KeepwellError(
            _("Our side is on the first channel, on the second, or it is not known."), seen=ours[:40]
        )
    with transaction.atomic():
        talk = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
        turns = list(talk.turns.order_by("no"))
        if not has_two_channels(talk, turns):
            raise KeepwellError(_("Only of a recording with two channels can it be said which one is ours."))
        before = ours_of(talk, turns)
        if before == ours:
            return before
        talk.ours = ours
        talk.save(update_fields=["ours"])
        _give_sides(talk, turns)
        record("say which channel is ours", by=by, of=talk, before={"ours": before}, after={"ours": ours})
        stand = Hit.objects.filter(conversation=talk, void_at=None)
        to_book.send(stand.select_related("conversation", "turn", "rule"))  # whose theme it is has changed
        touched(talk, now=now)
    return before


def has_two_channels(conversation: Conversation, turns: Iterable[Turn]) -> bool:
    """Whether somebody speaks on each of two channels, as far as its voices or these turns tell."""
    voices = conversation.measures.get("voices", ())
    if voices:
        return len(voices) == 2
    return {turn.channel for turn in turns if turn.channel is not None} == {0, 1}


def ours_of(conversation: Conversation, turns: Sequence[Turn]) -> str:
    """Which channel is ours now: as a person said, else as these turns have it."""
    if conversation.ours:
        return conversation.ours
    sides: dict[int, Counter[str]] = defaultdict(Counter)
    for turn in turns:
        if turn.channel is not None:
            sides[turn.channel][turn.side] += 1
    for channel, counted in sides.items():
        side = counted.most_common(1)[0][0]
        if channel in (0, 1) and side != Side.UNKNOWN:
            return _on(channel if side == Side.US else 1 - channel)
    return str(Ours.UNKNOWN)


def obeyed(conversation: Conversation, coming: Sequence[heard.Turn]) -> Sequence[heard.Turn]:
    """Turns that are told now, with their sides as a person said them; as they come where nobody did."""
    if not conversation.ours:
        return coming
    sides = _sides(conversation.ours)
    return [
        turn if turn.channel is None else replace(turn, side=_side(sides, turn.channel)) for turn in coming
    ]


def _give_sides(talk: Conversation, turns: Sequence[Turn]) -> None:
    """Write the sides on turns, and who spoke where a side tells that."""
    speakers = speakers_of(talk)
    for turn, told in zip(turns, obeyed(talk, [said_of(turn) for turn in turns]), strict=True):
        made = turn_of(talk, told, turn.no, speakers)
        turn.side, turn.contact_id = made.side, made.contact_id
    Turn.objects.bulk_update(turns, ["side", "contact"], batch_size=500)


def _on(channel: int) -> str:
    return str(Ours.SECOND if channel else Ours.FIRST)


def _sides(ours: str) -> Mapping[int, Side]:
    if ours == Ours.UNKNOWN:
        return {}
    mine = 1 if ours == Ours.SECOND else 0
    return {mine: Side.US, 1 - mine: Side.THEM}


def _side(sides: Mapping[int, Side], channel: int) -> Side:
    return sides.get(channel, Side.UNKNOWN)
