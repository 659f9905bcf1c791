"""Playbooks that alerts start by themselves."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from keepwell.alerts.models import Alert, Reason
from keepwell.followups.actions.playing import MOST, start
from keepwell.followups.models import Playbook, Run, Version
from keepwell.lib.errors import KeepwellError

FRESH = timedelta(
    days=7
)  # an alert raised before that starts nothing by itself: a night may have been missed


def start_for_alerts(*, now: datetime) -> int:
    """Start each playbook at the accounts whose alerts call for it; returns how many runs began, held-out ones too.

    Safe to repeat: an alert starts a playbook once, and so does an account that is held out from it.
    """
    begun = 0
    for playbook in Playbook.objects.filter(active=True).prefetch_related("versions"):
        version = next(iter(playbook.versions.all()), None)
        if version is None or not version.trigger:
            continue
        alerts = list(calling(version, now=now).select_related("account"))
        for at in range(0, len(alerts), MOST):
            some = alerts[at : at + MOST]
            with suppress(KeepwellError):  # its condition can no longer be asked: its page says so
                done = start(
                    playbook=playbook, accounts=[one.account for one in some], by=None, now=now, alerts=some
                )
                begun += len(done.runs)
    return begun


def calling(version: Version, *, now: datetime) -> QuerySet[Alert]:
    """The newest unanswered alert of each account that calls for a playbook and has not had it yet."""
    since = max(version.made_at, now - FRESH)
    seen = Q(crossed_at__gte=since) | Q(crossed_at=None, began_at__gte=since)
    reasons = Reason.objects.filter(
        seen, alert=OuterRef("pk"), trigger=version.trigger, near=False, gone_at=None
    )
    runs = Run.objects.filter(playbook=version.playbook)
    held_out = runs.filter(account=OuterRef("account"), arm=Run.Arm.HELD_OUT)
    newer = Alert.objects.filter(
        Exists(reasons), account=OuterRef("account"), opened_at__gt=OuterRef("opened_at")
    )
    return (
        Alert.objects.filter(Exists(reasons), state__in=(Alert.State.OPEN, Alert.State.ACKNOWLEDGED))
        .exclude(Exists(runs.filter(alert=OuterRef("pk"))))
        .exclude(Exists(held_out))
        .exclude(Exists(newer))
        .order_by(F("account__standing__worth").desc(nulls_last=True), "pk")
    )
