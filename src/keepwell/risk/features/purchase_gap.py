"""How long the account has not bought, for one of its rhythm."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import cycles

FEATURE = Feature(
    name="purchase_gap",
    label=N_("Silence against own cycle"),
    meaning=N_("Days since the last purchase over the cycle that the account had by then."),
    unit=N_("cycles"),
    direction=1,
    table="purchases",
    parts={"silence": cycles.SILENCE, "cycle": cycles.CYCLE},
    value=nw.when(nw.col("kind") == "irregular").then(nw.col("silence") / nw.col("cycle")),
    only="irregular",
)
