"""How long the account waits for a first answer."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import tickets

FEATURE = Feature(
    name="first_response_90",
    label=N_("Time to first response, against the standard"),
    meaning=N_(
        "Hours to the first response over the standard for its severity, on average over tickets of the last 90 days."
    ),
    unit=N_("times"),
    direction=1,
    table="tickets",
    parts={"first_response_90": tickets.mean("answered_in", 90)},
    value=nw.col("first_response_90"),
)
