"""Whether the account has been away before."""

import narwhals as nw

from keepwell.risk.features import N_, Feature

FEATURE = Feature(
    name="spell",
    label=N_("Stretch of paying"),
    meaning=N_("Which of its stretches of paying the account is in: 1, or more where it left and came back."),
    unit=N_("stretches"),
    direction=1,
    table="ledger",
    value=nw.col("spell"),
)
