"""Who sold to the account."""

import narwhals as nw

from keepwell.risk.features import N_, Feature

FEATURE = Feature(
    name="salesperson",
    label=N_("Salesperson"),
    meaning=N_("Who sold to the account."),
    unit="",
    direction=0,
    table="accounts",
    value=nw.col("salesperson"),
    categories=(),
)
