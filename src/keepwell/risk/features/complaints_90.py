"""How many complaints the account brought to us."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import tickets

FEATURE = Feature(
    name="complaints_90",
    label=N_("Complaints in 90 days"),
    meaning=N_("How many complaints the account brought in the last 90 days."),
    unit=N_("tickets"),
    direction=1,
    table="tickets",
    parts={"complaints_90": tickets.brought(90, "complaint")},
    value=counted("complaints_90"),
    window=90,
)
