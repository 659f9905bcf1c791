"""Who is told of an alert, how and when: every message is a stored row before anything is sent."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models.functions import Coalesce

from keepwell.accounts.queries import company_zone
from keepwell.alerts.models import Alert, Channel, Delivery, Manner
from keepwell.members.models import Member, Portfolio, Role
from keepwell.members.zones import zone_of

MANY = 8  # more alerts than that at once to one place come together in one message
SATURDAY = 5


@dataclass(frozen=True)
class Place:
    """One place that messages go to: a member's mail, or a channel."""

    member: Member | None = None
    channel: Channel | None = None

    @property
    def code(self) -> str:
        """Names it in keys."""
        return f"c{self.channel.pk}" if self.channel else f"m{self.member.pk}" if self.member else ""


class Directory:
    """Who looks after what, and how they want to be told: read once."""

    def __init__(self) -> None:
        self._manners = {one.member_id: one for one in Manner.objects.all()}
        self._channels = list(Channel.objects.filter(active=True))
        self._teams: dict[int, list[int]] = defaultdict(list)
        self._managers: dict[int, list[Member]] = defaultdict(list)
        active = Member.objects.filter(is_active=True)
        for manager in active.filter(role=Role.MANAGER).prefetch_related("teams__portfolios"):
            for portfolio in {one.pk for team in manager.teams.all() for one in team.portfolios.all()}:
                self._managers[portfolio].append(manager)
        self._administrators = list(active.filter(role=Role.ADMINISTRATOR))
        for portfolio, team in Portfolio.objects.exclude(teams=None).values_list("pk", "teams"):
            self._teams[portfolio].append(team)

    @property
    def company(self) -> Manner:
        """What holds unless a member says otherwise."""
        return self._manners.get(None) or Manner()

    def manner(self, member: Member | None) -> Manner:
        """How a member wants to be told."""
        return self._manners.get(member.pk if member else None) or self.company

    def managers(self, alert: Alert) -> list[Member]:
        """Who answers for the account of an alert: the managers of its teams, else the administrators."""
        found = self._managers.get(alert.account.portfolio_id or 0, [])
        return [one for one in found if one.pk != alert.owner_id] or self._administrators

    def answering(self, alert: Alert) -> list[Member]:
        """Who is to answer an alert first: its owner, else the managers."""
        return [alert.owner] if alert.owner and alert.owner.is_active else self.managers(alert)

    def next_to(self, alert: Alert) -> list[Member]:
        """Who is told when those do not answer: the next above them who takes mail. None: there is nobody."""
        asked = {one.pk for one in self.answering(alert)}
        for those in (self.managers(alert), self._administrators):
            if found := [one for one in those if one.pk not in asked and self._mailed(one)]:
                return found
        return []

    def places(self, alert: Alert) -> list[Place]:
        """Where an alert is told."""
        owner = alert.owner if alert.owner and alert.owner.is_active else None
        places = [Place(member=one) for one in self.answering(alert) if self._mailed(one)]
        teams = self._teams.get(alert.account.portfolio_id or 0, [])
        for channel in self._channels:
            whole = channel.member_id is None and channel.team_id is None
            if whole or channel.team_id in teams or (owner and channel.member_id == owner.pk):
                places.append(Place(channel=channel))
        return places

    def _mailed(self, member: Member) -> bool:
        return self.manner(member).how != Manner.How.NEVER


def plan(*, now: datetime) -> int:
    """Store a message for every alert that is still to be told, and every place it goes to. Returns how many.

    The alert is marked in the same transaction: killed at any point and run again, none is missing or there twice.
    """
    with transaction.atomic():
        waiting = Alert.objects.select_for_update(of=("self",)).exclude(to_tell="")
        alerts = list(waiting.select_related("account", "owner").order_by("pk"))
        if not alerts:
            return 0
        directory, first = Directory(), not Delivery.objects.exists()
        by_place: dict[Place, list[Alert]] = defaultdict(list)
        for alert in alerts:
            alert.awaited_at = None
            for place in directory.places(alert):
                by_place[place].append(alert)
        made = 0
        for place, theirs in by_place.items():
            made += _messages(place, theirs, directory, together=first and len(theirs) > 1, now=now)
        for alert in alerts:
            alert.to_tell, alert.rounds = "", alert.rounds + 1
            alert.awaited_at = alert.awaited_at or now
        Alert.objects.bulk_update(alerts, ["to_tell", "rounds", "awaited_at"])
    return made


