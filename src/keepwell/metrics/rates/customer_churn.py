"""Customer churn."""

from keepwell.lib.text import gettext as _
from keepwell.metrics.registry import Ratio, metric
from keepwell.metrics.statement import Statement


@metric(
    label=_("Customer churn"),
    formula=_("churned / opening"),
    unit="share of accounts",
    better="lower",
    each=lambda a: a.churned,
)
def customer_churn(s: Statement) -> Ratio:
    """Of the accounts paying at the opening, the share not paying at the closing.

    An account that joined inside the period is in neither.
    """
    return Ratio(s.accounts.churned, s.accounts.opening, s.accounts.opening)
