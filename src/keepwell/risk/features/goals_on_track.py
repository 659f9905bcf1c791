"""How many goals are on track."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import goals

FEATURE = Feature(
    name="goals_on_track",
    label=N_("Goals on track"),
    meaning=N_(
        "How many goals have come as far as they should have by their newest reading, or a tenth of the way less."
    ),
    unit=N_("goals"),
    direction=-1,
    table="goals",
    parts={"goals_on_track": goals.in_state("on track")},
    value=counted("goals_on_track"),
    window=30,
)
