"""Accounts as pages show them: numbers in words, marks, sentences, in the reader's language."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, time, timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from keepwell.accounts.models import Account, Entry, Standing
from keepwell.accounts.queries import made
from keepwell.accounts.timeline import More, all_kinds
from keepwell.lib.amounts import whole_money
from keepwell.lib.text import gettext
from keepwell.members.labels import day_said, labels
from keepwell.members.models import Member
from keepwell.risk.features import all_features
from keepwell.risk.health.checkup import STEPS
from keepwell.risk.reasons import Reason, askable, from_rows

CONCERNING, POOR = 0.25, 0.5  # chances from which a risk is marked
_MARKS = {"poor": "poor", "concerning": "near", "healthy": "well"}


def money(amount: int | None, currency: str) -> str:
    """An amount in whole units, as the reader writes numbers."""
    return "" if amount is None else whole_money(amount, currency)


def per_cent(share: float | None) -> str:
    """A share from 0 to 1."""
    return "" if share is None else f"{share * 100:.0f}%"


def mark_of(health: str) -> str:
    """How a check-up, or a step of it, is marked."""
    return _MARKS.get(health, "held")


def step_said(step: str) -> str:
    """What a step of the check-up is called."""
    return gettext(STEPS[step]) if step in STEPS else step


@dataclass(frozen=True)
class Shown:
    """One account in a list or on its page."""

    account: Account
    standing: Standing | None
    currency: str

    @property
    def stood_before(self) -> date | None:
        """The day before which all that is said of it was known, where that is not today or yesterday."""
        late = timezone.localdate() - timedelta(days=1)
        return self.standing.day if self.standing and self.standing.day < late else None

    @property
    def mark(self) -> str:
        """How a risk is marked: poor, near, well."""
        if self.standing is None or self.standing.risk is None:
            return "held"
        return (
            "poor" if self.standing.risk >= POOR else "near" if self.standing.risk >= CONCERNING else "well"
        )

    @property
    def health(self) -> str:
        """How the check-up is, in words."""
        return str(labels(Standing.Health)[self.standing.health]) if self.standing else ""

    @property
    def health_mark(self) -> str:
        """How the check-up is marked."""
        return mark_of(self.standing.health if self.standing else "")

    @property
    def risk(self) -> str:
        """The chance of leaving."""
        return per_cent(self.standing.risk) if self.standing else ""

    @property
    def between(self) -> str:
        """The interval of the chance, and how much was known where that is not nearly all."""
        s = self.standing
        if s is None or s.low is None or s.high is None:
            return ""
        said = f"{s.low * 100:.0f}–{s.high * 100:.0f}"
        if s.coverage is not None and s.coverage < 0.8:
            said += ", " + _("knows {share}").format(share=per_cent(s.coverage))
        return said

    @property
    def change(self) -> str:
        """How the risk has changed in 30 days, in points; else in 7."""
        return self.change_30 or self.change_7

    @property
    def change_7(self) -> str:
        """How the risk has changed in 7 days, in points."""
        return _points(self.standing.change_7) if self.standing else ""

    @property
    def change_30(self) -> str:
        """How the risk has changed in 30 days, in points."""
        return _points(self.standing.change_30) if self.standing else ""

    @cached_property
    def spark(self) -> dict[str, Any] | None:
        """The risk of the nights so far as a line, 100 wide and 24 high, and in words; None before there are two."""
        seen = self.standing.glance if self.standing else {}
        if "line" not in seen:
            return None
        said = _("{before} on {day}, {now} now").format(
            before=per_cent(seen["was"]),
            day=day_said(date.fromisoformat(seen["since"])),
            now=per_cent(seen["now"]),
        )
        return {"line": seen["line"], "said": said}

    @property
    def worth(self) -> str:
        """What acting is expected to bring."""
        return money(self.standing.worth, self.currency) if self.standing else ""

    @property
    def cost(self) -> str:
        """What acting costs."""
        return money(self.standing.cost, self.currency) if self.standing else ""

    @property
    def gain(self) -> str:
        """What acting is expected to bring before what it costs."""
        s = self.standing
        return (
            "" if s is None or s.worth is None or s.cost is None else money(s.worth + s.cost, self.currency)
        )

    @property
    def coverage(self) -> str:
        """How much of what the model asks was known."""
        return per_cent(self.standing.coverage) if self.standing else ""

    @property
    def score(self) -> str:
        """The points of the check-up, of 100."""
        s = self.standing
        return "" if s is None or s.score is None else f"{s.score:.0f}"

    @property
    def known(self) -> str:
        """How much of the check-up's weight was known."""
        return per_cent(self.standing.known) if self.standing else ""

    @property
    def mrr(self) -> str:
        """What it pays a month."""
        return money(self.standing.mrr, self.currency) if self.standing else ""

    @cached_property
    def _saw(self) -> list[Reason]:
        """What the model saw, strongest first."""
        s = self.standing
        return askable(from_rows(s.reasons), all_features(), s.kept_by) if s is not None else []

    @cached_property
    def reasons(self) -> list[dict[str, Any]]:
        """The reasons in sentences, strongest first."""
        return [
            {"said": self._sentence(one), "raises": one.raises, "strength": one.strength} for one in self._saw
        ]

    @property
    def why(self) -> str:
        """The reasons that speak for leaving, one sentence after the other."""
        stop = "。" if (get_language() or "").startswith("zh") else ". "
        return stop.join(self._sentence(one) for one in self._saw if one.raises)

    @property
    def raising(self) -> list[str]:
        """The same, as they are said within a sentence."""
        return [self._within(one) for one in self._saw if one.raises]

    def _within(self, one: Reason) -> str:
        return one.sentence(all_features(), currency=self.currency)

    def _sentence(self, one: Reason) -> str:
        said = self._within(one)
        return said[:1].upper() + said[1:]

    @property
    def steps(self) -> list[dict[str, str]]:
        """The check-up step by step: its name, its label, how it is marked, how it stands."""
        stands = labels(Standing.Health)
        return [
            {"name": step, "label": step_said(step), "mark": mark_of(how), "said": str(stands[how])}
            for step, how in (self.standing.steps if self.standing else {}).items()
        ]

    @property
    def renewal(self) -> str:
        """When it renews, or how often it buys."""
        seen = self.standing.glance if self.standing else {}
        if (days := seen.get("renews")) is not None:
            return _("renews in {days} days").format(days=days)
        if (days := seen.get("orders")) is not None:
            return _("orders every {days} days").format(days=days)
        return ""

    @property
    def since(self) -> str:
        """How long it has been a customer."""
        s = self.standing
        if s is None or s.customer_since is None:
            return ""
        months = max((s.day - s.customer_since).days, 0) // 30.44
        years, rest = divmod(int(months), 12)
        if not years:
            return ngettext("customer for {n} month", "customer for {n} months", rest).format(n=rest)
        return ngettext("customer for {n} year", "customer for {n} years", years).format(n=years)


