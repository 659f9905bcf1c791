"""How often we were too slow."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import tickets

FEATURE = Feature(
    name="tickets_over_standard_90",
    label=N_("Tickets beyond the standard in 90 days"),
    meaning=N_(
        "How many tickets of the last 90 days took, or have waited, longer than the standard to be put right."
    ),
    unit=N_("tickets"),
    direction=1,
    table="tickets",
    parts={"tickets_over_standard_90": tickets.over_standard(90)},
    value=counted("tickets_over_standard_90"),
    window=90,
)
