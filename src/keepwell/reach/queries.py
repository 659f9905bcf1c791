"""What pages ask of touches and the contact budget, always as somebody."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from keepwell.accounts.models import Account, Channel, Contact
from keepwell.accounts.remembering import remembered
from keepwell.members.models import Member
from keepwell.members.ready import ready_by_keys
from keepwell.members.rights import kinds_of, seen_by
from keepwell.reach import saying
from keepwell.reach.budget import CHANNELS, Answer, Message, day_of, judged, rules_in_force
from keepwell.reach.models import Hold, Reservation, Rule, Touch
from keepwell.reach.using import Use, uses_of

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
    def next(self) -> str:
        """Whether now, or not before when."""
        return saying.next_contact(self.answer)

    @property
    def because(self) -> str:
        """For whose messages."""
        return saying.because(self.answer)


@dataclass(frozen=True)
class Held:
    """A hold as it is shown; `free` where the budget would let the same message out by now."""

    hold: Hold
    free: bool

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
    read = vars(account).get("lately")  # where the page has read it
    uses = uses_of([account.pk], rules, on=today, today=today, lately=read).get(account.pk, [])

    def asked(contact: Contact) -> Allowed:
        message = Message(account, contact, _liked(contact), team)
        return Allowed(judged(message, uses, rules, on=today), contact)

    found = [asked(contact) for contact in contacts]
    return sorted(found, key=lambda one: one.answer.until or (today if one.answer.allowed else date.max))


class Together:
    """What the contact budget says to all that a page asks, whichever of its parts asks it: read once.

    It is read when the first answer is looked at, of every account that was asked about by then.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self._asked: set[str] = set()
        self._uses: dict[str, list[Use]] = {}

    @cached_property
    def _rules(self) -> list[Rule]:
        return rules_in_force()

    def ask(self, *messages: Message) -> "Next":
        """When the first of some messages may go out."""
        self._asked |= {one.account.pk for one in messages}
        return Next(self, messages)

    def said(self, message: Message) -> Allowed:
        """When a message may go out."""
        if new := self._asked - self._uses.keys():
            read = uses_of(new, self._rules, on=self.today, today=self.today)
            self._uses |= {one: read.get(one, []) for one in new}
        answer = judged(message, self._uses[message.account.pk], self._rules, on=self.today)
        return Allowed(answer, message.contact)


@dataclass(frozen=True)
class Next:
    """A question to the contact budget: when the first of some messages may go out."""

    together: Together
    messages: Sequence[Message]

    @cached_property
    def said(self) -> Allowed:
        """The answer, of the message that may go out first."""
        found = []
        for message in self.messages:
            said = self.together.said(message)
            if said.answer.allowed:
                return said  # none is sooner
            found.append(said)
        return min(found, key=lambda one: one.answer.until or date.max)

    @property
    def who(self) -> str:
        """Who may be reached first, and how they like it; "" where nobody is known by name."""
        contact = self.said.contact
        return " · ".join(filter(None, (str(contact), contact.way))) if contact is not None else ""


@remembered
def together() -> Together:
    """One for each request."""
    return Together(day_of(timezone.now()))


def next_at(accounts: Sequence[Account], *, team: str) -> dict[str, Next]:
    """By account, when somebody there may next be reached with a normal message, by the channel they like."""
    people: dict[str, list[Contact]] = defaultdict(list)
    for contact in _there(accounts=[one.pk for one in accounts]):
        people[contact.account_id].append(contact)

    def messages(account: Account) -> list[Message]:
        known = people[account.pk]
        return [Message(account, one, _liked(one), team) for one in known] or [
            Message(account, None, "", team)
        ]

    return {one.pk: together().ask(*messages(one)) for one in accounts}


@ready_by_keys
def _there(*, accounts: Sequence[str]) -> QuerySet[Contact]:
    here = Contact.objects.filter(account__in=accounts, left_on=None)
    return here.only("account_id", "name", "role", "channel", "opted_out")


def _liked(contact: Contact) -> str:
    return contact.channel if contact.channel in CHANNELS else ""


def holds(member: Member, *, whose: str = "team", now: datetime) -> QuerySet[Hold]:
    """Who is held back still, or was for a wish within the last month; the latest first."""
    found = seen_by(Hold.objects.select_related("account", "contact", "member"), member, account="account")
    if whose == "mine":
        found = found.filter(member=member)
    return found.filter(Q(until__gte=day_of(now)) | Q(until=None, at__gte=now - PAST))


def as_they_are(holds: Sequence[Hold], *, now: datetime) -> list[Held]:
    """Holds as they are shown: some have come free before their day, as a slot was given back or a rule changed."""
    rules, today = rules_in_force(), day_of(now)
    uses = uses_of({one.account_id for one in holds}, rules, on=today, today=today)
    found = []
    for one in holds:
        message = Message(one.account, one.contact, one.channel, one.team, one.importance)
        answer = judged(message, uses[one.account_id], rules, on=max(one.day, today))
        found.append(Held(one, answer.allowed))
    return found


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
