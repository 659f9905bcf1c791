"""What pages ask of retention: figures of the newest cut, and the accounts behind them that a member may see."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.core.cache import caches
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from keepwell.accounts.conditions import meeting, of_today
from keepwell.accounts.models import Account
from keepwell.accounts.queries import made as made_tonight
from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import to_decimal
from keepwell.members.models import Member
from keepwell.members.ready import Asked, ready, ready_by_keys
from keepwell.members.rights import Right, may, seen_by
from keepwell.metrics.cuts import parse_where
from keepwell.metrics.lines import PAYING_AT_CLOSING, PAYING_AT_OPENING
from keepwell.retention import actions
from keepwell.retention.models import Behind, Figure, Segment

SORTS = {
    "name": "name",
    "opening": "opening",
    "closing": "closing",
    "change": "change",
    "segment": "segment",
    "first": "also__first_day",
    "cycle": "also__cycle_days",
    "limit": "also__limit_days",
    "lapses": "also__lapses_on",
    "last": "also__last_purchase_on",
}

FEW = 1000  # accounts of somebody's that are looked up behind a figure
HIDDEN = 100  # accounts that are not somebody's are counted up to there, where theirs are many
LOOKED_AT = 2_000  # rows of a list that are looked at for that
AWHILE = 600  # seconds for which it is remembered whether somebody's are so few

_UNSAID = (Figure.State.WAITING, Figure.State.RUNNING)
_figures = Figure.objects.defer("result")  # long, and not asked for where the page has been drawn


def key_of(params: Mapping[str, str]) -> str:
    """What two questions that ask the same have in common."""
    told = {name: value for name, value in params.items() if value}
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def figure(kind: str, params: Mapping[str, str], cut: str, *, now: datetime, whole: bool = False) -> Figure:
    """The figure of a cut as far as it is; a job is queued for one that nobody has asked for yet.

    `whole` reads its result with it, for who shows it each time.
    """
    told = {name: value for name, value in params.items() if value}
    found = next(iter(_figure(whole, kind=kind, key=key_of(told), cut=cut).rows()), None)
    if found is not None and found.state in _UNSAID and now - found.asked_at > actions.LOST:
        actions.ask_again(figure=found, now=now)
    return found or actions.ask(kind=kind, key=key_of(told), params=told, cut=cut, now=now)


@ready_by_keys
def _figure(whole: bool, /, *, kind: str, key: str, cut: str) -> QuerySet[Figure]:
    return (Figure.objects if whole else _figures).filter(kind=kind, key=key, cut=cut)


def figures(kind: str, asked: Sequence[Mapping[str, str]], cut: str, *, now: datetime) -> list[Figure]:
    """Several figures of a kind, asked together; a job is queued for each that nobody has asked for yet."""
    keys = [key_of(params) for params in asked]
    there = {one.key: one for one in Figure.objects.filter(kind=kind, key__in=keys, cut=cut)}
    return [
        there[key] if key in there and there[key].state not in _UNSAID else figure(kind, params, cut, now=now)
        for key, params in zip(keys, asked, strict=True)
    ]


def made(kind: str, params: Mapping[str, str], cut: str) -> Figure | None:
    """The figure if it is there; nothing is queued."""
    return Figure.objects.filter(kind=kind, key=key_of(params), cut=cut, state=Figure.State.DONE).first()


@dataclass(frozen=True)
class Listed:
    """The accounts behind a figure that a member may see, and how many there are in all."""

    rows: Asked[Behind]
    all: int
    every: Asked[Behind]  # whoever's they are


def behind(
    member: Member,
    figure: Figure,
    *,
    line: str = "",
    segment: str = "",
    kept_by: str = "",
    kind: str = "",
    sort: str = "",
) -> Listed:
    """The accounts on a line of a figure, as somebody; `sort` may begin with a minus."""
    said = {"segment": segment, "kept_by": kept_by, "leaving_kind": kind}
    values: dict[str, Any] = {"figure": figure.pk} | {name: value for name, value in said.items() if value}
    found = _behind(line, **values)
    down = "-" if sort.startswith("-") else ""
    by = SORTS.get(sort.removeprefix("-"), "change")
    order = (f"{down}{by}", f"{down}account_id")  # as an index has them
    theirs = found.then(_theirs, _few(member), member=member)
    asked = {"line": line, "segment": segment, "kept_by": kept_by, "kind": kind, "made": str(figure.made_at)}
    key = f"behind-{figure.pk}-{key_of(asked)}"
    # A figure that is made stays as it is.
    in_all = caches["pages"].get_or_set(key, lambda: found.plain().count(), None) or 0
    return Listed(theirs.then(_in_order, order), in_all, found)


def hidden_of(listed: Listed, shown: int | None, member: Member) -> tuple[int, bool]:
    """How many accounts of a list are not a member's to see; and whether there may be more of them than that.

    `shown` is how many they do see; None where those were too many to be counted: then only the first of the list are
    looked at, one by one, until enough are found that are not theirs.
    """
    if may(member, Right.ADMINISTER):
        return 0, False
    if shown is not None:
        return listed.all - shown, False
    found = len(listed.every.then(_others, HIDDEN + 1, member=member).rows())
    if found <= HIDDEN and listed.all <= LOOKED_AT:
        return found, False
    return max(found - 1, 0), True  # one more than that is known of, and perhaps others


def _others(found: QuerySet[Behind], most: int, /, *, member: Member) -> QuerySet[Behind, int]:
    """Of the first accounts behind a figure those that are not somebody's."""
    first = found.order_by("line", "account_id").values("pk")[:LOOKED_AT]
    theirs = seen_by(Account.objects.order_by(), member).filter(pk=OuterRef("account_id"))
    others = Behind.objects.order_by().filter(~Exists(theirs), pk__in=first)
    return others.values_list("pk", flat=True)[:most]


