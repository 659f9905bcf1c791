"""In how bad a mood the account speaks with us."""

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import talks

FEATURE = Feature(
    name="mood_bad_90",
    label=N_("Turns in a bad mood"),
    meaning=N_(
        "Of what the account said or wrote in the last 90 days and whose mood was told, the share in a bad one."
    ),
    unit=N_("share"),
    direction=1,
    table="talks",
    parts={"mood_turns_90": talks.turns("moods"), "mood_bad_turns_90": talks.turns("bad")},
    value=talks.share("mood_bad_turns_90"),
)