def shown(accounts: Iterable[Account]) -> list[Shown]:
    """Accounts for a page."""
    currency = reporting()
    return [Shown(account, getattr(account, "standing", None), currency) for account in accounts]


def reporting() -> str:
    """The currency that standings are in."""
    return str(made().get("currency") or "")


@dataclass(frozen=True)
class Told:
    """One entry of a timeline in words."""

    entry: Entry
    label: str
    headline: str
    detail: str
    address: str = ""
    mark: str = ""  # the class of a sign beside it, and what it says
    sign: str = ""

    @property
    def day(self) -> date:
        """The day by the reader's clock; what the book knows by its day alone stands at its beginning, in UTC."""
        at = self.entry.at.astimezone(UTC)
        return at.date() if at.time() == time() else timezone.localdate(at)


def told(entry: Entry) -> Told:
    """An entry in the reader's language."""
    kind = all_kinds().get(entry.kind)
    if kind is None:
        return Told(entry, entry.kind, entry.kind, "")
    said = (kind.headline(entry.data), kind.detail(entry.data), kind.address(entry.data))
    return Told(entry, str(kind.label), *said)


def told_to(member: Member, entries: Sequence[Entry]) -> list[Told]:
    """Entries in the reader's language, each leading to where this reader may see more of it."""
    kinds, asked = all_kinds(), defaultdict[Any, list[Entry]](list)
    for entry in entries:
        if entry.kind in kinds:
            asked[kinds[entry.kind].more].append(entry)
    found: dict[int, More] = {}
    for more, theirs in asked.items():
        found.update(more(member, theirs))
    return [_with(one, found.get(one.entry.pk, More())) for one in map(told, entries)]


def _with(one: Told, more: More) -> Told:
    return replace(one, address=more.address or one.address, mark=more.mark, sign=more.sign)


def _points(change: float | None) -> str:
    points = None if change is None else round(change * 100)
    return "" if points is None else f"{points:+d}".replace("-", "−") if points else "0"
