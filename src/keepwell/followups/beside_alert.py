"""On an alert's page: what is being done about it, and what can be begun."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from keepwell.alerts.beside import Beside
from keepwell.alerts.models import Alert
from keepwell.followups.models import FollowUp, Playbook, Run
from keepwell.followups.showing import shown
from keepwell.members.models import Member
from keepwell.members.ready import ready_by_keys
from keepwell.members.rights import Right, may

MOST = 20


def _about(member: Member, alert: Alert) -> dict[str, Any]:
    begun = _begun(MOST, alert=alert.pk, account=alert.account_id).rows()
    there = {one.playbook_id for one in begun}
    acts = may(member, Right.ACT)
    asks = acts and alert.state != Alert.State.CLOSED
    found = shown(_made_of(MOST, alert=alert.pk), today=timezone.localdate(), currency="")
    return {
        "alert": alert,
        "rows": found,
        "open": [one for one in found if one.one.state == FollowUp.State.OPEN],
        "closed": alert.state == Alert.State.CLOSED,
        "runs": begun,
        "acts": acts,
        "playbooks": [one for one in _active() if one.pk not in there][:MOST] if asks else [],
    }


@ready_by_keys
def _made_of(most: int, /, *, alert: int) -> QuerySet[FollowUp]:
    rows = FollowUp.objects.filter(alert=alert).select_related("account", "owner", "run__playbook")
    return rows.order_by("due", "pk")[:most]


@ready_by_keys
def _begun(most: int, /, *, alert: int, account: str) -> QuerySet[Run]:
    runs = Run.objects.filter(Q(alert=alert) | Q(account=account, arm=Run.Arm.HELD_OUT))
    return runs.select_related("playbook")[:most]


@ready_by_keys
def _active() -> QuerySet[Playbook]:
    return Playbook.objects.filter(active=True)


BESIDE = (Beside(10, "followups/beside_alert.html", _about),)
