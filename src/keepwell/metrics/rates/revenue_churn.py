"""Revenue churn."""

import numpy as np

from keepwell.lib.text import gettext as _
from keepwell.metrics.registry import Ratio, metric
from keepwell.metrics.statement import Statement


@metric(
    label=_("Revenue churn"),
    formula=_("(contraction + churned) / opening, in MRR"),
    unit="share of revenue",
    better="lower",
    each=lambda a: a.opening - np.minimum(a.opening, a.closing),
)
def revenue_churn(s: Statement) -> Ratio:
    """Of the MRR at the opening, the share lost to those who left or cut back."""
    return Ratio(s.mrr.contraction + s.mrr.churned, s.mrr.opening, s.accounts.opening)
