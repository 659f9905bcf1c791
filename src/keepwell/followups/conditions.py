"""Which accounts a playbook is for."""

from django.db.models import QuerySet

from keepwell.accounts.conditions import meeting
from keepwell.accounts.models import Account
from keepwell.followups.models import FollowUp, Run, Version


def eligible(accounts: QuerySet[Account], version: Version) -> QuerySet[Account]:
    """Of some accounts the paying ones that a version of a playbook is for."""
    found = accounts.filter(standing__isnull=False)
    if version.condition:
        found = meeting(found, version.condition)
    if version.stage:
        found = found.filter(rhythm__stage=version.stage)
    if version.least_risk is not None:
        found = found.filter(standing__risk__gte=version.least_risk)
    return found


def free_for(accounts: QuerySet[Account], version: Version) -> QuerySet[Account]:
    """Of some accounts those that a version can be started at: it is for them, does not run there, holds none out."""
    runs = FollowUp.objects.filter(run__playbook=version.playbook_id, state=FollowUp.State.OPEN)
    out = Run.objects.filter(playbook=version.playbook_id, arm=Run.Arm.HELD_OUT)
    found = eligible(accounts, version)
    return found.exclude(pk__in=runs.values("account")).exclude(pk__in=out.values("account"))
