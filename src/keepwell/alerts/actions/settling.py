"""What became of alerts: whether anything was done about them, and whether the account left after all."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from keepwell.accounts.models import Entry
from keepwell.alerts.actions.tallying import tally
from keepwell.alerts.models import Alert

LEFT_WITHIN = timedelta(days=180)  # an account that leaves later did not leave for what the alert saw
ACTED_WITHIN = timedelta(days=30)  # a contact of ours later than that was not about the alert
BATCH = 1_000


def settle(*, now: datetime) -> None:
    """Note of each alert of which it may still change the first contact of ours after it, and the day they left.

    Then their score is counted.
    """
    young = Alert.objects.filter(opened_at__gte=now - LEFT_WITHIN - timedelta(days=60))
    _each(young.filter(left_on=None), _note_leaving)
    _each(young.filter(acted_at=None), _note_acting)
    tally(now=now)


def _each(alerts: QuerySet[Alert], note: Callable[[list[Alert]], None]) -> None:
    last = 0
    while found := list(alerts.filter(pk__gt=last).order_by("pk")[:BATCH]):
        note(found)
        last = found[-1].pk


def _note_leaving(alerts: list[Alert]) -> None:
    since = min(one.day for one in alerts)
    rows = Entry.objects.filter(
        account__in={one.account_id for one in alerts},
        kind="movement",
        data__kind="churn",
        at__date__gte=since,
    )
    left: dict[str, list[date]] = defaultdict(list)
    for account, at in rows.order_by("at").values_list("account_id", "at"):
        left[account].append(at.date())
    changed = []
    for one in alerts:
        days = (day for day in left[one.account_id] if one.day <= day <= one.day + LEFT_WITHIN)
        if (day := next(days, None)) is not None:
            one.left_on = day
            changed.append(one)
    Alert.objects.bulk_update(changed, ["left_on"])


def _note_acting(alerts: list[Alert]) -> None:
    since = min(one.opened_at for one in alerts)
    rows = Entry.objects.filter(
        account__in={one.account_id for one in alerts}, kind="touch", data__direction="out", at__gt=since
    )
    ours: dict[str, list[datetime]] = defaultdict(list)
    for account, at in rows.order_by("at").values_list("account_id", "at"):
        ours[account].append(at)
    changed = []
    for one in alerts:
        until = one.opened_at + ACTED_WITHIN
        first = next((moment for moment in ours[one.account_id] if one.opened_at < moment <= until), None)
        if first is not None:
            one.acted_at = first
            changed.append(one)
    Alert.objects.bulk_update(changed, ["acted_at"])
