"""What pages ask of alerts, always as somebody: an alert is seen by whoever sees its account."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.lookups import In
from django.http import Http404

from keepwell.accounts.conditions import saved
from keepwell.accounts.models import Account
from keepwell.accounts.queries import segments_of
from keepwell.alerts.models import Alert, Channel, Deed, Delivery, Reason, Tally, Threshold
from keepwell.alerts.triggers import Trigger, all_triggers
from keepwell.members.models import Member, Team
from keepwell.members.ordering import by
from keepwell.members.ready import Asked, ready_by_keys
from keepwell.members.rights import Right, may, portfolios_of, seen_by

STATES = ("open", "acknowledged", "snoozed", "closed", "all")
SORTS = {
    "new": "-opened_at",
    "worth": "-account__standing__worth",
    "risk": "-account__standing__risk",
    "account": "account__name",
}
FEW = 10  # fewer judged alerts than that say little


def alerts_of(member: Member) -> QuerySet[Alert]:
    """The alerts that a member may see, each with its account and reasons."""
    return _of(member).prefetch_related("reasons")


def _of(member: Member) -> QuerySet[Alert]:
    rows = Alert.objects.select_related("account", "account__standing", "account__owner")
    return seen_by(rows, member, account="account")


def alert_of(member: Member, pk: int) -> Alert:
    """One alert; Http404 where there is none, or it is not theirs to see."""
    found = _one(member=member, pk=pk).rows()
    if not found:
        raise Http404
    give_reasons(found)
    return found[0]


@ready_by_keys
def _one(*, member: Member, pk: int) -> QuerySet[Alert]:
    return _of(member).filter(pk=pk).order_by()


def open_at(account: Account, most: int) -> list[Alert]:
    """The alerts of an account that a member sees which are not closed, newest first, with their reasons: at once."""
    found: dict[int, list[Reason]] = {}
    for one in _open_at(account=account.pk).first(most * 10):
        found.setdefault(one.alert_id, []).append(one)
    alerts = []
    for reasons in list(found.values())[:most]:
        alert = reasons[0].alert
        alert.account = account
        alert._prefetched_objects_cache = {"reasons": reasons}  # type: ignore[attr-defined]  # as prefetch_related does
        alerts.append(alert)
    return alerts


@ready_by_keys
def _open_at(*, account: str) -> QuerySet[Reason]:
    rows = Reason.objects.filter(alert__account=account).exclude(alert__state=Alert.State.CLOSED)
    return rows.select_related("alert").order_by("-alert__opened_at", "-alert", "near", "pk")


def give_reasons(alerts: list[Alert]) -> None:
    """Read the reasons of some alerts at once, as `prefetch_related` does, at less cost for each of a list."""
    found: dict[int, list[Reason]] = {}
    for one in _reasons(alerts=[alert.pk for alert in alerts]):
        found.setdefault(one.alert_id, []).append(one)
    for alert in alerts:
        alert._prefetched_objects_cache = {"reasons": found.get(alert.pk, [])}  # type: ignore[attr-defined]  # as in open_at


@ready_by_keys
def _reasons(*, alerts: Sequence[int]) -> QuerySet[Reason]:
    return Reason.objects.filter(alert__in=alerts)


def inbox(
    member: Member,
    *,
    state: str = "open",
    trigger: str = "",
    whose: str = "all",
    segment: str = "",
    account: str = "",
    sort: str = "new",
) -> Asked[Alert]:
    """Alerts as the inbox asks for them; their reasons come by `give_reasons`."""
    said = {"trigger": trigger, "segment": segment, "account": account}
    state, sort = state if state in STATES else "all", sort if sort in SORTS else "new"
    found = _inbox(
        state, whose == "mine", sort, member=member, **{name: one for name, one in said.items() if one}
    )
    return found if sort == "new" else found.weighed()  # only that order is an index's


@ready_by_keys
def _inbox(
    state: str,
    mine: bool,
    sort: str,
    /,
    *,
    member: Member,
    trigger: str = "",
    segment: str = "",
    account: str = "",
) -> QuerySet[Alert]:
    found = _of(member)
    if state != "all":
        found = found.filter(state=state)
    if trigger:
        found = found.filter(Exists(Reason.objects.filter(alert=OuterRef("pk"), trigger=trigger)))
    if mine:
        found = found.filter(account__owner=member.pk)
    if segment:
        found = found.filter(account__segment=segment)
    if account:
        found = found.filter(account=account)
    return found.order_by(by(Alert, SORTS[sort]), "-pk")


def later_than(member: Member, alert: Alert, most: int) -> list[Alert]:
    """Alerts that came after one, as far as a member sees them: found by it, not among all of theirs."""
    found = _later(most, member=member, after=alert.pk).in_order().rows()
    give_reasons(found)
    return found


@ready_by_keys
def _later(most: int, /, *, member: Member, after: int) -> QuerySet[Alert]:
    return _of(member).filter(after=after)[:most]


def deliveries_of(alert: Alert, most: int) -> list[Delivery]:
    """Where an alert was told, newest first."""
    return _deliveries(most, alert=alert.pk).rows()


@ready_by_keys
def _deliveries(most: int, /, *, alert: int) -> QuerySet[Delivery]:
    rows = Delivery.objects.filter(alerts=alert).select_related("member", "channel")
    return rows.order_by("-made_at", "-pk")[:most]


def deeds_of(alert: Alert, most: int) -> list[Deed]:
    """What was done about an alert and stands."""
    return _deeds(most, alert=alert.pk).rows()


@ready_by_keys
def _deeds(most: int, /, *, alert: int) -> QuerySet[Deed]:
    return Deed.objects.filter(alert=alert, undone_at=None).select_related("by")[:most]


# --- settings --------------------------------------------------------------------------------------------------


def thresholds_of(member: Member) -> QuerySet[Threshold]:
    """The settings that concern a member: of the company, segments, their teams, themselves, accounts they see."""
    level = Threshold.Level
    rows = Threshold.objects.select_related("account", "member", "team")
    if may(member, Right.ADMINISTER):
        return rows
    seen = seen_by(Account.objects.all(), member)
    return rows.filter(
        Q(level__in=(level.COMPANY, level.SEGMENT, level.SAVED))
        | Q(level=level.TEAM, team__in=member.teams.all())
        | Q(level=level.MEMBER, member=member)
        | Q(level=level.ACCOUNT, account__in=seen)
    )


def may_change(member: Member, row: Threshold) -> bool:
    """Whether a member may change a setting that concerns them."""
    if row.level == Threshold.Level.ACCOUNT:
        return may(member, Right.ACT)
    return may(member, Right.ACT) and row.whom in dict(whom(member))


def whom(member: Member) -> list[tuple[str, str]]:
    """For whom a member may set bounds, by key: a member for themselves, a manager for teams, segments and all."""
    level = Threshold.Level
    found = [(f"{level.MEMBER}:{member.pk}", member.name)]
    if may(member, Right.MANAGE):
        found += [(f"{level.TEAM}:{one.pk}", one.name) for one in teams_of(member)]
        found += [(f"{level.SAVED}:{one}", one) for one in sorted(saved())]
        found += [(f"{level.SEGMENT}:{one}", one) for one in segments_of(member)]
        found.append((f"{level.COMPANY}:", ""))
    return found


def teams_of(member: Member) -> QuerySet[Team]:
    """The teams a manager decides for; all of them for an administrator."""
    return Team.objects.all() if may(member, Right.ADMINISTER) else member.teams.all()


def channels_of(member: Member) -> QuerySet[Channel]:
    """The channels a member may change: their own; a manager those of their teams; an administrator all."""
    rows = Channel.objects.select_related("member", "team")
    if may(member, Right.ADMINISTER):
        return rows
    own = Q(member=member)
    return (
        rows.filter(own | Q(team__in=member.teams.all())) if may(member, Right.MANAGE) else rows.filter(own)
    )


# --- keeping score ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Score:
    """How a trigger's alerts did. Shares are None where there is nothing to take a share of."""

    trigger: Trigger | None  # None: all of them
    raised: int
    acted: int  # something was done about them
    judged: int  # closed with a verdict by somebody, or the account left
    right: int  # of those, the ones that were no false alarm
    left: int
    warning: float | None  # median days from the alert to leaving

    @property
    def led_to_action(self) -> float | None:
        """Share of the alerts that something was done about."""
        return self.acted / self.raised if self.raised else None

    @property
    def was_right(self) -> float | None:
        """Share of the judged ones that were right."""
        return self.right / self.judged if self.judged else None

    @property
    def few(self) -> bool:
        """Whether too few were judged to say much."""
        return self.judged < FEW


