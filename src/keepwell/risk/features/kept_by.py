"""What the account is kept by."""

import narwhals as nw

from keepwell.risk.features import N_, Feature

FEATURE = Feature(
    name="kept_by",
    label=N_("Kept by"),
    meaning=N_("Whether what it pays comes from a contract or from purchases without one."),
    unit="",
    direction=0,
    table="ledger",
    value=nw.col("kind"),
    categories=(),
)
