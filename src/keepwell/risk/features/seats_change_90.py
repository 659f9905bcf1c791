"""Whether the account takes more or gives back."""

import narwhals as nw

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import subscriptions

FEATURE = Feature(
    name="seats_change_90",
    label=N_("Change of seats in 90 days"),
    meaning=N_("Seats now against 90 days ago, less one; not known of accounts that had none then."),
    unit=N_("share"),
    direction=-1,
    table="subscriptions",
    parts={"seats": subscriptions.SEATS, "seats_90": subscriptions.SEATS_90},
    value=nw.when(nw.col("seats_90") > 0).then(counted("seats") / nw.col("seats_90") - 1.0),
    only="contract",
)
