"""How many questions the account brought to us."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import tickets

FEATURE = Feature(
    name="questions_90",
    label=N_("Questions in 90 days"),
    meaning=N_("How many questions the account brought in the last 90 days."),
    unit=N_("tickets"),
    direction=0,
    table="tickets",
    parts={"questions_90": tickets.brought(90, "question")},
    value=counted("questions_90"),
    window=90,
)
