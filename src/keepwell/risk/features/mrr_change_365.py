"""Whether the account pays more or less than a year ago."""

import narwhals as nw

from keepwell.risk.features import N_, Feature

FEATURE = Feature(
    name="mrr_change_365",
    label=N_("Change of MRR in 365 days"),
    meaning=N_(
        "What the account pays now against 365 days ago, less one; not known of accounts that did not pay then."
    ),
    unit=N_("share"),
    direction=-1,
    table="ledger",
    value=nw.when(nw.col("mrr_365") > 0).then(nw.col("mrr") / nw.col("mrr_365") - 1.0),
)
