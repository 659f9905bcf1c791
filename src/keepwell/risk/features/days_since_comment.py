"""How long ago the account last wrote something in a survey."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import comments

FEATURE = Feature(
    name="days_since_comment",
    label=N_("Days since the last survey comment"),
    meaning=N_("Days since the account last wrote a comment in a survey."),
    unit=N_("days"),
    direction=0,
    table="answers",
    parts={"newest_comment": comments.NEWEST},
    value=nw.col("newest_comment"),
)
