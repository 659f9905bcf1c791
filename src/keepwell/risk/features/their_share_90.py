"""How much of the talking the account does."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import talks

FEATURE = Feature(
    name="their_share_90",
    label=N_("Share of the talking that is theirs"),
    meaning=N_(
        "Of the time spoken in conversations of the last 90 days, the share that was the account's, on average."
    ),
    unit=N_("share"),
    direction=0,
    table="talks",
    parts={"their_share_90": talks.mean("their_share")},
    value=nw.col("their_share_90"),
)
