"""How grave what the account brought was."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import tickets

FEATURE = Feature(
    name="severe_90",
    label=N_("Grave tickets in 90 days"),
    meaning=N_("How many tickets of high or critical severity the account brought in the last 90 days."),
    unit=N_("tickets"),
    direction=1,
    table="tickets",
    parts={"severe_90": tickets.severe(90)},
    value=counted("severe_90"),
    window=90,
)
