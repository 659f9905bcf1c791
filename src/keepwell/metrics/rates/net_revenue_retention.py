"""Net revenue retention."""

from keepwell.lib.text import gettext as _
from keepwell.metrics.registry import Ratio, metric
from keepwell.metrics.statement import Statement


@metric(
    label=_("Net revenue retention"),
    formula=_("closing MRR of the opening accounts / opening MRR"),
    unit="share of revenue",
    better="higher",
    each=lambda a: a.closing,
)
def net_revenue_retention(s: Statement) -> Ratio:
    """What the accounts of the opening pay at the closing, as a share of what they paid at the opening.

    Accounts that joined or returned inside the period are out.
    """
    return Ratio(
        s.mrr.opening + s.mrr.expansion - s.mrr.contraction - s.mrr.churned, s.mrr.opening, s.accounts.opening
    )
