"""Alerts on an account's page."""

from typing import Any

from keepwell.accounts.models import Account
from keepwell.accounts.rooms import Panel
from keepwell.alerts.queries import open_at
from keepwell.alerts.showing import shown_alerts
from keepwell.members.models import Member
from keepwell.members.rights import Right, may

SHOWN = 5


def _context(member: Member, account: Account) -> dict[str, Any]:
    open_ = open_at(account, SHOWN)
    return {"rows": shown_alerts(open_), "account": account, "may_act": may(member, Right.ACT)}


PANELS = [Panel("alerts", 10, "alerts/panel.html", _context)]
