"""Follow-ups and playbooks at an account that was merged go on at its heir."""

from django.db.models import QuerySet

from keepwell.accounts.rooms import Estate
from keepwell.followups.models import FollowUp, Run


def _runs(of: str, heir: str) -> QuerySet[Run]:
    """All but where both are held out from a playbook: an account is so once."""
    out = Run.objects.filter(account=heir, arm=Run.Arm.HELD_OUT).values("playbook")
    return Run.objects.filter(account=of).exclude(arm=Run.Arm.HELD_OUT, playbook__in=out)


HEIRS = (Estate(lambda of, _heir: FollowUp.objects.filter(account=of)), Estate(_runs))
