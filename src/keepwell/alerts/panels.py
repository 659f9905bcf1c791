"""Alerts on an account's page."""

from typing import Any

from keepwell.accounts.models import Account
from keepwell.accounts.rooms import Panel
from keepwell.alerts.models import Alert
from keepwell.alerts.queries import alerts_of
from keepwell.alerts.showing import shown_alerts
from keepwell.members.models import Member
from keepwell.members.rights import Right, may

SHOWN = 5


def _context(member: Member, account: Account) -> dict[str, Any]:
    open_ = alerts_of(member).filter(account=account).exclude(state=Alert.State.CLOSED)[:SHOWN]
    return {"rows": shown_alerts(open_), "account": account, "may_act": may(member, Right.ACT)}


PANELS = [Panel("alerts", 10, "alerts/panel.html", _context)]
