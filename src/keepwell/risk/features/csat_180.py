"""How content the account was with how its tickets were handled."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import tickets

FEATURE = Feature(
    name="csat_180",
    label=N_("Satisfaction with tickets"),
    meaning=N_("The mean score given for tickets of the last 180 days."),
    unit=N_("score"),
    direction=-1,
    table="tickets",
    parts={"csat_180": tickets.mean("csat", 180)},
    value=nw.col("csat_180"),
)
