"""In how good a mood the account speaks with us."""

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import talks

FEATURE = Feature(
    name="mood_good_90",
    label=N_("Turns in a good mood"),
    meaning=N_(
        "Of what the account said or wrote in the last 90 days and whose mood was told, the share in a good one."
    ),
    unit=N_("share"),
    direction=-1,
    table="talks",
    parts={"mood_turns_90": talks.turns("moods"), "mood_good_turns_90": talks.turns("good")},
    value=talks.share("mood_good_turns_90"),
)