@ready
def _behind(line: str, /, *, figure: int, **values: str) -> QuerySet[Behind]:
    return on_line(Behind.objects.filter(figure=figure), line).filter(**values)


def _few(member: Member) -> bool | None:
    """Whether somebody sees few accounts, as it was some minutes ago; None for who sees all."""
    if may(member, Right.ADMINISTER):
        return None
    accounts = seen_by(Account.objects.order_by(), member)
    few: bool | None = caches["pages"].get_or_set(
        f"few-{member.pk}", lambda: len(accounts.values("pk")[: FEW + 1]) <= FEW, AWHILE
    )
    return few


def _theirs(found: QuerySet[Behind], few: bool | None, /, *, member: Member) -> QuerySet[Behind]:
    """Of the accounts behind a figure somebody's own: few of theirs are looked up, of many each is looked at."""
    if few is None:
        return found
    accounts = seen_by(Account.objects.order_by(), member)
    if few:
        return found.filter(account_id__in=accounts.values("pk"))
    return found.filter(Exists(accounts.filter(pk=OuterRef("account_id"))))


def _in_order(found: QuerySet[Behind], order: tuple[str, ...], /) -> QuerySet[Behind]:
    return found.order_by(*order)


def on_line(rows: QuerySet[Behind], line: str) -> QuerySet[Behind]:
    """Of the accounts of a statement those on a line of it; a balance holds those of several lines."""
    if line == "opening":
        return rows.filter(line__in=PAYING_AT_OPENING)
    if line == "closing":
        return rows.filter(line__in=PAYING_AT_CLOSING)
    if line in ("interrupted", "leaving"):
        return rows.filter(**{line: True})
    return rows.filter(line=line) if line else rows


def segments() -> QuerySet[Segment]:
    """All segments: they are the company's."""
    return Segment.objects.select_related("made_by")


def of_now(segment: Segment) -> bool:
    """Whether a segment is one of how accounts stand now: it is counted, and figures of other days have none such."""
    try:
        return bool(of_today(parse_where(segment.where)))
    except KeepwellError:  # it cannot be read: where it is asked for, that is said
        return False


def standing_now(segment: Segment) -> tuple[int, Decimal, str]:
    """How many accounts of a segment pay, what they pay, and in which currency. Raises KeepwellError as `meeting`."""
    currency = str(made_tonight().get("currency") or "")
    paying = meeting(Account.objects.filter(standing__isnull=False).order_by(), segment.where)
    told = paying.aggregate(accounts=Count("pk"), mrr=Sum("standing__mrr", default=0))
    return told["accounts"], to_decimal(told["mrr"], currency), currency
