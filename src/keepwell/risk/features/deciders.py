"""Whether anyone there can decide for us."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import contacts

FEATURE = Feature(
    name="deciders",
    label=N_("Decision makers"),
    meaning=N_("How many contacts still there decide: executives, managers, champions."),
    unit=N_("people"),
    direction=-1,
    table="contacts",
    parts={"deciders": contacts.DECIDERS},
    value=nw.col("deciders"),
)
