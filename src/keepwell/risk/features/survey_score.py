"""What the account last said of us in surveys."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import answers

FEATURE = Feature(
    name="survey_score",
    label=N_("Newest survey score"),
    meaning=N_(
        "The newest score in each survey, on the scale of 0 to 1 of what it was ever given, on average."
    ),
    unit=N_("share of scale"),
    direction=-1,
    table="answers",
    parts={"survey_score": answers.SCORE},
    value=nw.col("survey_score"),
)
