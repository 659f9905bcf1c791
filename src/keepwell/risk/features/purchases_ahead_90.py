"""How often the account will buy."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import buying

FEATURE = Feature(
    name="purchases_ahead_90",
    label=N_("Purchases expected in 90 days"),
    meaning=N_("On how many of the next 90 days an account without a contract is expected to buy."),
    unit=N_("days"),
    direction=-1,
    table="purchases",
    parts={"purchases_ahead": buying.PURCHASES_AHEAD},
    value=nw.when(nw.col("kind") == "irregular").then(nw.col("purchases_ahead")),
    only="irregular",
)
