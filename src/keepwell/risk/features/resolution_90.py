"""How long it takes until things are put right."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import tickets

FEATURE = Feature(
    name="resolution_90",
    label=N_("Time to resolution, against the standard"),
    meaning=N_(
        "Hours to the resolution over the standard for its severity, on average over tickets of the last 90 days."
    ),
    unit=N_("times"),
    direction=1,
    table="tickets",
    parts={"resolution_90": tickets.mean("resolved_in", 90)},
    value=nw.col("resolution_90"),
)
