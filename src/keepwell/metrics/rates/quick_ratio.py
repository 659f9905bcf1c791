"""Quick ratio."""

from keepwell.lib.text import gettext as _
from keepwell.metrics.registry import Ratio, metric
from keepwell.metrics.statement import Statement


@metric(
    label=_("Quick ratio"),
    formula=_("(new + expansion + reactivated) / (contraction + churned), in MRR"),
    unit="ratio",
    better="higher",
)
def quick_ratio(s: Statement) -> Ratio:
    """MRR won for each unit of MRR lost."""
    return Ratio(
        s.mrr.new + s.mrr.expansion + s.mrr.reactivated, s.mrr.contraction + s.mrr.churned, s.accounts.opening
    )
