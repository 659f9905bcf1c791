"""Alerts on Today: how many wait, and whether they helped."""

from typing import Any

from keepwell.accounts.rooms import Aside
from keepwell.alerts.queries import at_a_glance
from keepwell.alerts.showing import shown_scores
from keepwell.members.models import Member


def _context(member: Member) -> dict[str, Any]:
    mine, year = at_a_glance(member)
    return {"mine": mine, "all": shown_scores([year])[0]}


TODAY = [Aside("alerts", 30, "alerts/aside.html", _context)]
