"""Members answer alerts: seen, put off, closed; and take that back."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from keepwell.alerts.actions.raising import close, put_on_timeline
from keepwell.alerts.models import Alert, Deed, Reason
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.members.audit import record
from keepwell.members.models import Member
from keepwell.members.rights import seen_by

_BEFORE = ("state", "outcome", "note", "to_tell")
SAID = (Alert.Outcome.ACTED, Alert.Outcome.RIGHT, Alert.Outcome.WRONG)  # what a member may close with
_OPEN, _SEEN, _OFF = Alert.State.OPEN, Alert.State.ACKNOWLEDGED, Alert.State.SNOOZED
_ANSWERABLE = {_SEEN: {_OPEN}, _OFF: {_OPEN, _SEEN, _OFF}, Alert.State.CLOSED: {_OPEN, _SEEN, _OFF}}


def acknowledge(*, alerts: QuerySet[Alert], by: Member, now: datetime) -> UUID:
    """Say that these open alerts have been seen. Returns what takes it back."""
    with transaction.atomic():
        batch, found = _begun(alerts.filter(state=Alert.State.OPEN), Alert.State.ACKNOWLEDGED, by, now)
        for alert in found:
            alert.state, alert.acknowledged_at, alert.acknowledged_by = Alert.State.ACKNOWLEDGED, now, by
            alert.save(update_fields=["state", "acknowledged_at", "acknowledged_by"])
        _recorded("acknowledge alerts", by, found)
    return batch


def snooze(*, alerts: QuerySet[Alert], by: Member, until: date, now: datetime) -> UUID:
    """Put alerts off until a day, on which the night opens them again. Returns what takes it back."""
    if until <= timezone.localdate(now):
        raise KeepwellError(
            _("An alert can be put off until tomorrow at the earliest."), ways=[_("Choose a later day.")]
        )
    with transaction.atomic():
        still = alerts.exclude(state=Alert.State.CLOSED)
        batch, found = _begun(still, Alert.State.SNOOZED, by, now)
        for alert in found:
            alert.state, alert.snoozed_until = Alert.State.SNOOZED, until
            alert.acknowledged_at = alert.acknowledged_at or now
            alert.acknowledged_by = alert.acknowledged_by or by
            alert.save(update_fields=["state", "snoozed_until", "acknowledged_at", "acknowledged_by"])
        _recorded("snooze alerts", by, found)
    return batch


def close_alerts(*, alerts: QuerySet[Alert], by: Member, outcome: str, now: datetime, note: str = "") -> UUID:
    """Close alerts with what came of them. Returns what takes it back."""
    if outcome not in SAID:
        raise KeepwellError(
            _("An alert is closed with what came of it."),
            seen=outcome,
            ways=[str(one.label) for one in SAID],
        )
    with transaction.atomic():
        still = alerts.exclude(state=Alert.State.CLOSED)
        batch, found = _begun(still, Alert.State.CLOSED, by, now)
        for alert in found:
            alert.reasons.filter(gone_at=None).update(gone_at=now, gone=Reason.Gone.CLOSED)
            if outcome == Alert.Outcome.ACTED:
                alert.acted_at = alert.acted_at or now
                alert.save(update_fields=["acted_at"])
            close(alert, outcome, now=now, by=by, note=note[:500])
        _recorded("close alerts", by, found, outcome=outcome)
    return batch


def undo(*, batch: UUID, by: Member, now: datetime) -> int:
    """Take back what one did to alerts, of those that one still sees and nothing has happened to since.

    Returns how many.
    """
    undone = 0
    with transaction.atomic():
        seen = seen_by(Alert.objects.order_by(), by, account="account").values("pk")
        deeds = Deed.objects.select_for_update().filter(batch=batch, by=by, undone_at=None)
        for deed in deeds.filter(alert__in=seen):
            alert = Alert.objects.select_for_update().get(pk=deed.alert_id)
            newer = alert.deeds.filter(undone_at=None, pk__gt=deed.pk).exists()
            if alert.state != deed.to or newer or not _taken_back(alert, deed):
                continue
            deed.undone_at = now
            deed.save(update_fields=["undone_at"])
            put_on_timeline(alert, list(alert.reasons.all()))
            undone += 1
        if undone:
            record("undo alerts", by=by, after={"alerts": undone})
    return undone


def note_action(*, alert: Alert, at: datetime) -> None:
    """Something was done about an alert: a follow-up begun, a call made. The first counts."""
    Alert.objects.filter(pk=alert.pk, acted_at=None).update(acted_at=at)


def _begun(alerts: QuerySet[Alert], to: Alert.State, by: Member, now: datetime) -> tuple[UUID, list[Alert]]:
    """Lock the alerts and keep how they are."""
    batch = uuid4()
    pks = list(alerts.order_by().values_list("pk", flat=True).distinct())
    found = list(
        Alert.objects.select_for_update(of=("self",))
        .filter(pk__in=pks)
        .select_related("account")
        .prefetch_related("reasons")
        .order_by("pk")
    )
    found = [
        one for one in found if one.state in _ANSWERABLE[to]
    ]  # nobody was quicker, as the lock was waited for
    Deed.objects.bulk_create(
        Deed(batch=batch, alert=one, by=by, at=now, to=to, before=_as_it_is(one)) for one in found
    )
    return batch, found


def _as_it_is(alert: Alert) -> dict[str, object]:
    moments = ("acknowledged_at", "snoozed_until", "closed_at", "acted_at")
    return {
        **{name: getattr(alert, name) for name in _BEFORE},
        **{name: value.isoformat() if (value := getattr(alert, name)) else None for name in moments},
        "acknowledged_by": alert.acknowledged_by_id,
        "open": [one.pk for one in alert.reasons.all() if one.gone_at is None],
    }


def _taken_back(alert: Alert, deed: Deed) -> bool:
    before = deed.before
    ended = Reason.objects.filter(pk__in=before["open"])
    if deed.to == Alert.State.CLOSED and _raised_again(list(ended)):
        return False
    for name in _BEFORE:
        setattr(alert, name, before[name])
    for name in ("acknowledged_at", "closed_at", "acted_at"):
        setattr(alert, name, datetime.fromisoformat(before[name]) if before[name] else None)
    alert.snoozed_until = date.fromisoformat(before["snoozed_until"]) if before["snoozed_until"] else None
    alert.acknowledged_by_id, alert.closed_by = before["acknowledged_by"], None
    alert.save()
    if deed.to == Alert.State.CLOSED:
        ended.filter(gone=Reason.Gone.CLOSED).update(gone_at=None, gone="")
    return True


def _raised_again(reasons: Iterable[Reason]) -> bool:
    """Whether one of them has been raised anew since: two cannot be open."""
    return any(
        Reason.objects.filter(account=one.account_id, trigger=one.trigger, mark=one.mark, gone_at=None)
        .exclude(pk=one.pk)
        .exists()
        for one in reasons
    )


def _recorded(what: str, by: Member, alerts: list[Alert], **after: str) -> None:
    for alert in alerts:
        record(what, by=by, of=alert, after={"state": alert.state, **after})