def at_a_glance(member: Member) -> tuple[int, Score]:
    """How many alerts wait at a member's own accounts, and how all of a year did: asked at once."""
    found = {of: counted for of, *counted in _glance(member=member)}
    year = dict(zip(_SUMS, found.get("year", ()), strict=False))
    return found.get("mine", [0])[0], _score(None, year, [])


@ready_by_keys
def _glance(*, member: Member) -> QuerySet[Any, Any]:
    year = _tallies(member).filter(trigger="").order_by().annotate(of=Value("year")).values("of")
    year = year.annotate(**_SUMS)
    waiting = Alert.objects.filter(state=Alert.State.OPEN, account__owner=member.pk).order_by()
    mine = waiting.annotate(of=Value("mine")).values("of")
    mine = mine.annotate(**dict.fromkeys(_SUMS, Value(0)) | {"n_raised": Count("pk")})
    names = ("of", *_SUMS)
    return year.values_list(*names).union(mine.values_list(*names), all=True)


def scores(member: Member) -> list[Score]:
    """How the alerts of a year did, all together first, then by trigger. An alert counts for each of its reasons."""
    rows = _tallies(member)
    by_trigger: dict[str, Any] = {
        one["trigger"]: one for one in rows.order_by().values("trigger").annotate(**_SUMS)
    }
    warned: dict[str, list[int]] = {}
    for name, days in rows.exclude(warnings=[]).values_list("trigger", "warnings"):
        warned.setdefault(name, []).extend(days)
    found = [_score(None, by_trigger.get("", {}), warned.get("", []))]
    for trigger in all_triggers().values():
        if counts := by_trigger.get(trigger.name):
            found.append(_score(trigger, dict(counts), warned.get(trigger.name, [])))
    return found


_SUMS = {f"n_{name}": Sum(name) for name in ("raised", "acted", "judged", "right", "left")}


def _tallies(member: Member) -> QuerySet[Tally]:
    """What the night counted at the accounts that a member may see."""
    if may(member, Right.ADMINISTER):
        return Tally.objects.all()
    return Tally.objects.filter(Q(In(F("portfolio"), portfolios_of(member))) | Q(owner=member.pk))


def _sums(rows: QuerySet[Tally]) -> dict[str, Any]:
    return rows.aggregate(**_SUMS)


def _score(trigger: Trigger | None, counts: dict[str, int], warnings: list[int]) -> Score:
    return Score(
        trigger,
        counts.get("n_raised") or 0,
        counts.get("n_acted") or 0,
        counts.get("n_judged") or 0,
        counts.get("n_right") or 0,
        counts.get("n_left") or 0,
        median(warnings) if warnings else None,
    )
