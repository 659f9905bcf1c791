"""How much the product was used in the last month."""

from keepwell.risk.features import Feature, counted
from keepwell.risk.features.sources import events

FEATURE = Feature(
    name="use_30",
    label="Use in 30 days",
    meaning="How often something was done with the product in the last 30 days.",
    unit="events",
    direction=-1,
    table="events",
    parts={"use_30": events.times(30)},
    value=counted("use_30"),
    window=30,
)
