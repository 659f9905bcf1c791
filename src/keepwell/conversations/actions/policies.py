"""What may be recorded and kept, set by administrators; what is kept already follows at once."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from keepwell.conversations.actions.deleting import delete_sound, delete_words
from keepwell.conversations.arriving.keeping import allowed, hold_to
from keepwell.conversations.models import Conversation, Policy
from keepwell.members.audit import record
from keepwell.members.models import Member

_FIELDS = ("recordings", "words", "sound_days", "word_days", "consent")


def set_policy(*, policy: Policy, by: Member, now: datetime) -> Policy:
    """Keep a policy, and hold what it concerns to it."""
    with transaction.atomic():
        before = _said(Policy.objects.filter(pk=policy.pk).first())
        policy.save()
        record("set recording policy", by=by, of=policy, before=before, after=_said(policy))
    hold_all(policy, now=now)
    return policy


def drop_policy(*, policy: Policy, by: Member, now: datetime) -> None:
    """Take a policy away: the next wider one holds."""
    with transaction.atomic():
        record("drop recording policy", by=by, of=policy, before=_said(policy))
        Policy.objects.filter(pk=policy.pk).delete()
    hold_all(policy, now=now)


def hold_all(policy: Policy, *, now: datetime) -> int:
    """Hold every conversation that a policy concerns to what is allowed now; how many are kept otherwise."""
    rows = Conversation.objects.filter(deleted_at=None).select_related("account")
    if policy.account_id is not None:
        rows = rows.filter(account=policy.account_id)
    elif policy.country:
        rows = rows.filter(account__country__iexact=policy.country)
    changed = 0
    for one in rows.order_by("pk").iterator(500):
        changed += hold(one, now=now)
    return changed


def hold(one: Conversation, *, now: datetime) -> bool:
    """Hold one conversation to its policy; whether anything is kept otherwise than before."""
    may, before = allowed(one.account), (one.keep_until, one.sound_until, one.deleted_at)
    last = one.turns.exclude(at=None).order_by("-at").values_list("at", flat=True).first()
    hold_to(one, may, now=now, last=last)
    if one.deleted_at is not None:
        why, one.deleted_at = one.remark, None
        delete_words(one, now=now, why=why)
        return True
    if one.sound and not may.recordings:
        delete_sound(one)
    changed = (one.keep_until, one.sound_until, one.deleted_at) != before
    if changed:
        Conversation.objects.filter(pk=one.pk).update(
            keep_until=one.keep_until, sound_until=one.sound_until, remark=one.remark
        )
    return changed


def would_delete(policy: Policy, *, now: datetime) -> int:
    """How many conversations would lose their words or their sound at once, were a policy set."""
    rows = _concerned(policy)
    if not policy.words:
        return rows.count()
    lost = Q()
    if not policy.recordings:
        lost |= ~Q(sound="")
    for days, what in ((policy.word_days, Q()), (policy.sound_days, ~Q(sound=""))):
        if days is not None:
            lost |= what & Q(at__lte=now - timedelta(days=days))
    return rows.filter(lost).count() if lost else 0


def _concerned(policy: Policy) -> QuerySet[Conversation]:
    """What a policy is about, as far as no nearer one is."""
    rows = Conversation.objects.filter(deleted_at=None)
    others = Policy.objects.exclude(pk=policy.pk)
    if policy.account_id is not None:
        return rows.filter(account=policy.account_id)
    rows = rows.exclude(account__in=others.exclude(account=None).values("account"))
    if policy.country:
        return rows.filter(account__country__iexact=policy.country)
    for country in others.exclude(country="").values_list("country", flat=True):
        rows = rows.exclude(account__country__iexact=country)
    return rows


def _said(policy: Policy | None) -> dict[str, Any]:
    if policy is None:
        return {}
    return {"of": policy.account_id or policy.country or "all"} | {n: getattr(policy, n) for n in _FIELDS}
