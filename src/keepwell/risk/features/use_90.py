"""How much the product was used in the last quarter."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import events

FEATURE = Feature(
    name="use_90",
    label=N_("Use in 90 days"),
    meaning=N_("How often something was done with the product in the last 90 days."),
    unit=N_("events"),
    direction=-1,
    table="events",
    parts={"use_90": events.times(90)},
    value=counted("use_90"),
    window=90,
)
