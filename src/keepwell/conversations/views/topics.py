"""What customers speak of more than before."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from keepwell.accounts.csv import as_csv
from keepwell.accounts.queries import segments_of
from keepwell.accounts.showing import per_cent
from keepwell.conversations.learning.topics import FEW, Asked, Period, Share, Topic, Topics, topics
from keepwell.conversations.models import Conversation
from keepwell.conversations.rules import themes
from keepwell.members.models import Member
from keepwell.members.rights import Right, needs


@needs(Right.SEE)
@require_safe
def over_time(request: HttpRequest) -> HttpResponse:
    """Of the accounts that one spoke with, the share in which each theme was heard, period by period."""
    assert isinstance(request.user, Member)
    asked = Asked.read(request.GET)
    found = topics(request.user, asked, today=timezone.localdate())
    if request.GET.get("format") == "csv":
        said = {"period": asked.by, "segment": asked.segment, "kind": asked.kind}
        return as_csv("topics", _head(found, asked.by), _lines(found), by=request.user, what="topics", **said)
    before, latest = found.over
    context = {
        "asked": asked,
        "periods": [{"one": one, "label": label(one, asked.by)} for one in found.periods],
        "rows": [_row(row, found.periods) for row in found.rows],
        "before": label(before, asked.by),
        "latest": label(latest, asked.by),
        "segments": segments_of(request.user),
        "kinds": Conversation.Kind.choices,
        "few": FEW,
        "none": not any(share.base for row in found.rows for share in row.shares),
    }
    return render(request, "conversations/topics.html", context)


def label(period: Period, by: str) -> str:
    """What a period is called."""
    if by == "month":
        return formats.date_format(period.first, "YEAR_MONTH_FORMAT")
    return _("{year}, quarter {n}").format(year=period.first.year, n=(period.first.month + 2) // 3)


def _row(row: Topic, periods: tuple[Period, ...]) -> dict[str, Any]:
    shares, change = row.shares, row.change
    cells = [
        {"share": share, "said": per_cent(share.share) or "–", "between": _between(share), "period": period}
        for share, period in zip(shares, periods, strict=True)
    ]
    return {
        "theme": row.theme,
        "label": themes.label(row.theme),
        "rising": row.rising,
        "cells": cells,
        "change": change,
        "points": "–" if change is None else _points(change.points),
        "within": ""
        if change is None
        else _("{low} to {high}").format(low=_points(change.low), high=_points(change.high)),
        "few": shares[-2].few or shares[-3].few,
    }


def _between(share: Share) -> str:
    if share.between is None:
        return ""
    return f"{share.between[0] * 100:.0f}–{share.between[1] * 100:.0f}"


def _points(change: float) -> str:
    points = round(change * 100)
    return f"{points:+d}".replace("-", "−") if points else "0"


def _head(found: Topics, by: str) -> list[str]:
    names = [label(one, by) for one in found.periods]
    counts = [said for name in names for said in (name, _("{period}: accounts").format(period=name))]
    return [
        _("Theme"),
        *counts,
        _("Change, points"),
        pgettext("an interval", "from"),
        pgettext("an interval", "to"),
    ]


def _lines(found: Topics) -> list[list[Any]]:
    lines = []
    for row in found.rows:
        shares = [said for share in row.shares for said in (share.n, share.base)]
        change = row.change
        ends = (
            ["", "", ""]
            if change is None
            else [round(one * 100, 1) for one in (change.points, change.low, change.high)]
        )
        lines.append([themes.label(row.theme), *shares, *ends])
    return lines
