"""What may be recorded and kept, set by administrators; what is kept already follows at once."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django_q.tasks import async_task

from keepwell.accounts.models import Account
from keepwell.accounts.projecting.moving import answered, moved
from keepwell.conversations.actions.deleting import delete_sound, delete_words
from keepwell.conversations.arriving.keeping import GRACE, allowed, hold_gently, hold_to
from keepwell.conversations.models import Conversation, Policy
from keepwell.members.audit import record
from keepwell.members.models import Member

AT_ONCE = 500  # accounts, or conversations
HOLD = "keepwell.conversations.jobs.hold_what_is_kept"
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


def hold_all(policy: Policy, *, now: datetime) -> None:
    """Hold every conversation that a policy concerns to what is allowed now: few at once, many by the worker.

    It is asked for in the transaction of what it follows from, so that neither is there without the other.
    """
    of = policy.account_id or "", policy.country
    if _kept_of(*of).count() > AT_ONCE:
        async_task(HOLD, *of)
    else:
        hold_some(*of, now=now)


def hold_some(account: str, country: str, *, after: int = 0, now: datetime) -> int | None:
    """Hold some of those of an account, of a country, or, with neither, of all to what is allowed now.

    The key that the next ones come after; None where these were the last. Safe to repeat; what others write meanwhile
    is waited for.
    """
    with transaction.atomic():
        rows = _kept_of(account, country).filter(pk__gt=after).order_by("pk")
        some = list(rows.select_for_update(of=("self",)).select_related("account")[:AT_ONCE])
        for one in some:
            hold(one, now=now)
    return some[-1].pk if len(some) == AT_ONCE else None


def _kept_of(account: str, country: str) -> QuerySet[Conversation]:
    rows = Conversation.objects.filter(deleted_at=None)
    if account:
        return rows.filter(account=account)
    return rows.filter(account__country__iexact=country) if country else rows


def hold(one: Conversation, *, now: datetime) -> bool:
    """Hold one conversation to its policy; whether anything is kept otherwise than before."""
    may, before = allowed(one.account), (one.keep_until, one.sound_until, one.deleted_at)
    hold_to(one, may, now=now, last=_last(one))
    if one.deleted_at is not None:
        why, one.deleted_at = one.remark, None
        delete_words(one, now=now, why=why)
        return True
    due = one.sound_until is not None and one.sound_until <= now.date()
    if one.sound and (due or not may.recordings):
        delete_sound(one)
    changed = (one.keep_until, one.sound_until, one.deleted_at) != before
    if changed:
        Conversation.objects.filter(pk=one.pk).update(
            keep_until=one.keep_until, sound_until=one.sound_until, remark=one.remark, remarked=one.remarked
        )
    return changed


def hold_moved(*, today: date) -> int:
    """Hold what was said with accounts that the book has moved to what their new country allows; how many.

    What it forbids is deleted after days of grace, so that a wrong load can be put right. Safe to repeat.
    """
    waiting, changed = moved(), 0
    if waiting and Policy.objects.filter(account=None).exclude(country="").exists():
        keys = sorted(waiting)
        for begin in range(0, len(keys), AT_ONCE):
            some = Account.objects.filter(
                pk__in=keys[begin : begin + AT_ONCE], conversations__deleted_at=None
            )
            for account in some.distinct():
                with transaction.atomic():
                    changed += _hold_moved(account, waiting[account.pk], today)
    if waiting:
        answered(waiting)
    return changed


def _hold_moved(account: Account, country: str, today: date) -> int:
    may, words, sounds = allowed(account), 0, 0
    rows = Conversation.objects.select_for_update(of=("self",)).filter(account=account, deleted_at=None)
    for one in rows.order_by("pk"):
        before = one.keep_until, one.sound_until
        if hold_gently(one, may, today=today, last=_last(one)):
            one.save(update_fields=["keep_until", "sound_until"])
            words += one.keep_until != before[0]
            sounds += one.sound_until != before[1] and bool(one.sound)
    if words or sounds:
        kept = {"country": account.country, "words": words, "sounds": sounds}
        not_before = (today + GRACE).isoformat()
        record(
            "keep conversations as another country asks",
            by=None,
            of=account,
            before={"country": country},
            after={**kept, "nothing_goes_before": not_before},
        )
    return max(words, sounds)


def _last(one: Conversation) -> datetime | None:
    return one.turns.exclude(at=None).order_by("-at").values_list("at", flat=True).first()


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
