"""Gross revenue retention."""

import numpy as np

from keepwell.lib.text import gettext as _
from keepwell.metrics.registry import Ratio, metric
from keepwell.metrics.statement import Statement


@metric(
    label=_("Gross revenue retention"),
    formula=_("(opening - contraction - churned) / opening, in MRR"),
    unit="share of revenue",
    better="higher",
    each=lambda a: np.minimum(a.opening, a.closing),
)
def gross_revenue_retention(s: Statement) -> Ratio:
    """Of the MRR at the opening, the share kept from the same accounts, growth left out: never above 100%."""
    return Ratio(s.mrr.opening - s.mrr.contraction - s.mrr.churned, s.mrr.opening, s.accounts.opening)
