"""What the account does."""

import narwhals as nw

from keepwell.risk.features import N_, Feature

FEATURE = Feature(
    name="industry",
    label=N_("Industry"),
    meaning=N_("What the account does."),
    unit="",
    direction=0,
    table="accounts",
    value=nw.col("industry"),
    categories=(),
)
