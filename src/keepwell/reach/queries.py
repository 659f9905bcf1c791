"""What pages ask of touches and the contact budget, always as somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Q, QuerySet
from django.http import Http404

from keepwell.accounts.models import Account, Channel, Contact
from keepwell.members.models import Member
from keepwell.members.rights import kinds_of, seen_by
from keepwell.reach import saying
from keepwell.reach.budget import Answer, Message, day_of, judged, rules_in_force, uses_of
from keepwell.reach.models import Hold, Reservation, Touch

PAST = timedelta(days=30)
SHOWN = 6  # contacts that an account's page tells the next contact of


@dataclass(frozen=True)
class Allowed:
    """The budget's answer for one contact, or for an account as a whole, in words."""

    answer: Answer
    contact: Contact | None = None

    @property
    def until(self) -> str:
        """From when."""
        return saying.until(self.answer)

    @property
    def why(self) -> str:
        """Held by which rule."""
        return saying.why(self.answer)

    @property
    def because(self) -> str:
        """For whose messages."""
        return saying.because(self.answer)


@dataclass(frozen=True)
class Held:
    """A hold as it is shown."""

    hold: Hold

    @cached_property
    def said(self) -> Allowed:
        """Its answer, in the reader's words."""
        return Allowed(Answer.from_json(self.hold.why))

    @property
    def channel(self) -> str:
        """By what they were to be reached."""
        return Channel.said(self.hold.channel)


def team_of(member: Member) -> str:
    """What kind of team a member reaches out for; "" where they are in none."""
    return next(iter(kinds_of(member)), "")


def allowed_at(account: Account, contacts: Sequence[Contact], *, team: str, today: date) -> list[Allowed]:
    """When each contact may next be reached with a normal message, by the channel they like; first who may now."""
    rules = rules_in_force()
    uses = uses_of([account.pk], rules, on=today, today=today, lately=account.lately).get(account.pk, [])

    def asked(contact: Contact) -> Allowed:
        channel = contact.channel if contact.channel in Channel.values else ""
        return Allowed(judged(Message(account, contact, channel, team), uses, rules, on=today), contact)

    found = [asked(contact) for contact in contacts]
    return sorted(found, key=lambda one: one.answer.until or (today if one.answer.allowed else date.max))


def allowed_for(messages: Sequence[Message], *, today: date) -> list[Allowed]:
    """When each of several messages may go out, asked together."""
    rules = rules_in_force()
    uses = uses_of({one.account.pk for one in messages}, rules, on=today, today=today)
    return [
        Allowed(judged(one, uses.get(one.account.pk, []), rules, on=today), one.contact) for one in messages
    ]


def holds(member: Member, *, whose: str = "team", now: datetime) -> QuerySet[Hold]:
    """Who is held back still, or was for a wish within the last month; the latest first."""
    found = seen_by(Hold.objects.select_related("account", "contact", "member"), member, account="account")
    if whose == "mine":
        found = found.filter(member=member)
    return found.filter(Q(until__gte=day_of(now)) | Q(until=None, at__gte=now - PAST))


def reserved(member: Member, *, whose: str = "team", today: date) -> QuerySet[Reservation]:
    """What is reserved ahead, the next first."""
    rows = Reservation.objects.select_related("account", "contact", "member")
    found = seen_by(rows, member, account="account")
    if whose == "mine":
        found = found.filter(member=member)
    return found.filter(state=Reservation.State.OPEN, day__gte=today)


def passed(member: Member, *, whose: str = "team", now: datetime) -> QuerySet[Touch]:
    """What went out within the last month although it was held: emergencies, and what had happened already."""
    rows = Touch.objects.exclude(passed={}).select_related("account", "contact", "member")
    found = seen_by(rows, member, account="account")
    if whose == "mine":
        found = found.filter(member=member)
    return found.filter(at__gte=now - PAST)


def reservation_of(member: Member, pk: int) -> Reservation:
    """One reservation; Http404 where it is not theirs to see."""
    rows = Reservation.objects.select_related("account", "contact")
    found = seen_by(rows, member, account="account").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def touches_of(account: Account, most: int) -> list[Touch]:
    """The last touches that members logged with an account."""
    return list(account.touches.select_related("member", "contact")[:most])
