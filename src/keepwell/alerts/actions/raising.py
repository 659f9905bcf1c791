"""The night raises alerts and lets them go."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from keepwell.accounts.actions import tell
from keepwell.accounts.models import Account, Standing
from keepwell.accounts.queries import company_day
from keepwell.alerts.bounds import Bounds, Rules, Verdict, may_raise, verdict
from keepwell.alerts.cases import cases_of, is_known, nothing_known
from keepwell.alerts.models import Alert, Before, Reason
from keepwell.alerts.triggers import Case, Reading, Trigger, all_triggers
from keepwell.conversations.rules.alerting import heard_at
from keepwell.members.audit import record
from keepwell.members.models import Member

BATCH = 1_000
HEARD_BACK = timedelta(days=15)  # what rules heard before that is no news any more
Progress = Callable[[int, int], object]
Key = tuple[str, str, str]  # account, trigger, mark


@dataclass
class Raised:
    """What one night did."""

    alerts: int = 0
    passed: int = 0
    left: int = 0


@dataclass
class _Known:
    """What is stored of the accounts of a batch: open reasons, and when others ended."""

    open: dict[Key, Reason]
    ended: dict[Key, datetime]
    events: set[Key]  # what has been told of once already
    crossed: set[int] = field(default_factory=set)  # alerts that were near and are over
    new: dict[str, list[Reason]] = field(default_factory=lambda: defaultdict(list))


def raise_alerts(*, now: datetime, progress: Progress | None = None) -> Raised:
    """Look at every standing with every trigger, and at who has none with what was heard there: raise what is new,
    let go what is over.

    Safe to repeat: a reason that is open is not raised again, nor one that ended within its days of quiet. A night
    that was killed midway has stored some accounts and goes on with the rest.
    """
    done, rules = Raised(), Rules.stored()
    total, seen = Standing.objects.count(), 0
    for standings in _batches():
        with transaction.atomic():
            _look_at(standings, rules, now, done)
        seen += len(standings)
        if progress is not None:
            progress(seen, total)
    _look_at_the_others(rules, now, done)
    _let_go_of_leavers(now, done)
    _bring_back(company_day(now))
    after = {"raised": done.alerts, "passed": done.passed, "left": done.left}
    if any(after.values()):
        record("raise alerts", by=None, after=after)
    return done


def raise_at(*, accounts: Sequence[str], triggers: Collection[str], now: datetime) -> Raised:
    """Look at some accounts with some triggers, between two nights: for what cannot wait for the next one."""
    done = Raised()
    rules = Rules.stored()
    with transaction.atomic():
        rows = Standing.objects.select_for_update(of=("self",)).select_related("account")
        if standings := list(rows.filter(pk__in=accounts).order_by("pk")):
            _look_at(standings, rules, now, done, only=triggers)
        _look_without_standing(set(accounts) - {one.pk for one in standings}, triggers, rules, now, done)
    return done


def _look_at_the_others(rules: Rules, now: datetime, done: Raised) -> None:
    """Accounts without a standing at which something was heard lately, or is open."""
    asked = [one.name for one in all_triggers().values() if one.of_anyone]
    heard = heard_at(since=now - HEARD_BACK)
    open_there = Reason.objects.filter(gone_at=None, trigger__in=asked)
    those = Q(pk__in=heard) | Q(pk__in=open_there.values("account"))
    found = list(Account.objects.filter(those, standing=None).order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(found), BATCH):
        with transaction.atomic():
            _look_without_standing(found[at : at + BATCH], asked, rules, now, done)


def _look_without_standing(
    accounts: Collection[str], triggers: Collection[str], rules: Rules, now: datetime, done: Raised
) -> None:
    """Prospects, trials and accounts that no night has seen: with triggers that need no standing."""
    only = [one.name for one in all_triggers().values() if one.of_anyone and one.name in triggers]
    if not accounts or not only:
        return
    # Locked as standings are elsewhere; rows that only point to the account are written meanwhile.
    locked = Account.objects.select_for_update(of=("self",), no_key=True)
    rows = locked.filter(pk__in=accounts, gone=False, standing=None)
    if found := list(rows.order_by("pk")):
        _look_at([nothing_known(one, company_day(now)) for one in found], rules, now, done, only=only)


def _batches() -> Iterator[list[Standing]]:
    last = ""
    rows = Standing.objects.select_related("account").defer("past", "history").order_by("pk")
    while found := list(rows.filter(pk__gt=last)[:BATCH]):
        yield found
        last = found[-1].pk


def _look_at(
    standings: Sequence[Standing],
    rules: Rules,
    now: datetime,
    done: Raised,
    *,
    only: Collection[str] | None = None,
) -> None:
    accounts = [one.pk for one in standings]
    # Whoever looks at the same accounts just now waits: it would not see what is stored here.
    list(Standing.objects.select_for_update().filter(pk__in=accounts).order_by("pk").values_list("pk"))
    known = _known(accounts)
    for one, case in zip(standings, cases_of(standings), strict=True):
        for trigger in all_triggers().values():
            if only is not None and trigger.name not in only:
                continue
            bounds = rules.bounds(trigger, one.account)
            for reading in trigger.reads(case):
                _hold(known, trigger, bounds, case, reading, now=now)
    _store(standings, known, now, done)
    _tell_again(known.crossed)
    _close_passed({reason.alert_id for reason in known.open.values() if reason.gone}, now, done)
    if only is not None:
        return  # the steps were not looked at
    Before.objects.bulk_create(
        [Before(account_id=one.pk, day=one.day, steps=one.steps) for one in standings],
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=["day", "steps"],
    )


def _known(accounts: Sequence[str]) -> _Known:
    # The alerts are locked, not the reasons: members' answers lock the same rows.
    list(Alert.objects.select_for_update().filter(account__in=accounts).exclude(state=Alert.State.CLOSED))
    rows = Reason.objects.filter(account__in=accounts)
    gone = rows.exclude(gone_at=None)
    ended = gone.values("account", "trigger", "mark").annotate(at=Max("gone_at"))
    events = gone.exclude(event="").values_list("account_id", "trigger", "event")
    return _Known(
        {(one.account_id, one.trigger, one.mark): one for one in rows.filter(gone_at=None)},
        {(one["account"], one["trigger"], one["mark"]): one["at"] for one in ended.order_by()},
        set(events),
    )


def _hold(
    known: _Known, trigger: Trigger, bounds: Bounds, case: Case, reading: Reading, *, now: datetime
) -> None:
    """Hold one reading against its bounds and what is stored of it."""
    key, said = (case.account, trigger.name, reading.mark), verdict(trigger, bounds, reading)
    seen = {
        **reading.more,
        "value": reading.value,
        "threshold": bounds.threshold,
        "near": bounds.near,
        "day": case.day.isoformat(),
    }
    if reading.later:
        seen["later"] = reading.later
    if reason := known.open.get(key):
        if said == Verdict.CALM:
            reason.gone_at, reason.gone, reason.gone_with = now, Reason.Gone.CALM, seen
            reason.save(update_fields=["gone_at", "gone", "gone_with"])
        elif said == Verdict.OVER and reason.near:
            reason.near, reason.crossed_at, reason.crossed = False, now, seen
            reason.save(update_fields=["near", "crossed_at", "crossed"])
            known.crossed.add(reason.alert_id)
        elif said == Verdict.OVER and seen != reason.seen and reading.later:
            if reading.later > reason.seen.get("later", 0):
                known.crossed.add(reason.alert_id)
            reason.seen = seen
            reason.save(update_fields=["seen"])
        return
    if said not in (Verdict.OVER, Verdict.NEAR) or not may_raise(trigger, bounds, case, reading):
        return
    if reading.event:
        if (case.account, trigger.name, reading.event) in known.events:
            return
    elif (ended := known.ended.get(key)) and ended + timedelta(days=bounds.quiet_days) > now:
        return
    known.new[case.account].append(
        Reason(
            account_id=case.account,
            trigger=trigger.name,
            mark=reading.mark,
            event=reading.event,
            near=said == Verdict.NEAR,
            seen=seen,
            began_at=now,
        )
    )


def _store(standings: Sequence[Standing], known: _Known, now: datetime, done: Raised) -> None:
    """One alert for all that an account's night brought; linked to the one that is open, if there is one."""
    open_alerts = {one.account_id: one.alert_id for one in known.open.values() if not one.gone}
    coming = [one for one in standings if one.pk in known.new]
    alerts = Alert.objects.bulk_create(
        Alert(
            account=one.account,
            owner_id=one.account.owner_id,
            day=one.day,
            opened_at=now,
            stood=_stood(one),
            after_id=open_alerts.get(one.pk),
        )
        for one in coming
    )
    reasons = []
    for alert in alerts:
        for reason in known.new[alert.account_id]:
            reason.alert = alert
            reasons.append(reason)
    Reason.objects.bulk_create(reasons)
    for alert in alerts:
        put_on_timeline(alert, known.new[alert.account_id])
    done.alerts += len(alerts)


