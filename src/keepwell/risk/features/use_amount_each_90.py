"""How much is done at a time, over the last 90 days."""

import narwhals as nw

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import events

FEATURE = Feature(
    name="use_amount_each_90",
    label=N_("Amount of each use in 90 days"),
    meaning=N_("The quantity that was done at a time with the product in the last 90 days, on average."),
    unit=N_("quantity"),
    direction=-1,
    table="events",
    parts={"use_90": events.times(90), "use_amount_90": events.amount(90)},
    value=nw.when(counted("use_90") > 0).then(nw.col("use_amount_90") / nw.col("use_90")),
)
