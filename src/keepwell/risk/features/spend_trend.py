"""Whether the account spends more or less."""

import narwhals as nw

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import purchases

FEATURE = Feature(
    name="spend_trend",
    label=N_("Trend of spend"),
    meaning=N_(
        "What was spent in the last 180 days against the 180 before; not known where nothing was spent then."
    ),
    unit=N_("times"),
    direction=-1,
    table="purchases",
    parts={"spend_180": purchases.spend(0, 180), "spend_before": purchases.spend(180, 360)},
    value=nw.when(nw.col("spend_before") > 0, nw.col("tenure") >= 360).then(
        counted("spend_180") / nw.col("spend_before")
    ),
    only="irregular",
)
