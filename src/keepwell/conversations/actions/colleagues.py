"""Members who joined after a conversation was taken in: named in it, as they are in those that come later."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower

from keepwell.conversations.actions.changing import touched
from keepwell.conversations.actions.matching import said_of
from keepwell.conversations.actions.rewriting import said_of as turn_said
from keepwell.conversations.arriving.knowing import known_to, sided
from keepwell.conversations.models import Conversation, Participant, Turn
from keepwell.listening.said import Conversation as Said
from keepwell.listening.said import Kind
from keepwell.members.models import Member

AT_ONCE = 500


def name_colleagues(*, now: datetime) -> int:
    """Name members in conversations that have their addresses and do not name them yet; in how many."""
    addresses = list(Member.objects.annotate(at=Lower("email")).order_by("pk").values_list("at", flat=True))
    named = 0
    for begin in range(0, len(addresses), AT_ONCE):
        for pk in list(_unnamed(addresses[begin : begin + AT_ONCE])):
            with transaction.atomic():
                named += _name(pk, now)
    return named


def _unnamed(addresses: list[str]) -> QuerySet[Participant, int]:
    rows = Participant.objects.filter(member=None, conversation__deleted_at=None).exclude(address="")
    rows = rows.annotate(at=Lower("address")).filter(at__in=addresses).order_by("conversation")
    return rows.values_list("conversation", flat=True).distinct()


def _name(pk: int, now: datetime) -> bool:
    """Name whoever is a member in one conversation; with them its sides may be known, and turns follow."""
    talk = Conversation.objects.select_for_update(of=("self",)).get(pk=pk)
    people, turns = list(talk.participants.all()), list(talk.turns.order_by("no"))
    told = sided(
        Said(
            conversation_id=talk.key,
            kind=Kind(talk.kind),
            participants=tuple(said_of(who) for who in people),
            turns=tuple(turn_said(turn) for turn in turns),
        )
    )
    known = known_to(told.participants)
    for who, person in zip(people, told.participants, strict=True):
        who.side = person.side.value
        if who.member_id is None and (found := known.member(person)):
            who.member_id, who.contact_id = found, None
            talk.member_id = talk.member_id or found
    Participant.objects.bulk_update(people, ["side", "member", "contact"])
    talk.save(update_fields=["member"])
    sides = {turn.pk: said.side.value for turn, said in zip(turns, told.turns, strict=True)}
    other = [turn for turn in turns if turn.side != sides[turn.pk]]
    for turn in other:
        turn.side = sides[turn.pk]
    if other:
        Turn.objects.bulk_update(other, ["side"], batch_size=AT_ONCE)
        touched(talk, now=now)
    return True
