"""How often the account buys."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import purchases

FEATURE = Feature(
    name="purchases_365",
    label=N_("Days with a purchase in a year"),
    meaning=N_("On how many of the last 365 days the account bought something."),
    unit=N_("days"),
    direction=-1,
    table="purchases",
    parts={"purchases_365": purchases.days_bought(365)},
    value=counted("purchases_365"),
    window=365,
    only="irregular",
)