def escalate(*, now: datetime) -> int:
    """Tell the next above of open alerts that nobody has answered in time. Returns how many alerts.

    The time runs from when those who are to answer were to hear of it: not through the quiet hours before.
    """
    open_ones = Alert.objects.filter(state=Alert.State.OPEN, escalated_at=None, to_tell="")
    with transaction.atomic():
        company = Manner.objects.filter(member=None).first() or Manner()
        limit = now - timedelta(hours=company.escalate_hours)
        late = open_ones.annotate(since=Coalesce("awaited_at", "opened_at")).filter(since__lte=limit)
        locked = late.select_for_update(of=("self",)).select_related("account", "owner")
        if not (alerts := list(locked.order_by("pk"))):
            return 0
        directory = Directory()
        by_manager: dict[Member, list[Alert]] = defaultdict(list)
        for alert in alerts:
            alert.escalated_at = now
            for manager in directory.next_to(alert):
                by_manager[manager].append(alert)
        for manager, theirs in by_manager.items():
            due = free_from(directory.manner(manager), manager.time_zone, now)
            key = f"escalated-{theirs[0].pk}-{theirs[0].rounds}-m{manager.pk}"
            _stored(key, "escalated", Place(member=manager), theirs, due=due, now=now)
        Alert.objects.bulk_update(alerts, ["escalated_at"])
    return len(alerts)


def _messages(
    place: Place, alerts: list[Alert], directory: Directory, *, together: bool, now: datetime
) -> int:
    member = place.member or (place.channel.member if place.channel else None)
    manner, zone = directory.manner(member), member.time_zone if member else company_zone()
    digest = place.member is not None and manner.how == Manner.How.DIGEST
    hook = place.channel is not None and place.channel.kind == Channel.Kind.WEBHOOK
    due = now if hook else next_digest(manner, zone, now) if digest else free_from(manner, zone, now)
    if not hook:  # a machine is told, but does not answer
        for alert in alerts:
            alert.awaited_at = min(alert.awaited_at or due, due)
    if digest or together or len(alerts) > MANY:
        key = f"digest-{alerts[0].pk}-{alerts[0].rounds}-{place.code}"
        _stored(key, "digest", place, alerts, due=due, now=now)
        return 1
    for alert in alerts:
        key = f"{alert.to_tell}-{alert.pk}-{alert.rounds}-{place.code}"
        _stored(key, alert.to_tell, place, [alert], due=due, now=now)
    return len(alerts)


def _stored(
    key: str, why: str, place: Place, alerts: Iterable[Alert], *, due: datetime, now: datetime
) -> None:
    made = Delivery.objects.create(
        key=key, why=why, member=place.member, channel=place.channel, due_at=due, made_at=now
    )
    made.alerts.set(alerts)


def free_from(manner: Manner, zone: str, moment: datetime) -> datetime:
    """The first moment from then on that is not within quiet hours."""
    local = moment.astimezone(zone_of(zone))
    for _step in range(5):  # a Friday's night, both days of a weekend, and the night to Monday
        if manner.quiet_weekend and local.weekday() >= SATURDAY:
            local = _at(local + timedelta(days=1), 0)
        elif _quiet(manner, local.hour):
            later = local if local.hour < manner.quiet_to else local + timedelta(days=1)
            local = _at(later, manner.quiet_to)
        else:
            break
    return local if local > moment else moment


def next_digest(manner: Manner, zone: str, moment: datetime) -> datetime:
    """The next time that the daily mail goes."""
    local = moment.astimezone(zone_of(zone))
    due = _at(local, manner.digest_at)
    if due <= local:
        due = _at(local + timedelta(days=1), manner.digest_at)
    while manner.quiet_weekend and due.weekday() >= SATURDAY:
        due = _at(due + timedelta(days=1), manner.digest_at)
    return due


def _quiet(manner: Manner, hour: int) -> bool:
    begin, end = manner.quiet_from, manner.quiet_to
    return begin <= hour < end if begin <= end else hour >= begin or hour < end


def _at(local: datetime, hour: int) -> datetime:
    return datetime.combine(local.date(), time(hour), local.tzinfo)
