"""What pages ask of retention: figures of the newest cut, and the accounts behind them that a member may see."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db.models import QuerySet

from keepwell.accounts.models import Account
from keepwell.members.models import Member
from keepwell.members.rights import Right, may, seen_by
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


_UNSAID = (Figure.State.WAITING, Figure.State.RUNNING)
_figures = Figure.objects.defer("result")  # long, and not asked for where the page has been drawn


def key_of(params: Mapping[str, str]) -> str:
    """What two questions that ask the same have in common."""
    told = {name: value for name, value in params.items() if value}
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def figure(kind: str, params: Mapping[str, str], cut: str, *, now: datetime) -> Figure:
    """The figure of a cut as far as it is; a job is queued for one that nobody has asked for yet."""
    told = {name: value for name, value in params.items() if value}
    found = _figures.filter(kind=kind, key=key_of(told), cut=cut).first()
    if found is not None and found.state in _UNSAID and now - found.asked_at > actions.LOST:
        actions.ask_again(figure=found, now=now)
    return found or actions.ask(kind=kind, key=key_of(told), params=told, cut=cut, now=now)


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

    rows: QuerySet[Behind]
    all: int

    @property
    def hidden(self) -> int:
        """How many are not theirs to see."""
        return self.all - self.rows.count()


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
    found = on_line(Behind.objects.filter(figure=figure), line)
    for name, value in (("segment", segment), ("kept_by", kept_by), ("leaving_kind", kind)):
        if value:
            found = found.filter(**{name: value})
    theirs = found
    if not may(member, Right.ADMINISTER):
        theirs = found.filter(account_id__in=seen_by(Account.objects.order_by(), member).values("pk"))
    by = SORTS.get(sort.removeprefix("-"), "change")
    return Listed(theirs.order_by(f"-{by}" if sort.startswith("-") else by, "account_id"), found.count())


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