def _stood(one: Standing) -> dict[str, Any]:
    """What was known of an account then; nothing where no night had said anything."""
    if not is_known(one):
        return {}
    return {
        "risk": one.risk,
        "low": one.low,
        "high": one.high,
        "health": one.health,
        "score": one.score,
        "mrr": one.mrr,
        "worth": one.worth,
        "reasons": one.reasons[:5],
    }


def put_on_timeline(alert: Alert, reasons: Sequence[Reason]) -> None:
    """Tell of an alert on its account's timeline, or tell it anew."""
    tell(
        account=alert.account,
        kind="alert",
        key=str(alert.pk),
        at=alert.opened_at,
        hot=alert.state != Alert.State.CLOSED,
        data={
            "alert": alert.pk,
            "state": alert.state,
            "outcome": alert.outcome,
            "reasons": [[one.trigger, one.seen] for one in reasons],
        },
    )


def _tell_again(crossed: set[int]) -> None:
    """What was near is over: whoever has seen it or put it off is told again."""
    Alert.objects.filter(pk__in=crossed).update(
        state=Alert.State.OPEN, snoozed_until=None, to_tell="crossed", escalated_at=None
    )


def _bring_back(today: date) -> None:
    """What was put off until today is open again, and told again: whoever put it off is not to search for it."""
    Alert.objects.filter(state=Alert.State.SNOOZED, snoozed_until__lte=today).update(
        state=Alert.State.OPEN, snoozed_until=None, to_tell="back", escalated_at=None
    )


