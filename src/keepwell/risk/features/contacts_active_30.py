"""How many of the people there use the product."""

import narwhals as nw

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import contacts, events

FEATURE = Feature(
    name="contacts_active_30",
    label=N_("Share of contacts active in 30 days"),
    meaning=N_(
        "Contacts who did something with the product in the last 30 days, of all contacts known and still there."
    ),
    unit=N_("share"),
    direction=-1,
    table="events",
    parts={
        "contacts_using": events.different("contact_id", 30),
        "use_named": events.NAMED,
        "contacts_here": contacts.HERE,
    },
    value=nw.when(nw.col("contacts_here") > 0, nw.col("use_named") > 0).then(
        nw.min_horizontal(counted("contacts_using") / nw.col("contacts_here"), nw.lit(1.0))
    ),
)
