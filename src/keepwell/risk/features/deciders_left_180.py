"""Whether a champion or decision maker has gone."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import contacts

FEATURE = Feature(
    name="deciders_left_180",
    label=N_("Decision makers gone in 180 days"),
    meaning=N_("How many contacts who decide left the account in the last 180 days."),
    unit=N_("people"),
    direction=1,
    table="contacts",
    parts={"deciders_left_180": contacts.DECIDERS_LEFT_180},
    value=nw.col("deciders_left_180"),
)
