"""The chance of leaving is high."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.alerts.triggers import Case, Reading, Seen, Trigger, whole


def reads(case: Case) -> list[Reading]:
    """The risk as the night said it, with its interval."""
    if case.risk is None:
        return []
    return [Reading(case.risk, more={"low": case.low, "high": case.high, "coverage": case.coverage})]


def told(seen: Seen) -> str:
    """In a sentence."""
    risk = whole(seen, times=100)
    if seen.get("low") is None or seen.get("high") is None:
        return _("Risk of leaving within 90 days is {risk}%").format(risk=risk)
    return _("Risk of leaving within 90 days is {risk}% ({low}–{high}%)").format(
        risk=risk, low=whole(seen, "low", 100), high=whole(seen, "high", 100)
    )


TRIGGER = Trigger(
    name="risk_high",
    place=10,
    label=gettext_lazy("High risk"),
    meaning=gettext_lazy("The chance of leaving within 90 days is over the threshold, or near it."),
    reads=reads,
    told=told,
    threshold=0.4,
    near=0.3,
    unit="share",
    sample="coverage",
    sampled=gettext_lazy("share that is known of the account"),
    minimum=0.5,
    past="risk",
)
