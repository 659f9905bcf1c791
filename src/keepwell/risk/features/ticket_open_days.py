"""How long the account has been waiting."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import tickets

FEATURE = Feature(
    name="ticket_open_days",
    label=N_("Days of the oldest open ticket"),
    meaning=N_("How long the oldest open ticket has been open; 0 where none is."),
    unit=N_("days"),
    direction=1,
    table="tickets",
    parts={"ticket_open_days": tickets.OLDEST_OPEN},
    value=counted("ticket_open_days"),
    window=30,
)
