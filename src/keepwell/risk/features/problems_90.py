"""How many problems the account brought to us."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import tickets

FEATURE = Feature(
    name="problems_90",
    label=N_("Problems in 90 days"),
    meaning=N_("How many problems the account brought in the last 90 days."),
    unit=N_("tickets"),
    direction=1,
    table="tickets",
    parts={"problems_90": tickets.brought(90, "problem")},
    value=counted("problems_90"),
    window=90,
)
