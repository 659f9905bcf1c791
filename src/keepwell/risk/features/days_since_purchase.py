"""How long the account has not bought."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import cycles

FEATURE = Feature(
    name="days_since_purchase",
    label=N_("Days since the last purchase"),
    meaning=N_("Days since an account that buys without a contract last bought."),
    unit=N_("days"),
    direction=1,
    table="purchases",
    parts={"silence": cycles.SILENCE},
    value=nw.when(nw.col("kind") == "irregular").then(nw.col("silence")),
    only="irregular",
)
