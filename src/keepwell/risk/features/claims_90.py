"""How many claims the account brought to us."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import tickets

FEATURE = Feature(
    name="claims_90",
    label=N_("Claims in 90 days"),
    meaning=N_("How many claims the account brought in the last 90 days."),
    unit=N_("tickets"),
    direction=1,
    table="tickets",
    parts={"claims_90": tickets.brought(90, "claim")},
    value=counted("claims_90"),
    window=90,
)
