"""How much the product was used in the last month."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import events

FEATURE = Feature(
    name="use_30",
    label=N_("Use in 30 days"),
    meaning=N_("How often something was done with the product in the last 30 days."),
    unit=N_("events"),
    direction=-1,
    table="events",
    parts={"use_30": events.times(30)},
    value=counted("use_30"),
    window=30,
)
