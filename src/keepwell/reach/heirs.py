"""Contacts of ours with an account that was merged, and what is reserved, count at its heir."""

from keepwell.accounts.rooms import Estate
from keepwell.reach.models import Hold, Reservation, Touch

HEIRS = (
    Estate(lambda of, _heir: Touch.objects.filter(account=of)),
    Estate(lambda of, _heir: Reservation.objects.filter(account=of)),
    Estate(lambda of, _heir: Hold.objects.filter(account=of)),
)
