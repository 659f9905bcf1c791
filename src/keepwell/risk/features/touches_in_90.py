"""How often the account reached out to us."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import touches

FEATURE = Feature(
    name="touches_in_90",
    label=N_("Touches by them in 90 days"),
    meaning=N_("How often the account reached out to us in the last 90 days."),
    unit=N_("touches"),
    direction=-1,
    table="touches",
    parts={"touches_in_90": touches.times("in", 90)},
    value=counted("touches_in_90"),
    window=90,
)
