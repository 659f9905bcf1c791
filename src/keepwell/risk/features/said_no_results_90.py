"""Whether the account speaks of missing results."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import hits

FEATURE = Feature(
    name="said_no_results_90",
    label=N_("Said in 90 days: no results"),
    meaning=N_(
        "How often rules found talk of missing results in what was said or written in the last 90 days."
    ),
    unit=N_("hits"),
    direction=1,
    table="hits",
    parts={"said_no_results_90": hits.times("no_results")},
    value=counted("said_no_results_90"),
    window=90,
)
