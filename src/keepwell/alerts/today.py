"""Alerts on Today: how many wait, and whether they helped."""

from typing import Any

from keepwell.accounts.rooms import Aside
from keepwell.alerts.models import Alert
from keepwell.alerts.queries import alerts_of, total
from keepwell.alerts.showing import shown_scores
from keepwell.members.models import Member


def _context(member: Member) -> dict[str, Any]:
    mine = alerts_of(member).filter(state=Alert.State.OPEN, account__owner=member).count()
    return {"mine": mine, "all": shown_scores([total(member)])[0]}


TODAY = [Aside("alerts", 30, "alerts/aside.html", _context)]
