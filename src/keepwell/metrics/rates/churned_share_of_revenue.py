"""Churned share of revenue."""

from keepwell.lib.text import gettext as _
from keepwell.metrics.registry import Ratio, metric
from keepwell.metrics.statement import Statement


@metric(
    label=_("Churned share of revenue"),
    formula=_("MRR of the churned / opening MRR"),
    unit="share of revenue",
    better="lower",
    each=lambda a: a.opening * a.churned,
)
def churned_share_of_revenue(s: Statement) -> Ratio:
    """Of the MRR at the opening, the share that those who left had paid."""
    return Ratio(s.mrr.churned, s.mrr.opening, s.accounts.opening)
