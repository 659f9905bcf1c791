"""How likely it is that the account still buys."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import buying

FEATURE = Feature(
    name="buying_alive",
    label=N_("Chance of still buying"),
    meaning=N_("The chance that an account without a contract has not stopped buying, by the rhythm of all."),
    unit=N_("share"),
    direction=-1,
    table="purchases",
    parts={"alive": buying.ALIVE},
    value=nw.when(nw.col("kind") == "irregular").then(nw.col("alive")),
    only="irregular",
)
