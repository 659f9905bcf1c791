"""How many objections the account brought to us."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import tickets

FEATURE = Feature(
    name="objections_90",
    label=N_("Objections in 90 days"),
    meaning=N_("How many objections the account brought in the last 90 days."),
    unit=N_("tickets"),
    direction=1,
    table="tickets",
    parts={"objections_90": tickets.brought(90, "objection")},
    value=counted("objections_90"),
    window=90,
)
