"""Doing one thing to several follow-ups at once, and taking it back."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from keepwell.followups.actions.handling import put_on_timeline, within_years
from keepwell.followups.models import Batch, FollowUp
from keepwell.followups.queries import watchers
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.members.audit import record
from keepwell.members.models import Member, Role
from keepwell.members.rights import seen_by

UNDO = timedelta(hours=24)  # so long it can be taken back
MOST = 500
_KEPT = ("owner_id", "due", "state", "closed_by_id", "closed_at")


def put_off(*, follow_ups: Iterable[FollowUp], by: Member, to: date, now: datetime) -> Batch:
    """Make open follow-ups due on another day."""

    within_years(to, timezone.localdate(now))

    def later(one: FollowUp) -> None:
        one.due = to

    return _each(follow_ups, later, "put off", by=by, now=now)


def hand_all(*, follow_ups: Iterable[FollowUp], by: Member, to: Member, now: datetime) -> Batch:
    """Give open follow-ups to a team-mate; those of accounts that they do not see stay where they are."""

    def theirs(one: FollowUp) -> None:
        if watchers(one.account).filter(pk=to.pk).exists():
            one.owner = to

    return _each(follow_ups, theirs, "hand over", by=by, now=now)


def drop_all(*, follow_ups: Iterable[FollowUp], by: Member, now: datetime) -> Batch:
    """Close open follow-ups without doing them."""

    def dropped(one: FollowUp) -> None:
        one.state, one.closed_by, one.closed_at = FollowUp.State.DROPPED, by, now

    return _each(follow_ups, dropped, "drop", by=by, now=now)


def take_back(*, batch: Batch, by: Member, now: datetime) -> int:
    """Make follow-ups as they were before; those that somebody changed since stay, and those that one no longer
    sees, or whose owner of before may have none any more. Returns how many went back."""
    with transaction.atomic():
        kept = Batch.objects.select_for_update().get(pk=batch.pk)
        if kept.undone_at is not None or kept.member_id != by.pk or now - kept.at > UNDO:
            raise KeepwellError(_("This cannot be undone any more."))
        back = 0
        seen = seen_by(FollowUp.objects.order_by(), by, account="account").filter(
            pk__in=map(int, kept.before)
        )
        for one in _locked(seen.values_list("pk", flat=True)):
            was = kept.before[str(one.pk)]
            if _state(one) == kept.after[str(one.pk)] and _may_own(one, was["owner_id"]):
                _restore(one, was)
                put_on_timeline(one, now)
                back += 1
        kept.undone_at = now
        kept.save(update_fields=["undone_at"])
        record("take back", by=by, of=kept, after={"what": kept.what, "follow-ups": back})
    return back


def _each(
    follow_ups: Iterable[FollowUp],
    change: Callable[[FollowUp], None],
    what: str,
    *,
    by: Member,
    now: datetime,
) -> Batch:
    with transaction.atomic():
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for one in _locked(one.pk for one in list(follow_ups)[:MOST]):
            if one.state != FollowUp.State.OPEN:
                continue
            was = _state(one)
            change(one)
            if _state(one) == was:
                continue
            before[str(one.pk)], after[str(one.pk)] = was, _state(one)
            one.save(update_fields=list(_KEPT))
            put_on_timeline(one, now)
        batch = Batch.objects.create(member=by, at=now, what=what, before=before, after=after)
        record(f"{what} follow-ups", by=by, of=batch, before=before, after=after)
    return batch


def _may_own(one: FollowUp, owner: int | None) -> bool:
    """Whether it may go to somebody: to whom it belongs, nobody, or who sees the account and does not only read."""
    if owner is None or owner == one.owner_id:
        return True
    return watchers(one.account).exclude(role=Role.VIEWER).filter(pk=owner).exists()


def _locked(keys: Iterable[int]) -> list[FollowUp]:
    rows = FollowUp.objects.select_for_update(of=("self",), no_key=True).select_related(
        "account", "owner", "contact"
    )
    return list(rows.filter(pk__in=list(keys)).order_by("pk"))


def _state(one: FollowUp) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    return {name: plain(getattr(one, name)) for name in _KEPT}


def _restore(one: FollowUp, was: dict[str, Any]) -> None:
    for name, value in was.items():
        setattr(one, name, value)
    one.due = date.fromisoformat(was["due"])
    one.closed_at = datetime.fromisoformat(was["closed_at"]) if was["closed_at"] else None
    one.save(update_fields=list(_KEPT))
