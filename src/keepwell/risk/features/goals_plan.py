"""How far the account has come against plan."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import goals

FEATURE = Feature(
    name="goals_plan",
    label=N_("Goals against plan"),
    meaning=N_(
        "How far goals have come by their newest reading as a share of how far they should have, on average."
    ),
    unit=N_("share"),
    direction=-1,
    table="goals",
    parts={"goals_plan": goals.PLAN},
    value=nw.col("goals_plan"),
)
