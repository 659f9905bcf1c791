"""The way the account came to us."""

import narwhals as nw

from keepwell.risk.features import N_, Feature

FEATURE = Feature(
    name="channel",
    label=N_("Channel"),
    meaning=N_("The way the account came to us."),
    unit="",
    direction=0,
    table="accounts",
    value=nw.col("channel"),
    categories=(),
)
