"""Where the account is."""

import narwhals as nw

from keepwell.risk.features import N_, Feature

FEATURE = Feature(
    name="country",
    label=N_("Country"),
    meaning=N_("Where the account is."),
    unit="",
    direction=0,
    table="accounts",
    value=nw.col("country"),
    categories=(),
)
