"""How often what was put right was not."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import reopened

FEATURE = Feature(
    name="reopened_90",
    label=N_("Tickets opened again in 90 days"),
    meaning=N_("How many tickets of the last 90 days were opened again after they had been put right."),
    unit=N_("tickets"),
    direction=1,
    table="tickets",
    parts={"reopened_90": reopened.times(90)},
    value=counted("reopened_90"),
    window=90,
)
