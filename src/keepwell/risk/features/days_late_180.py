"""How late the account pays."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import invoices

FEATURE = Feature(
    name="days_late_180",
    label=N_("Days late with payment"),
    meaning=N_(
        "How many days after they were due the invoices of 180 days were paid, on average; below 0 where early."
    ),
    unit=N_("days"),
    direction=1,
    table="invoices",
    parts={"days_late_180": invoices.late(0, 180)},
    value=nw.col("days_late_180"),
)
