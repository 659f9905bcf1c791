"""Whether the account speaks of the price."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import hits

FEATURE = Feature(
    name="said_price_90",
    label=N_("Said in 90 days: price"),
    meaning=N_("How often rules found talk of the price in what was said or written in the last 90 days."),
    unit=N_("hits"),
    direction=1,
    table="hits",
    parts={"said_price_90": hits.times("price")},
    value=counted("said_price_90"),
    window=90,
)
