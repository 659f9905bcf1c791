"""Whether the account speaks of leaving."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import hits

FEATURE = Feature(
    name="said_leaving_90",
    label=N_("Said in 90 days: leaving"),
    meaning=N_("How often rules found talk of leaving in what was said or written in the last 90 days."),
    unit=N_("hits"),
    direction=1,
    table="hits",
    parts={"said_leaving_90": hits.times("leaving")},
    value=counted("said_leaving_90"),
    window=90,
)
