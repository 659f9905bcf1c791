"""What score the account gives when it writes as well."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import comments

FEATURE = Feature(
    name="comment_score_180",
    label=N_("Score of answers with a comment"),
    meaning=N_(
        "The mean score of survey answers of the last 180 days that came with a comment, on its scale from 0 to 1."
    ),
    unit=N_("share of scale"),
    direction=-1,
    table="answers",
    parts={"comment_score_180": comments.mean("score", 180)},
    value=nw.col("comment_score_180"),
)
