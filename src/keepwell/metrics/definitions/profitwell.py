"""ProfitWell."""

from keepwell.lib.text import gettext as _
from keepwell.metrics.definitions import Activity, Share, definition


@definition(label=_("ProfitWell"), source=_("ProfitWell (Paddle), customer churn"), whole_months=True)
def profitwell(a: Activity) -> Share:
    """As ours, for whole calendar months only; who joined and left within the month is in neither."""
    return Share(of=a.churned, over=a.opening)
