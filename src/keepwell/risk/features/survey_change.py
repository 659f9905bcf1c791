"""Whether the account says better or worse of us."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import answers

FEATURE = Feature(
    name="survey_change",
    label=N_("Change of survey score"),
    meaning=N_("The newest score in each survey less the one before, on its scale from 0 to 1, on average."),
    unit=N_("share of scale"),
    direction=-1,
    table="answers",
    parts={"survey_change": answers.CHANGE},
    value=nw.col("survey_change"),
)
