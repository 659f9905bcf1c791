"""How near the account is to the day on which it decides anew."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import subscriptions

FEATURE = Feature(
    name="days_to_renewal",
    label=N_("Days to renewal"),
    meaning=N_("Days to the next renewal, or else stated end, of anything the account subscribes to."),
    unit=N_("days"),
    direction=0,  # once the day to give notice by has passed, one that gave none stays for another term
    table="subscriptions",
    parts={"renewal_ahead": subscriptions.RENEWAL},
    value=nw.col("renewal_ahead"),
    only="contract",
)
