"""How much the account subscribes to."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import subscriptions

FEATURE = Feature(
    name="seats",
    label=N_("Seats"),
    meaning=N_("The quantity over all subscriptions that run."),
    unit=N_("seats"),
    direction=-1,
    table="subscriptions",
    parts={"seats": subscriptions.SEATS},
    value=nw.col("seats"),
    only="contract",
)
