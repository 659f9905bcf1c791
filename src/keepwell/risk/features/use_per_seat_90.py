"""How much the product is used for what the account pays for."""

import narwhals as nw

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import events, subscriptions

FEATURE = Feature(
    name="use_per_seat_90",
    label=N_("Use per seat in 90 days"),
    meaning=N_("How often something was done with the product in the last 90 days, for each seat."),
    unit=N_("events"),
    direction=-1,
    table="events",
    parts={"use_90": events.times(90), "seats": subscriptions.SEATS},
    value=nw.when(nw.col("seats") > 0).then(counted("use_90") / nw.col("seats")),
    window=90,
    only="contract",
)