def _close_passed(alerts: set[int], now: datetime, done: Raised) -> None:
    """Close the alerts of which every reason has gone away by itself."""
    still = Reason.objects.filter(alert=OuterRef("pk"), gone_at=None)
    over = Alert.objects.filter(~Exists(still), pk__in=alerts).exclude(state=Alert.State.CLOSED)
    for alert in over.select_related("account").prefetch_related("reasons"):
        close(alert, Alert.Outcome.PASSED, now=now)
        done.passed += 1


def _let_go_of_leavers(now: datetime, done: Raised) -> None:
    """Close the alerts of accounts that pay nothing any more, or have given notice: they have no standing.

    One that had none when its alert was raised has left only if a night saw it pay since, or the book has lost it.
    """
    paid_since = Before.objects.filter(account=OuterRef("account"), day__gte=OuterRef("day"))
    gone = Alert.objects.exclude(state=Alert.State.CLOSED).filter(account__standing=None)
    gone = gone.filter(~Q(stood={}) | Q(account__gone=True) | Exists(paid_since))
    if not Standing.objects.exists():  # no night has been made: nobody has left
        return
    for alert in gone.select_related("account").prefetch_related("reasons"):
        with transaction.atomic():
            alert.reasons.filter(gone_at=None).update(gone_at=now, gone=Reason.Gone.LEFT)
            close(alert, Alert.Outcome.LEFT, now=now)
        done.left += 1


def close(alert: Alert, outcome: str, *, now: datetime, by: Member | None = None, note: str = "") -> None:
    """Close an alert; its reasons are ended by whoever calls."""
    alert.state, alert.outcome, alert.note = Alert.State.CLOSED, outcome, note
    alert.closed_at, alert.closed_by, alert.snoozed_until, alert.to_tell = now, by, None, ""
    alert.save(
        update_fields=["state", "outcome", "note", "closed_at", "closed_by", "snoozed_until", "to_tell"]
    )
    put_on_timeline(alert, list(alert.reasons.all()))
