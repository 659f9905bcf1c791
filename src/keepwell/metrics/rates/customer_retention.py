"""Customer retention."""

from keepwell.lib.text import gettext as _
from keepwell.metrics.registry import Ratio, metric
from keepwell.metrics.statement import Statement


@metric(
    label=_("Customer retention"),
    formula=_("(opening - churned) / opening"),
    unit="share of accounts",
    better="higher",
    each=lambda a: 1 - a.churned,
)
def customer_retention(s: Statement) -> Ratio:
    """Of the accounts paying at the opening, the share still paying at the closing."""
    return Ratio(s.accounts.opening - s.accounts.churned, s.accounts.opening, s.accounts.opening)
