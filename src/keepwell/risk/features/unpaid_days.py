"""How long the account has owed us."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import invoices

FEATURE = Feature(
    name="unpaid_days",
    label=N_("Days of the oldest unpaid invoice"),
    meaning=N_("How long the oldest unpaid invoice has been past due; 0 where none is."),
    unit=N_("days"),
    direction=1,
    table="invoices",
    parts={"unpaid_days": invoices.LONGEST_OWED},
    value=counted("unpaid_days"),
    window=30,
)
