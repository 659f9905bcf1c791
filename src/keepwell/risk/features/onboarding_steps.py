"""How far the account came in its beginning."""

from keepwell.risk.features import EVER, N_, Feature, counted
from keepwell.risk.features.sources import onboarding

FEATURE = Feature(
    name="onboarding_steps",
    label=N_("Onboarding steps done"),
    meaning=N_("How many different steps of onboarding the account has done."),
    unit=N_("steps"),
    direction=-1,
    table="events",
    parts={"onboarding_steps": onboarding.STEPS},
    value=counted("onboarding_steps"),
    window=EVER,
)
