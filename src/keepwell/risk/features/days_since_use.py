"""How long nobody has used the product."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import events

FEATURE = Feature(
    name="days_since_use",
    label=N_("Days since last use"),
    meaning=N_(
        "Days since anything was last done with the product; 92, or the tenure, where nothing was in 92 days."
    ),
    unit=N_("days"),
    direction=1,
    table="events",
    parts={"use_newest": events.NEWEST},
    value=nw.coalesce("use_newest", nw.min_horizontal(nw.col("tenure"), nw.lit(events.REACH))),
    window=90,
)
