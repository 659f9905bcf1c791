"""How much the account brought to us."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import tickets

FEATURE = Feature(
    name="tickets_90",
    label=N_("Tickets in 90 days"),
    meaning=N_("How many tickets the account brought in the last 90 days."),
    unit=N_("tickets"),
    direction=0,
    table="tickets",
    parts={"tickets_90": tickets.brought(90)},
    value=counted("tickets_90"),
    window=90,
)
