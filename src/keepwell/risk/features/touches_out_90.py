"""How often we reached out to the account."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import touches

FEATURE = Feature(
    name="touches_out_90",
    label=N_("Touches by us in 90 days"),
    meaning=N_("How often we reached out to the account in the last 90 days."),
    unit=N_("touches"),
    direction=0,
    table="touches",
    parts={"touches_out_90": touches.times("out", 90)},
    value=counted("touches_out_90"),
    window=90,
)
