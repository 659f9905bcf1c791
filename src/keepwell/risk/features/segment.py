"""The group the account is steered in."""

import narwhals as nw

from keepwell.risk.features import N_, Feature

FEATURE = Feature(
    name="segment",
    label=N_("Segment"),
    meaning=N_("The group the account is steered in, as known then."),
    unit="",
    direction=0,
    table="accounts",
    value=nw.col("segment"),
    categories=(),
)
