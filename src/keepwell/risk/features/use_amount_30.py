"""How much was done when the product was used."""

import narwhals as nw

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import events

FEATURE = Feature(
    name="use_amount_30",
    label=N_("Amount of use in 30 days"),
    meaning=N_(
        "The quantity of all that was done with the product in the last 30 days, where events say it."
    ),
    unit=N_("quantity"),
    direction=-1,
    table="events",
    parts={"use_amount_30": events.amount(30), "use_90": events.times(90)},
    value=nw.when(nw.col("use_90") > 0).then(counted("use_amount_30")),
    window=30,
)
