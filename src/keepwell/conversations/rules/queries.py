"""What pages ask of rules and hits: how often each was heard and right, its months, and what waits to be judged."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import TruncMonth

from keepwell.conversations.models import Hit, Rule
from keepwell.conversations.queries import seen
from keepwell.listening import rules as listening
from keepwell.listening.judging import wilson
from keepwell.members.models import Member

LATELY = timedelta(days=90)
BEFORE = timedelta(days=455)  # a year before that
MONTHS = 13
OFTEN = 5  # heard fewer times than that before, silence says nothing
ENOUGH = 10  # judged hits from which a share is held against another
SORTS = {"name": "name", "theme": "theme", "owner": "owner__name", "changed": "-changed_at"}
COUNTS = Q(void_at=None) | Q(
    void=Hit.Void.ERASED
)  # words go on their day; that they were heard, and how well, stays
JUDGED = ("waiting", "right", "wrong", "unsure", "all")


@dataclass(frozen=True)
class Stats:
    """How a rule does. Hits are those that count, of deleted words too; judged ones are said to be right or wrong."""

    heard: int = 0
    lately: int = 0  # in the last 90 days
    before: int = 0  # in the year before those
    denied: int = 0
    waiting: int = 0  # nobody has judged them
    right: int = 0
    wrong: int = 0
    unsure: int = 0
    right_lately: int = 0
    wrong_lately: int = 0
    last: datetime | None = None

    @property
    def judged(self) -> int:
        """Those that somebody said right or wrong of."""
        return self.right + self.wrong

    @property
    def precision(self) -> float | None:
        """Share of the judged ones that are right."""
        return self.right / self.judged if self.judged else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95% interval of it."""
        return wilson(self.right, self.judged) if self.judged else None

    @property
    def silent(self) -> bool:
        """Not heard for 90 days, though it was heard before."""
        return self.lately == 0 and self.before >= OFTEN

    @property
    def falling(self) -> bool:
        """Right less often in the last 90 days than before, by more than chance does."""
        now = self.right_lately + self.wrong_lately
        earlier = self.judged - now
        if now < ENOUGH or earlier < ENOUGH:
            return False
        return wilson(self.right_lately, now)[1] < (self.right - self.right_lately) / earlier


_COUNTED = tuple(one.name for one in fields(Stats))


def stats_of(rules: Iterable[Rule], *, now: datetime) -> dict[int, Stats]:
    """How each of some rules does, by key."""
    lately, year = now - LATELY, now - BEFORE
    said = Q(verdict=Hit.Verdict.HIT)
    late = Q(at__gt=lately)
    right, wrong = Q(judged=Hit.Judged.RIGHT), Q(judged=Hit.Judged.WRONG)
    rows = (
        Hit.objects.filter(COUNTS, rule__in=[rule.pk for rule in rules])
        .order_by()
        .values("rule")
        .annotate(
            heard=Count("pk", filter=said),
            lately=Count("pk", filter=said & late),
            before=Count("pk", filter=said & ~late & Q(at__gte=year)),
            denied=Count("pk", filter=~said),
            waiting=Count("pk", filter=said & Q(judged="", void_at=None)),
            right=Count("pk", filter=said & right),
            wrong=Count("pk", filter=said & wrong),
            unsure=Count("pk", filter=said & Q(judged=Hit.Judged.UNSURE)),
            right_lately=Count("pk", filter=said & late & right),
            wrong_lately=Count("pk", filter=said & late & wrong),
            last=Max("at", filter=said),
        )
    )
    return {row["rule"]: Stats(**{name: row[name] for name in _COUNTED}) for row in rows}  # type: ignore[literal-required]  # by names that are the columns


@dataclass(frozen=True)
class Month:
    """A rule's month: how often it was heard, and how often that was right."""

    month: datetime
    heard: int
    right: int
    wrong: int

    @property
    def precision(self) -> float | None:
        """Share of the judged ones that are right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95% interval of it."""
        return wilson(self.right, self.right + self.wrong) if self.right + self.wrong else None


