"""Whether the account has begun to let go."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import subscriptions

FEATURE = Feature(
    name="notice_of_part",
    label=N_("Notice of a part"),
    meaning=N_(
        "How many subscriptions that still run were given notice of; of all of them, and the account is not observed."
    ),
    unit=N_("subscriptions"),
    direction=1,
    table="subscriptions",
    parts={"given": subscriptions.GIVEN},
    value=nw.col("given"),
    only="contract",
)
