"""How many goals are unknown."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import goals

FEATURE = Feature(
    name="goals_unknown",
    label=N_("Goals unknown"),
    meaning=N_("How many goals have no reading of the last 120 days."),
    unit=N_("goals"),
    direction=1,
    table="goals",
    parts={"goals_unknown": goals.in_state("unknown")},
    value=counted("goals_unknown"),
    window=30,
)
