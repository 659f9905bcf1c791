"""The mood of a turn as a member says it is."""

from datetime import datetime

from django.db import transaction

from keepwell.conversations.models import Conversation, MoodSaid, Turn
from keepwell.conversations.mood.feeling import tell, tell_book, words_of
from keepwell.conversations.mood.telling import held
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.listening.said import Side
from keepwell.members.audit import record
from keepwell.members.models import Member


def say_mood(*, turn: Turn, mood: str, by: Member, now: datetime) -> str:
    """Say the mood of a customer's turn, or take back what was said (""); returns what was said before.

    It goes before what a model tells, teaches the next model, and the book is told.
    """
    if mood and mood not in MoodSaid.Mood.values:
        raise KeepwellError(_("A mood is good, neutral or bad."), seen=mood[:40])
    with transaction.atomic():
        talk = Conversation.objects.select_for_update(of=("self",)).get(pk=turn.conversation_id)
        kept = Turn.objects.filter(pk=turn.pk, conversation=talk).first()
        if kept is None or kept.side != Side.THEM or not kept.text.strip():
            raise KeepwellError(_("A mood is said of words of the customer's."))
        said = MoodSaid.objects.filter(pk=turn.pk).first()
        before = said.mood if said is not None else ""
        if before == mood:
            return before
        if mood:
            fields = {"mood": mood, "words": words_of(kept.text), "by": by, "at": now}
            MoodSaid.objects.update_or_create(pk=kept.pk, defaults=fields)
        else:
            MoodSaid.objects.filter(pk=kept.pk).delete()
        record("say mood", by=by, of=talk, before={"mood": before}, after={"turn": kept.no, "mood": mood})
        if tell([talk], held(), now=now):
            tell_book([talk])
    return before
