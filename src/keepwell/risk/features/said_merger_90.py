"""Whether the account speaks of a merger."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import hits

FEATURE = Feature(
    name="said_merger_90",
    label=N_("Said in 90 days: merger"),
    meaning=N_("How often rules found talk of a merger in what was said or written in the last 90 days."),
    unit=N_("hits"),
    direction=1,
    table="hits",
    parts={"said_merger_90": hits.times("merger")},
    value=counted("said_merger_90"),
    window=90,
)
