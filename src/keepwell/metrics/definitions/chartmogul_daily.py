"""ChartMogul, daily."""

from keepwell.lib.text import gettext as _
from keepwell.metrics.definitions import Activity, Share, definition


@definition(label=_("ChartMogul, daily"), source=_("ChartMogul, customer churn rate"), daily=True)
def chartmogul_daily(a: Activity) -> Share:
    """Sum over days of the departures of the day over the accounts that paid the day before."""
    return Share(of=a.departures, over=a.opening)
