"""How much the product was used in the last week."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import events

FEATURE = Feature(
    name="use_7",
    label=N_("Use in 7 days"),
    meaning=N_("How often something was done with the product in the last 7 days."),
    unit=N_("events"),
    direction=-1,
    table="events",
    parts={"use_7": events.times(7)},
    value=counted("use_7"),
    window=7,
)
