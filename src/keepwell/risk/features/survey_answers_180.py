"""Whether the account answers surveys at all."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import answers

FEATURE = Feature(
    name="survey_answers_180",
    label=N_("Survey answers in 180 days"),
    meaning=N_("How many survey answers the account gave in the last 180 days."),
    unit=N_("answers"),
    direction=-1,
    table="answers",
    parts={"survey_answers_180": answers.times(180)},
    value=counted("survey_answers_180"),
    window=180,
)
