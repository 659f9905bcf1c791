"""Whether the account pays more or less than three months ago."""

import narwhals as nw

from keepwell.risk.features import N_, Feature

FEATURE = Feature(
    name="mrr_change_90",
    label=N_("Change of MRR in 90 days"),
    meaning=N_(
        "What the account pays now against 90 days ago, less one; not known of accounts that did not pay then."
    ),
    unit=N_("share"),
    direction=-1,
    table="ledger",
    value=nw.when(nw.col("mrr_90") > 0).then(nw.col("mrr") / nw.col("mrr_90") - 1.0),
)
