"""What the account pays."""

import narwhals as nw

from keepwell.risk.features import N_, Feature

FEATURE = Feature(
    name="mrr",
    label=N_("MRR"),
    meaning=N_("What the account pays a month, in the reporting currency."),
    unit=N_("minor units"),
    direction=0,
    table="ledger",
    value=nw.col("mrr"),
)
