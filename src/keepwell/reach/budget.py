"""The contact budget: whether somebody may be reached, else from when, held by which rule, for whose message.

What counts is every contact of ours with them, out of the book, logged here or reserved ahead, whoever's and by
whatever channel; what they send us never does. A rule holds a message where one more would make too many in any
stretch of so many days that holds its day, before it or after, so that what is reserved ahead is safe too.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from keepwell.accounts.models import Account, Channel, Contact
from keepwell.accounts.queries import company_day
from keepwell.members.ready import ready_by_keys
from keepwell.reach.models import Importance, Reservation, Rule
from keepwell.reach.using import Use, uses_of

WISH, CHANNEL, RULE = "wish", "channel", "rule"
CHANNELS = frozenset(map(str, Channel.values))  # those a contact can like to be reached by


@dataclass(frozen=True)
class Message:
    """What somebody wants to send: to whom (no contact: anybody there), by what, how important, from which team."""

    account: Account
    contact: Contact | None
    channel: str
    team: str = ""
    importance: str = Importance.NORMAL


@dataclass(frozen=True)
class Answer:
    """Whether a message may go out on a day.

    until: the first day it may, None while the customer's wish holds it. by: what holds it: "wish" (wants no
    contact), "channel" (likes another), "rule". because: the messages that use up the rule, latest first.
    """

    allowed: bool
    day: date
    until: date | None = None
    by: str = ""
    rule: dict[str, Any] = field(default_factory=dict)
    prefers: str = ""
    because: tuple[dict[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it is kept, to be said later in anybody's language."""
        plain = asdict(self) | {"day": self.day.isoformat(), "because": list(self.because)}
        return plain | {"until": self.until.isoformat() if self.until else None}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Answer":
        """As it was."""
        until = kept.get("until")
        return cls(
            **kept
            | {
                "day": date.fromisoformat(kept["day"]),
                "until": date.fromisoformat(until) if until else None,
                "because": tuple(kept.get("because", ())),
            }
        )


def day_of(at: datetime) -> date:
    """The day the budget counts a moment to: the company's, which is the same for all who share the budget."""
    return company_day(at)


def may_reach(message: Message, *, on: date, today: date, without: Reservation | None = None) -> Answer:
    """Whether a message may go out on a day; `without` is a reservation that it would use."""
    rules = rules_in_force()
    uses = uses_of([message.account.pk], rules, on=on, today=today, without=without)[message.account.pk]
    return judged(message, uses, rules, on=on)


def judged(message: Message, uses: Sequence[Use], rules: Sequence[Rule], *, on: date) -> Answer:
    """The answer, given what counts and which rules there are."""
    if message.importance == Importance.EMERGENCY:
        return Answer(True, on)
    contact = message.contact
    if contact is not None and contact.opted_out:
        return Answer(False, on, by=WISH)
    if contact is not None and message.importance == Importance.NORMAL and _likes_another(contact, message):
        return Answer(False, on, by=CHANNEL, prefers=contact.channel)
    binding = [(rule, _counted(rule, message, uses)) for rule in rules if _binds(rule, message)]
    held = [(rule, counted) for rule, counted in binding if _full(rule, counted, on)]
    if not held:
        return Answer(True, on)
    until = on
    while any(_full(rule, counted, until) for rule, counted in binding):
        until += timedelta(days=1)
    # Of several rules the one is told that holds longest.
    last, counted = max(held, key=lambda one: _free(one[0], one[1], on))
    because = tuple(_use_json(use) for use in _blocking(last, counted, on))
    return Answer(False, on, until=until, by=RULE, rule=rule_json(last), because=because)


def rules_in_force() -> list[Rule]:
    """The rules that hold messages now."""
    return _in_force().rows()


@ready_by_keys
def _in_force() -> QuerySet[Rule]:
    return Rule.objects.filter(active=True)


def _likes_another(contact: Contact, message: Message) -> bool:
    return contact.channel != message.channel and contact.channel in CHANNELS


def _binds(rule: Rule, message: Message) -> bool:
    """Whether a rule has a say in a message: by its channel, team and importance, and whom it goes to."""
    return (
        rule.channel in ("", message.channel)
        and rule.team in ("", message.team)
        and (message.importance == Importance.NORMAL or rule.holds_important)
        and (rule.of == Rule.Of.ACCOUNT or message.contact is not None)
    )


def _counted(rule: Rule, message: Message, uses: Sequence[Use]) -> list[Use]:
    if not uses:
        return []
    contact = message.contact.pk if message.contact else None
    return [
        use
        for use in uses
        if rule.channel in ("", use.channel)
        and rule.team in ("", use.team)
        and (rule.of == Rule.Of.ACCOUNT or use.contact == contact)
    ]


def _full(rule: Rule, counted: Sequence[Use], day: date) -> bool:
    """Whether one more on `day` would be too many in some stretch of the rule's days that holds it."""
    if len(counted) < rule.most:
        return False  # as it nearly always is
    near = [at for use in counted if abs(at := (use.day - day).days) < rule.days]
    return len(near) >= rule.most and any(
        sum(first <= at < first + rule.days for at in near) >= rule.most for first in range(1 - rule.days, 1)
    )


def _free(rule: Rule, counted: Sequence[Use], day: date) -> date:
    while _full(rule, counted, day):
        day += timedelta(days=1)
    return day


def _blocking(rule: Rule, counted: Sequence[Use], day: date) -> list[Use]:
    near = [use for use in counted if abs((use.day - day).days) < rule.days]
    return sorted(near, key=lambda use: use.day, reverse=True)[: rule.most]


def rule_json(rule: Rule) -> dict[str, Any]:
    """A rule as it is kept with what it did, should it change."""
    names = ("most", "days", "of", "channel", "team", "holds_important")
    return {name: getattr(rule, name) for name in names}


def _use_json(use: Use) -> dict[str, Any]:
    return asdict(use) | {"day": use.day.isoformat()}
