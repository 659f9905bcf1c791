"""Alerts of an account that was merged are answered at its heir."""

from django.db.models import Exists, OuterRef, QuerySet

from keepwell.accounts.rooms import Estate
from keepwell.alerts.models import Alert, Reason


def _reasons(of: str, heir: str) -> QuerySet[Reason]:
    """All but those whose like is open at the heir: of one trigger an account has one open reason."""
    rows = Reason.objects.filter(account=of)
    like = Reason.objects.filter(
        account=heir, gone_at=None, trigger=OuterRef("trigger"), mark=OuterRef("mark")
    )
    return rows.exclude(Exists(like), gone_at=None)


HEIRS = (Estate(lambda of, _heir: Alert.objects.filter(account=of)), Estate(_reasons))
