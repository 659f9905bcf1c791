"""How much longer the account may be silent."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import cycles

FEATURE = Feature(
    name="days_to_lapse",
    label=N_("Days to lapse"),
    meaning=N_("Days of silence that are left until the account counts as gone."),
    unit=N_("days"),
    direction=-1,
    table="purchases",
    parts={"lapse_ahead": cycles.AHEAD},
    value=nw.when(nw.col("kind") == "irregular").then(nw.col("lapse_ahead")),
    only="irregular",
)
