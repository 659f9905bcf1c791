"""Whether the account has come to pay later."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import invoices

FEATURE = Feature(
    name="days_late_change",
    label=N_("Change of days late"),
    meaning=N_(
        "Days late with the invoices of the last 90 days, less those with invoices of the year before."
    ),
    unit=N_("days"),
    direction=1,
    table="invoices",
    parts={"days_late_90": invoices.late(0, 90), "days_late_before": invoices.late(90, 455)},
    value=nw.col("days_late_90") - nw.col("days_late_before"),
)
