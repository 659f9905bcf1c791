"""What stands at an account goes with it when it is merged into another."""

from django.db.models import QuerySet

from keepwell.accounts.models import Entry
from keepwell.accounts.rooms import Estate


def _entries(of: str, _heir: str) -> QuerySet[Entry]:
    """All but what it paid: the ledger hands that over itself."""
    return Entry.objects.filter(account=of).exclude(kind="movement")


HEIRS = (Estate(_entries),)
