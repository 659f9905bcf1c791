"""Whether the account speaks of a champion who has gone."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import hits

FEATURE = Feature(
    name="said_champion_gone_90",
    label=N_("Said in 90 days: champion gone"),
    meaning=N_(
        "How often rules found talk of a champion who has gone in what was said or written in the last 90 days."
    ),
    unit=N_("hits"),
    direction=1,
    table="hits",
    parts={"said_champion_gone_90": hits.times("champion_gone")},
    value=counted("said_champion_gone_90"),
    window=90,
)
