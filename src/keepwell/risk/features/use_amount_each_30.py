"""How much is done at a time, over the last 30 days."""

import narwhals as nw

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import events

FEATURE = Feature(
    name="use_amount_each_30",
    label=N_("Amount of each use in 30 days"),
    meaning=N_("The quantity that was done at a time with the product in the last 30 days, on average."),
    unit=N_("quantity"),
    direction=-1,
    table="events",
    parts={"use_30": events.times(30), "use_amount_30": events.amount(30)},
    value=nw.when(counted("use_30") > 0).then(nw.col("use_amount_30") / nw.col("use_30")),
)
