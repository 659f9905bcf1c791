"""What the account owes us."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import invoices

FEATURE = Feature(
    name="unpaid",
    label=N_("Unpaid invoices"),
    meaning=N_("How many invoices were past due and not paid."),
    unit=N_("invoices"),
    direction=1,
    table="invoices",
    parts={"unpaid": invoices.OWED},
    value=counted("unpaid"),
    window=30,
)
