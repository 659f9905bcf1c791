"""How long the account has been a customer."""

import narwhals as nw

from keepwell.risk.features import N_, Feature

FEATURE = Feature(
    name="tenure",
    label=N_("Days as a customer"),
    meaning=N_("Days since the account's first paying day."),
    unit=N_("days"),
    direction=-1,
    table="ledger",
    value=nw.col("tenure"),
)
