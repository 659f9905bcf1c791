"""Clips kept, changed, taken out and put back; collections of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from keepwell.conversations.models import Clip, Collected, Collection, Conversation
from keepwell.lib.errors import KeepwellError
from keepwell.members.audit import record
from keepwell.members.models import Member
from keepwell.members.rights import Right, may

BACK = timedelta(days=30)  # for how long one that was taken out can be put back
FIELDS = ("first", "last", "kind", "title", "why", "theme", "audience", "tags", "template")


def keep(*, conversation: Conversation, said: Mapping[str, Any], by: Member, now: datetime) -> Clip:
    """Keep a stretch of a conversation, whole turns. Raises KeepwellError where they are not there."""
    with transaction.atomic():
        clip = Clip(conversation=conversation, by=by, at=now)
        _say(clip, said)
        clip.save()
        record("keep clip", by=by, of=clip, after={"conversation": conversation.pk})
    return clip


def change(*, clip: Clip, said: Mapping[str, Any], by: Member) -> Clip:
    """Say something else of a clip, or let it begin and end elsewhere."""
    may_change(clip, by)
    with transaction.atomic():
        locked = Clip.objects.select_for_update(of=("self",)).get(pk=clip.pk)
        before = {name: getattr(locked, name) for name in FIELDS}
        _say(locked, said)
        locked.save()
        after = {name: getattr(locked, name) for name in FIELDS}
        record("change clip", by=by, of=locked, before=before, after=after)
    return locked


def _say(clip: Clip, said: Mapping[str, Any]) -> None:
    for name in FIELDS:
        if name in said:
            setattr(clip, name, said[name])
    turns = clip.conversation.turns.filter(no__gte=clip.first, no__lte=clip.last)
    ends = {turn.no: turn for turn in turns.filter(no__in=(clip.first, clip.last)).only("no", "start", "end")}
    if clip.first not in ends or clip.last not in ends:
        raise KeepwellError(_("A clip is made of turns that are there, the first before the last."))
    clip.start = ends[clip.first].start
    clip.end = turns.aggregate(last=Max("end"))["last"]


def may_change(clip: Clip, by: Member) -> None:
    """Whoever kept a clip changes it and takes it out, and so do managers. Raises KeepwellError for others."""
    if clip.by_id != by.pk and not may(by, Right.MANAGE):
        raise KeepwellError(_("Whoever kept the clip can change it, and managers can."))


def remove(*, clip: Clip, by: Member, now: datetime) -> None:
    """Take a clip out. It can be put back for a while; those whose while is over go for good."""
    may_change(clip, by)
    with transaction.atomic():
        Clip.objects.filter(pk=clip.pk).update(removed_at=now, removed_by=by)
        record("remove clip", by=by, of=clip)
        Clip.objects.filter(removed_at__lt=now - BACK).delete()


def put_back(*, clip: Clip, by: Member) -> None:
    """Undo `remove`."""
    may_change(clip, by)
    with transaction.atomic():
        Clip.objects.filter(pk=clip.pk).update(removed_at=None, removed_by=None)
        record("put clip back", by=by, of=clip)


def collect(
    *, said: Mapping[str, Any], by: Member, now: datetime, collection: Collection | None = None
) -> Collection:
    """Make a collection, or say something else of one."""
    one = collection or Collection(by=by, at=now)
    if collection is not None:
        _own(one, by)
    with transaction.atomic():
        for name in ("name", "detail", "shared"):
            setattr(one, name, said[name])
        one.save()
        record("change collection" if collection else "make collection", by=by, of=one)
    return one


def put_into(*, clip: Clip, collection: Collection, by: Member) -> None:
    """Put a clip at the end of a collection; one that is in it stays where it is."""
    if not collection.shared:
        _own(collection, by)
    with transaction.atomic():
        last = Collected.objects.filter(collection=collection).aggregate(last=Max("place"))["last"] or 0
        Collected.objects.get_or_create(collection=collection, clip=clip, defaults={"place": last + 1})
        record("put clip into collection", by=by, of=collection, after={"clip": clip.pk})


def take_from(*, clip: Clip, collection: Collection, by: Member) -> None:
    """Take a clip out of a collection; the clip stays."""
    if not collection.shared:
        _own(collection, by)
    with transaction.atomic():
        Collected.objects.filter(collection=collection, clip=clip).delete()
        record("take clip from collection", by=by, of=collection, after={"clip": clip.pk})


def drop(*, collection: Collection, by: Member, now: datetime) -> None:
    """Take a collection out; its clips stay, and it can be put back."""
    _own(collection, by)
    with transaction.atomic():
        Collection.objects.filter(pk=collection.pk).update(removed_at=now)
        record("remove collection", by=by, of=collection)
        Collection.objects.filter(removed_at__lt=now - BACK).delete()


def restore(*, collection: Collection, by: Member) -> None:
    """Undo `drop`."""
    _own(collection, by)
    with transaction.atomic():
        Collection.objects.filter(pk=collection.pk).update(removed_at=None)
        record("put collection back", by=by, of=collection)


def _own(collection: Collection, by: Member) -> None:
    if collection.by_id != by.pk and not may(by, Right.MANAGE):
        raise KeepwellError(_("Whoever made the collection can change it, and managers can."))


def let_go(conversation: Conversation) -> None:
    """The words of a conversation go: so do the clips made of them."""
    conversation.clips.all().delete()
