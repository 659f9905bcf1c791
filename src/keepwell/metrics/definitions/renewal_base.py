"""Renewal base."""

from keepwell.lib.text import gettext as _
from keepwell.metrics.definitions import Activity, Share, definition


@definition(label=_("Renewal base"), source=_("churn over what came up for renewal"), needs_renewals=True)
def renewal_base(a: Activity) -> Share:
    """The churned over the accounts with a subscription that came up for renewal in the period."""
    return Share(of=a.churned, over=a.renewing)
