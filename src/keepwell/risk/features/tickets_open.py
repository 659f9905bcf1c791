"""What we still owe the account an answer to."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import tickets

FEATURE = Feature(
    name="tickets_open",
    label=N_("Open tickets"),
    meaning=N_("How many tickets were still open."),
    unit=N_("tickets"),
    direction=1,
    table="tickets",
    parts={"tickets_open": tickets.OPEN},
    value=counted("tickets_open"),
    window=30,
)
