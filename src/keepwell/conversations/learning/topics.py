"""What customers speak of, period by period: of the accounts one spoke with, the share in which a theme was heard."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth, TruncQuarter
from django.utils import timezone

from keepwell.conversations.listing import counting
from keepwell.conversations.models import Conversation
from keepwell.conversations.queries import seen
from keepwell.conversations.rules.themes import LABELS
from keepwell.listening.said import Side
from keepwell.members.asking import begin_of
from keepwell.members.models import Member
from keepwell.metrics.intervals import wilson

FEW = 10  # accounts: a share of fewer says little
SHOWN = 6  # periods, the last of them not over yet
_OF = {"quarter": (TruncQuarter, 3), "month": (TruncMonth, 1)}


@dataclass(frozen=True)
class Asked:
    """By month or quarter; of which segment and kind of conversation, "" for all."""

    by: str = "quarter"
    segment: str = ""
    kind: str = ""

    @classmethod
    def read(cls, said: Mapping[str, str]) -> "Asked":
        """What an address asks for."""
        kind = said.get("kind", "")
        return cls(
            by="month" if said.get("by") == "month" else "quarter",
            segment=said.get("segment", ""),
            kind=kind if kind in Conversation.Kind.values else "",
        )


@dataclass(frozen=True)
class Period:
    """A month or quarter: its first day, and the first one after it. `going` while it is not over."""

    first: date
    after: date
    going: bool

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after - timedelta(days=1)


@dataclass(frozen=True)
class Share:
    """Of `base` accounts that were spoken with, those that spoke of a theme; with Wilson's interval."""

    n: int
    base: int

    @property
    def share(self) -> float | None:
        """The share, None where nobody was spoken with."""
        return self.n / self.base if self.base else None

    @property
    def between(self) -> tuple[float, float] | None:
        """Its 95% interval."""
        return wilson(self.n, self.base)

    @property
    def few(self) -> bool:
        """Whether it is of so few that it says little."""
        return self.base < FEW


@dataclass(frozen=True)
class Difference:
    """By how much a share rose from a period to the next, and the 95% interval of that."""

    points: float
    low: float
    high: float

    @property
    def way(self) -> str:
        """`more` or `less` where the interval leaves no other; "" where it does."""
        return "more" if self.low > 0 else "less" if self.high < 0 else ""


@dataclass(frozen=True)
class Topic:
    """A theme, period by period."""

    theme: str
    shares: tuple[Share, ...]
    change: Difference | None  # between the last two periods that are over

    @property
    def rising(self) -> bool:
        """Whether clearly more have spoken of it in the period going on than in all of the one before.

        Less is not said of a period that is going on: those spoken with so far may speak of it yet.
        """
        change = difference(self.shares[-1], self.shares[-2])
        return change is not None and change.way == "more"


@dataclass(frozen=True)
class Topics:
    """All themes; those that are rising now come first, then those that rose most."""

    periods: tuple[Period, ...]
    rows: tuple[Topic, ...]

    @property
    def over(self) -> tuple[Period, Period]:
        """The last two periods that are over: the one before, and the latest."""
        return self.periods[-3], self.periods[-2]


def difference(now: Share, before: Share) -> Difference | None:
    """The difference of two shares with Newcombe's interval; None where one has no base.

    Source: Newcombe, Statistics in Medicine 17 (1998), method 10. It takes the accounts of both periods for others;
    where they are the same ones it is a little wide.

    >>> one = difference(Share(56, 70), Share(48, 80))
    >>> (round(one.points, 4), round(one.low, 4), round(one.high, 4))
    (0.2, 0.0524, 0.3339)
    """
    p, q, of_p, of_q = now.share, before.share, now.between, before.between
    if p is None or q is None or of_p is None or of_q is None:
        return None
    low = sqrt((p - of_p[0]) ** 2 + (of_q[1] - q) ** 2)
    high = sqrt((of_p[1] - p) ** 2 + (q - of_q[0]) ** 2)
    return Difference(p - q, p - q - low, p - q + high)


def periods(by: str, today: date) -> tuple[Period, ...]:
    """The last periods, the one going on last."""
    months = _OF[by][1]
    number = today.year * 12 + (today.month - 1) // months * months
    return tuple(
        Period(_month(begin), _month(begin + months), going=begin == number)
        for begin in range(number - (SHOWN - 1) * months, number + 1, months)
    )


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def topics(member: Member, asked: Asked, *, today: date) -> Topics:
    """What the customers that a member may see speak of."""
    shown = periods(asked.by, today)
    talks = _talks(member, asked, shown)
    truncated = _OF[asked.by][0]
    spoke = (
        talks.annotate(period=truncated("at")).values("period").annotate(n=Count("account", distinct=True))
    )
    heard = (
        counting()
        .filter(conversation__in=talks.values("pk"), rule__template=False)
        .exclude(theme="")
        .exclude(turn__side=Side.US)
        .annotate(period=truncated("conversation__at"))
        .values("theme", "period")
        .annotate(n=Count("account", distinct=True))
    )
    base = {_day(row["period"]): row["n"] for row in spoke}
    found: dict[str, dict[date, int]] = defaultdict(dict)
    for row in heard:
        found[row["theme"]][_day(row["period"])] = row["n"]
    rows = []
    for theme in [*LABELS, *(theme for theme in found if theme not in LABELS)]:
        shares = tuple(Share(found[theme].get(one.first, 0), base.get(one.first, 0)) for one in shown)
        rows.append(Topic(theme, shares, difference(shares[-2], shares[-3])))
    rows.sort(key=lambda row: (not row.rising, -(row.change.points if row.change else -2)))
    return Topics(shown, tuple(rows))


def _talks(member: Member, asked: Asked, shown: tuple[Period, ...]) -> QuerySet[Conversation]:
    """The conversations that are looked at: with an account, their words not deleted."""
    plain: dict[str, Any] = {"account__segment": asked.segment, "kind": asked.kind}
    return (
        seen(member)
        .order_by()
        .filter(account__isnull=False, deleted_at=None)
        .filter(at__gte=begin_of(shown[0].first), at__lt=begin_of(shown[-1].after))
        .filter(**{name: value for name, value in plain.items() if value})
    )


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
