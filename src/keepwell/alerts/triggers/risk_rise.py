"""The chance of leaving has risen fast."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.alerts.triggers import Case, Reading, Seen, Trigger, whole


def reads(case: Case) -> list[Reading]:
    """The faster of the rises in 7 and in 30 days."""
    known = [
        (change, days) for change, days in ((case.change_7, 7), (case.change_30, 30)) if change is not None
    ]
    if not known:
        return []
    change, days = max(known)
    return [Reading(change, more={"days": days, "risk": case.risk})]


def told(seen: Seen) -> str:
    """In a sentence."""
    return _("Risk rose by {points} points in {days} days, to {risk}%").format(
        points=whole(seen, times=100), days=seen.get("days"), risk=whole(seen, "risk", 100)
    )


TRIGGER = Trigger(
    name="risk_rise",
    place=20,
    label=gettext_lazy("Fast rise of risk"),
    meaning=gettext_lazy("The chance of leaving has risen by so many points within 7 or 30 days."),
    reads=reads,
    told=told,
    threshold=0.15,
    near=0.05,
    unit="points",
    sample="coverage",
    sampled=gettext_lazy("share that is known of the account"),
    minimum=0.5,
    past="changes",
)
