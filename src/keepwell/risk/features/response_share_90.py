"""Whether the account answers us."""

import narwhals as nw

from keepwell.risk.features import N_, Feature
from keepwell.risk.features.sources import touches

FEATURE = Feature(
    name="response_share_90",
    label=N_("Share of our touches answered"),
    meaning=N_("Of our touches in the last 90 days, the share that the account answered within two weeks."),
    unit=N_("share"),
    direction=-1,
    table="touches",
    parts={"response_share_90": touches.ANSWERED_90},
    value=nw.col("response_share_90"),
)
