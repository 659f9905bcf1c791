"""Beside Today: what is due, and where one was called by name."""

from typing import Any

from django.utils import timezone

from keepwell.accounts.rooms import Aside
from keepwell.followups import queries
from keepwell.followups.showing import shown
from keepwell.members.models import Member
from keepwell.members.paging import stretch

MOST = 8


def _due(member: Member) -> dict[str, Any] | None:
    today = timezone.localdate()
    rows = queries.due_by(member, today).then(queries.narrow)
    return {
        "rows": shown(stretch(rows, 0, MOST), today=today, budget=True, currency=""),
        "mentions": queries.mentions_of(member, 3),
    }


TODAY = (Aside("due today", 10, "followups/aside.html", _due),)
