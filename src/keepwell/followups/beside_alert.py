"""On an alert's page: what is being done about it, and what can be begun."""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from keepwell.alerts.beside import Beside
from keepwell.alerts.models import Alert
from keepwell.followups.models import FollowUp, Playbook, Run
from keepwell.followups.showing import shown
from keepwell.members.models import Member
from keepwell.members.rights import Right, may

MOST = 20


def _about(member: Member, alert: Alert) -> dict[str, Any]:
    rows = FollowUp.objects.filter(alert=alert).select_related("account", "owner", "run__playbook")
    runs = Run.objects.filter(Q(alert=alert) | Q(account=alert.account_id, arm=Run.Arm.HELD_OUT))
    begun = list(runs.select_related("playbook")[:MOST])
    acts = may(member, Right.ACT)
    free = Playbook.objects.filter(active=True).exclude(pk__in=[one.playbook_id for one in begun])
    found = shown(rows.order_by("due", "pk")[:MOST], today=timezone.localdate(), currency="")
    return {
        "alert": alert,
        "rows": found,
        "open": [one for one in found if one.one.state == FollowUp.State.OPEN],
        "closed": alert.state == Alert.State.CLOSED,
        "runs": begun,
        "acts": acts,
        "playbooks": list(free[:MOST]) if acts and alert.state != Alert.State.CLOSED else [],
    }


BESIDE = (Beside(10, "followups/beside_alert.html", _about),)
