"""How many goals are behind."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import goals

FEATURE = Feature(
    name="goals_behind",
    label=N_("Goals behind"),
    meaning=N_("How many goals have come less far by their newest reading than they should have."),
    unit=N_("goals"),
    direction=1,
    table="goals",
    parts={"goals_behind": goals.in_state("behind")},
    value=counted("goals_behind"),
    window=30,
)
