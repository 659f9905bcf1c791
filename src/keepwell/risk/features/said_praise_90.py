"""Whether the account speaks of praise."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import hits

FEATURE = Feature(
    name="said_praise_90",
    label=N_("Said in 90 days: praise"),
    meaning=N_("How often rules found talk of praise in what was said or written in the last 90 days."),
    unit=N_("hits"),
    direction=-1,
    table="hits",
    parts={"said_praise_90": hits.times("praise")},
    value=counted("said_praise_90"),
    window=90,
)
