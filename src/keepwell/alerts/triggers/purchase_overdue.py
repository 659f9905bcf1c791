"""They have not bought for longer than they use to."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.alerts.triggers import Case, Reading, Seen, Trigger, whole


def reads(case: Case) -> list[Reading]:
    """Days since the last purchase over the account's own cycle."""
    gap = case.number("purchase_gap")
    return [] if gap is None else [Reading(gap, more={"days": case.number("days_since_purchase")})]


def told(seen: Seen) -> str:
    """In a sentence."""
    return _("Has not bought for {days} days, {times} times its own cycle").format(
        days=whole(seen, "days"), times=round(float(seen.get("value") or 0), 1)
    )


TRIGGER = Trigger(
    name="purchase_overdue",
    place=55,
    label=gettext_lazy("Purchase overdue"),
    meaning=gettext_lazy("Days since the last purchase over the account's own cycle."),
    reads=reads,
    told=told,
    threshold=2,
    near=1.3,
    unit="times",
    sample="purchases_365",
    sampled=gettext_lazy("days with a purchase in a year"),
    minimum=3,
    asks=("purchase_gap", "days_since_purchase"),
)
