"""How long the account has been a customer."""

import narwhals as nw

from keepwell.risk.features import Feature

FEATURE = Feature(
    name="tenure",
    label="Days as a customer",
    meaning="Days since the account's first paying day.",
    unit="days",
    direction=-1,
    table="ledger",
    value=nw.col("tenure"),
)
