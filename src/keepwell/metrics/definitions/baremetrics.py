"""Baremetrics."""

from keepwell.lib.text import gettext as _
from keepwell.metrics.definitions import Activity, Share, definition


@definition(label=_("Baremetrics"), source=_("Baremetrics, user churn"))
def baremetrics(a: Activity) -> Share:
    """Accounts that left at any day of the period, joiners included, over the opening."""
    return Share(of=a.departed, over=a.opening)
