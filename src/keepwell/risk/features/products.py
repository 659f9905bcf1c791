"""How many things the account relies on us for."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import subscriptions

FEATURE = Feature(
    name="products",
    label=N_("Products"),
    meaning=N_("How many different products the account subscribes to."),
    unit=N_("products"),
    direction=-1,
    table="subscriptions",
    parts={"products": subscriptions.PRODUCTS},
    value=nw.col("products"),
    only="contract",
)
