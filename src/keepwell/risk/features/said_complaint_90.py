"""Whether the account speaks of a complaint."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import hits

FEATURE = Feature(
    name="said_complaint_90",
    label=N_("Said in 90 days: complaint"),
    meaning=N_("How often rules found talk of a complaint in what was said or written in the last 90 days."),
    unit=N_("hits"),
    direction=1,
    table="hits",
    parts={"said_complaint_90": hits.times("complaint")},
    value=counted("said_complaint_90"),
    window=90,
)
