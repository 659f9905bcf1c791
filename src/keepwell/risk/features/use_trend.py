"""Whether use rises or falls."""

import narwhals as nw

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import events

FEATURE = Feature(
    name="use_trend",
    label=N_("Trend of use"),
    meaning=N_("Use in the last 30 days against a usual 30 of the 60 before, one event added to each."),
    unit=N_("times"),
    direction=-1,
    table="events",
    parts={"use_30": events.times(30), "use_90": events.times(90)},
    value=nw.when(nw.col("tenure") >= 90).then(
        (counted("use_30") + 1.0) / ((counted("use_90") - counted("use_30")) / 2.0 + 1.0)
    ),
    window=90,
)
