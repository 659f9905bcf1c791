"""On an account's page: its open follow-ups, one more, or a playbook."""

from typing import Any

from django.utils import timezone

from keepwell.accounts.models import Account
from keepwell.accounts.rooms import Panel
from keepwell.followups import queries
from keepwell.followups.showing import shown
from keepwell.members.models import Member
from keepwell.members.rights import Right, may

MOST = 5


def _open(member: Member, account: Account) -> dict[str, Any]:
    acts = may(member, Right.ACT)
    follow_ups, playbooks = queries.open_at(account, MOST, playbooks=acts)
    return {
        "account": account,
        "rows": shown(follow_ups, today=timezone.localdate(), currency=""),
        "acts": acts,
        "playbooks": playbooks,
    }


PANELS = (Panel("follow-ups", 10, "followups/panel.html", _open),)
