"""How many people have left the account."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import contacts

FEATURE = Feature(
    name="contacts_left_180",
    label=N_("Contacts gone in 180 days"),
    meaning=N_("How many contacts left the account in the last 180 days."),
    unit=N_("people"),
    direction=1,
    table="contacts",
    parts={"contacts_left_180": contacts.LEFT_180},
    value=nw.col("contacts_left_180"),
)
