"""Stripe."""

from keepwell.lib.text import gettext as _
from keepwell.metrics.definitions import Activity, Share, definition


@definition(label=_("Stripe"), source=_("Stripe Billing, subscriber churn rate"))
def stripe(a: Activity) -> Share:
    """All departures in the period, of any account and each time, over the opening and the first-time payers."""
    return Share(of=a.departures, over=a.opening + a.first_time)