def months_of(rule: Rule, *, now: datetime) -> list[Month]:
    """A rule's months of the last year, newest first; those in which it was not heard are there too."""
    first = _months_back(now, MONTHS - 1)
    rows = (
        Hit.objects.filter(COUNTS, rule=rule, verdict=Hit.Verdict.HIT, at__gte=first)
        .order_by()
        .annotate(month=TruncMonth("at"))
        .values("month")
        .annotate(
            heard=Count("pk"),
            right=Count("pk", filter=Q(judged=Hit.Judged.RIGHT)),
            wrong=Count("pk", filter=Q(judged=Hit.Judged.WRONG)),
        )
    )
    found = {
        (row["month"].year, row["month"].month): (row["heard"], row["right"], row["wrong"]) for row in rows
    }
    months = [_months_back(now, back) for back in range(MONTHS)]
    return [Month(month, *found.get((month.year, month.month), (0, 0, 0))) for month in months]


def _months_back(now: datetime, count: int) -> datetime:
    number = now.year * 12 + now.month - 1 - count
    return now.replace(
        year=number // 12, month=number % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )


def rules_of(
    *, theme: str = "", state: str = "", owner: int | None = None, words: str = "", sort: str = ""
) -> QuerySet[Rule]:
    """Rules as their list asks for them: state is on, rest, or those that say something of themselves (notice)."""
    rows = Rule.objects.select_related("owner")
    if theme:
        rows = rows.filter(theme="" if theme == "none" else theme)
    if state in ("on", "rest"):
        rows = rows.filter(on=state == "on")
    elif state == "notice":
        rows = rows.filter(on=True).exclude(notice="")
    if owner is not None:
        rows = rows.filter(owner=owner)
    if words:
        rows = rows.filter(name__icontains=words)
    return rows.order_by(SORTS.get(sort, "theme"), "name", "pk")


def hits_of(
    member: Member,
    *,
    rule: int | None = None,
    theme: str = "",
    judged: str = "waiting",
    account: str = "",
    denied: bool = False,
) -> QuerySet[Hit]:
    """Hits that count, newest first, of conversations that a member may see."""
    rows = Hit.objects.filter(void_at=None, conversation__in=seen(member).values("pk"))
    rows = rows.filter(verdict=Hit.Verdict.NEGATED if denied else Hit.Verdict.HIT)
    if judged in ("right", "wrong", "unsure"):
        rows = rows.filter(judged=judged)
    elif judged != "all":
        rows = rows.filter(judged="")
    if rule is not None:
        rows = rows.filter(rule=rule)
    if theme:
        rows = rows.filter(theme=theme)
    if account:
        rows = rows.filter(account=account)
    return rows.select_related("turn__contact", "conversation", "account", "rule").order_by("-at", "-pk")


def tags_of(hits: Iterable[Hit]) -> list[Rule]:
    """The rules that tag what they are heard in, of some hits that nobody said were wrong, by name."""
    said = {hit.rule_id: hit.rule for hit in hits if hit.verdict == Hit.Verdict.HIT}
    tags = [rule for rule in said.values() if "tag" in rule.data.get("then", ())]
    return sorted(tags, key=lambda rule: rule.name)


def noticed(stats: Stats) -> tuple[str, dict[str, Any]]:
    """What a rule says of itself to its owner, and the numbers behind it."""
    names = [name for name, so in (("silent", stats.silent), ("falling", stats.falling)) if so]
    if not names:
        return "", {}
    now = stats.right_lately + stats.wrong_lately
    numbers = {
        "before": stats.before,
        "last": stats.last.date().isoformat() if stats.last else "",
        "right_lately": stats.right_lately,
        "judged_lately": now,
        "right_before": stats.right - stats.right_lately,
        "judged_before": stats.judged - now,
    }
    return "both" if len(names) > 1 else names[0], numbers


def starting() -> Counter[str]:
    """How many rules that come with Keepwell there are of each theme."""
    return Counter(one.theme for one in listening.read(listening.SHIPPED))
