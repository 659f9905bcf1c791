"""Words and sound deleted: on their day, or because the source or somebody has them no more."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from keepwell.accounts.models import Entry
from keepwell.conversations.actions.changing import going
from keepwell.conversations.actions.taking import TALK
from keepwell.conversations.arriving.incoming import forget_sound
from keepwell.conversations.models import Clip, Conversation, Correction, Hit
from keepwell.lib.text import gettext as _
from keepwell.lib.text import remembering_messages
from keepwell.members.audit import record
from keepwell.members.models import Member

AT_ONCE = 200


def delete(one: Conversation) -> None:
    """Delete a conversation whole: the source has it no more."""
    with transaction.atomic():
        going(one)
        Entry.objects.filter(key=f"{TALK}:{one.pk}").delete()
        sound = one.sound
        transaction.on_commit(lambda: forget_sound(sound))
        one.delete()


def delete_words(one: Conversation, *, now: datetime, why: str) -> None:
    """Delete the words and sound of a conversation; that it took place stays, so that it never comes in again.

    Its hits are void and stay, as what was counted was counted; its clips go.
    """
    with transaction.atomic():
        going(one)
        Hit.objects.filter(conversation=one, void_at=None).update(void_at=now, void=Hit.Void.ERASED)
        Clip.objects.filter(conversation=one).delete()
        Correction.objects.filter(turn__conversation=one).delete()
        one.unplaced.all().delete()
        one.turns.filter(hits__isnull=True).delete()
        one.turns.update(text="", speaker="", words=[], pieces=[], contact=None)
        one.participants.all().delete()
        one.known.all().delete()
        sound, one.sound, one.sound_type = one.sound, "", ""
        one.title, one.deleted_at = "", now
        if why != one.remark:  # else it was written on it already, with how to say it
            one.remarks(why)
        one.why, one.measures, one.redacted, one.aside = {}, {}, {}, []
        one.save()
        Entry.objects.filter(key=f"{TALK}:{one.pk}").delete()
        transaction.on_commit(lambda: forget_sound(sound))


def delete_sound(one: Conversation) -> None:
    """Delete the sound of a conversation; its words stay."""
    with transaction.atomic():
        sound = one.sound
        Conversation.objects.filter(pk=one.pk).update(sound="", sound_type="")
        transaction.on_commit(lambda: forget_sound(sound))


def delete_due(*, now: datetime, today: date) -> tuple[int, int]:
    """Delete words and sound whose day has come; of how many conversations the words, and the sound."""
    words = sounds = 0
    with remembering_messages():
        why = _("Its words were deleted on their day.")
    for one in _some(Conversation.objects.filter(keep_until__lte=today, deleted_at=None)):
        delete_words(one, now=now, why=why)
        words += 1
    for one in _some(Conversation.objects.filter(sound_until__lte=today).exclude(sound="")):
        delete_sound(one)
        sounds += 1
    if words or sounds:
        record("delete conversations on their day", by=None, after={"words": words, "sounds": sounds})
    return words, sounds


def delete_now(*, one: Conversation, by: Member, now: datetime) -> None:
    """Delete the words and sound of a conversation because somebody says so."""
    with transaction.atomic():
        record("delete conversation", by=by, of=one)
        with remembering_messages():
            why = _("Its words were deleted by {name}.").format(name=by.name)
        delete_words(one, now=now, why=why)


def _some(rows: QuerySet[Conversation]) -> Iterable[Conversation]:
    while batch := list(rows.order_by("pk")[:AT_ONCE]):
        yield from batch
