"""Whether the account writes to us in surveys."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import comments

FEATURE = Feature(
    name="comments_180",
    label=N_("Survey comments in 180 days"),
    meaning=N_("How many survey answers of the last 180 days came with a comment."),
    unit=N_("comments"),
    direction=0,
    table="answers",
    parts={"comments_180": comments.times(180)},
    value=counted("comments_180"),
    window=180,
)
