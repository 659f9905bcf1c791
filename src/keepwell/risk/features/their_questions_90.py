"""Whether the account asks us anything when we speak."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import talks

FEATURE = Feature(
    name="their_questions_90",
    label=N_("Questions they ask"),
    meaning=N_("How many questions the account asked in a conversation of the last 90 days, on average."),
    unit=N_("questions"),
    direction=0,
    table="talks",
    parts={"their_questions_90": talks.mean("their_questions")},
    value=nw.col("their_questions_90"),
)
