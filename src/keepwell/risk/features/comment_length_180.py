"""How much the account writes in surveys."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import comments

FEATURE = Feature(
    name="comment_length_180",
    label=N_("Length of survey comments"),
    meaning=N_("How many characters the survey comments of the last 180 days had, on average."),
    unit=N_("characters"),
    direction=0,
    table="answers",
    parts={"comment_length_180": comments.mean("length", 180)},
    value=nw.col("comment_length_180"),
)
