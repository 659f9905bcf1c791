"""Net growth in accounts."""

from keepwell.lib.text import gettext as _
from keepwell.metrics.registry import Ratio, metric
from keepwell.metrics.statement import Statement


@metric(
    label=_("Net growth in accounts"),
    formula=_("(closing - opening) / opening"),
    unit="share of accounts",
    better="higher",
)
def net_growth(s: Statement) -> Ratio:
    """By how much the number of paying accounts grew; what churn is often mistaken for."""
    return Ratio(s.accounts.closing - s.accounts.opening, s.accounts.opening, s.accounts.opening)
