"""How long the account has been silent."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import touches

FEATURE = Feature(
    name="days_since_touch_in",
    label=N_("Days since they last reached out"),
    meaning=N_(
        "Days since the account last reached out to us; 190, or the tenure, where it did not in 190 days."
    ),
    unit=N_("days"),
    direction=1,
    table="touches",
    parts={"touch_newest_in": touches.NEWEST_IN},
    value=nw.coalesce("touch_newest_in", nw.min_horizontal(nw.col("tenure"), nw.lit(touches.REACH))),
    window=180,
)
