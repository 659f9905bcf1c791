"""How many different things the product is used for."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import events

FEATURE = Feature(
    name="use_breadth_30",
    label=N_("Breadth of use in 30 days"),
    meaning=N_("How many kinds of things were done with the product in the last 30 days."),
    unit=N_("kinds"),
    direction=-1,
    table="events",
    parts={"use_breadth_30": events.different("kind", 30)},
    value=counted("use_breadth_30"),
    window=30,
)
