"""Whether the account speaks of payment."""

from keepwell.risk.features import N_, Feature, counted
from keepwell.risk.features.sources import hits

FEATURE = Feature(
    name="said_payment_90",
    label=N_("Said in 90 days: payment"),
    meaning=N_("How often rules found talk of payment in what was said or written in the last 90 days."),
    unit=N_("hits"),
    direction=1,
    table="hits",
    parts={"said_payment_90": hits.times("payment")},
    value=counted("said_payment_90"),
    window=90,
)
