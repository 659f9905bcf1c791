"""For how much the account will buy."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import buying

FEATURE = Feature(
    name="spend_ahead_90",
    label=N_("Spend expected in 90 days"),
    meaning=N_("What an account without a contract is expected to spend in the next 90 days."),
    unit=N_("minor units"),
    direction=-1,
    table="purchases",
    parts={"spend_ahead": buying.SPEND_AHEAD},
    value=nw.when(nw.col("kind") == "irregular").then(nw.col("spend_ahead")),
    only="irregular",
)
