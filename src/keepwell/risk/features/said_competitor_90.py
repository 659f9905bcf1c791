"""Whether the account speaks of a competitor."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import hits

FEATURE = Feature(
    name="said_competitor_90",
    label=N_("Said in 90 days: competitor"),
    meaning=N_("How often rules found talk of a competitor in what was said or written in the last 90 days."),
    unit=N_("hits"),
    direction=1,
    table="hits",
    parts={"said_competitor_90": hits.times("competitor")},
    value=counted("said_competitor_90"),
    window=90,
)
