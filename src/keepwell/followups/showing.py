"""Follow-ups as pages show them: why, how urgent and what they are worth, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keepwell.accounts.models import Account, Channel
from keepwell.accounts.queries import standing_of
from keepwell.accounts.readable import topic_said
from keepwell.accounts.showing import money, per_cent, reporting
from keepwell.followups.actions.handling import why_now
from keepwell.followups.models import Effect, FollowUp
from keepwell.members.labels import day_said, labels
from keepwell.members.models import Team
from keepwell.reach.budget import Message
from keepwell.reach.queries import Allowed, Next, together
from keepwell.risk.features import all_features
from keepwell.risk.reasons import Reason, askable, from_rows


@dataclass(frozen=True)
class Shown:
    """One follow-up on a page."""

    one: FollowUp
    today: date
    currency: str
    next: Next | None = None

    @property
    def allowed(self) -> Allowed | None:
        """When the contact budget lets it be done; None where that was not asked."""
        return self.next.said if self.next else None

    @property
    def overdue(self) -> bool:
        """Whether it is open and its day has gone by."""
        return self.one.state == FollowUp.State.OPEN and self.one.due < self.today

    @property
    def due(self) -> str:
        """When it is due, in words."""
        days = (self.one.due - self.today).days
        if self.one.state != FollowUp.State.OPEN:
            return str(labels(FollowUp.State)[self.one.state])
        if days == 0:
            return _("today")
        if days < 0:
            return ngettext("{n} day late", "{n} days late", -days).format(n=-days)
        return ngettext("in {n} day", "in {n} days", days).format(n=days)

    @property
    def mark(self) -> str:
        """How it is marked."""
        if self.one.state != FollowUp.State.OPEN:
            return "held" if self.one.state == FollowUp.State.DROPPED else "well"
        return "poor" if self.overdue else "near" if self.one.due == self.today else "held"

    @property
    def worth(self) -> str:
        """What acting is expected to bring."""
        return money(self.one.worth, self.currency)

    @property
    def owner(self) -> str:
        """Who has it, or whose it may be."""
        if self.one.owner:
            return str(self.one.owner)
        team = labels(Team.Kind).get(self.one.team, "")
        return _("free: {team}").format(team=team) if team else _("free")

    @cached_property
    def _saw(self) -> list[Reason]:
        """What spoke for leaving when it was made, strongest first."""
        found = from_rows(self.one.why.get("reasons", []))
        return [one for one in askable(found, all_features(), self.one.why.get("kept_by", "")) if one.raises]

    @cached_property
    def reasons(self) -> list[str]:
        """The same in sentences."""
        return [one.sentence(all_features(), currency=self.currency) for one in self._saw]

    @property
    def why(self) -> str:
        """The first of them."""
        said = self._saw[0].sentence(all_features(), currency=self.currency) if self._saw else ""
        return said[:1].upper() + said[1:]

    @property
    def why_first(self) -> str:
        """Why it stands where it stands in the list."""
        if self.one.worth is None:
            return _("What acting brings is not known yet.")
        return _("Acting on this account is expected to bring {worth}, what it costs taken off.").format(
            worth=self.worth
        )

    @property
    def risk(self) -> str:
        """The risk when it was made."""
        return per_cent(self.one.why.get("risk"))

    @property
    def touches(self) -> list[str]:
        """The last contacts when it was made."""
        return [_touch_said(one) for one in self.one.why.get("touches", [])]


def shown(
    rows: Iterable[FollowUp], *, today: date, budget: bool = False, currency: str | None = None
) -> list[Shown]:
    """Follow-ups for a page; with `budget`, each open one with when the contact budget lets it be done.

    `currency` is that of their worth, where the page knows it already or does not show it.
    """
    found = list(rows)
    currency = reporting() if currency is None else currency
    if not budget:
        return [Shown(one, today, currency) for one in found]
    ask = together().ask
    return [
        Shown(one, today, currency, ask(Message(one.account, one.contact, one.channel, one.team)))
        for one in found
    ]


def why_at(account: Account, *, today: date) -> Shown:
    """Why one would follow up on an account now, as the follow-up would keep it."""
    standing = standing_of(account)
    one = FollowUp(
        account=account, why=why_now(account), worth=standing.worth if standing else None, due=today
    )
    return Shown(one, today, reporting())


def refused_because(said: Effect) -> list[str]:
    """Why nothing can be said of the effect, line by line: of too small groups in the reader's language."""
    from keepwell.risk.effects.trial import TooFew

    if said.few is None:
        return [line.removeprefix("- ") for line in said.refused.splitlines()]
    why = TooFew(said.playbook.name, **said.few)
    return [why.wrong, _("Seen: {seen}").format(seen=why.seen), *why.helps]


def _touch_said(one: dict[str, Any]) -> str:
    day = day_said(timezone.localdate(datetime.fromisoformat(one["at"])))
    channel = labels(Channel).get(one.get("channel") or "", one.get("channel") or "")
    team = one.get("team") or ""
    ours = labels(Team.Kind).get(team.replace(" ", "_"), team) or _("we")
    who = _("they") if one.get("direction") == "in" else ours
    return " · ".join(str(part) for part in (day, who, channel, topic_said(one.get("topic"))) if part)
