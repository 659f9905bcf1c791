"""A renewal comes, and nobody has spoken to them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.alerts.triggers import Case, Reading, Seen, Trigger, whole


def reads(case: Case) -> list[Reading]:
    """Days to the renewal; calm once there was any contact in 90 days, either way."""
    days = case.number("days_to_renewal")
    ours, theirs = case.number("touches_out_90"), case.number("touches_in_90")
    if days is None or ours is None or theirs is None:
        return []
    return [Reading(days, calm=ours + theirs > 0, news=ours + theirs == 0)]


def told(seen: Seen) -> str:
    """In a sentence."""
    return _("Renews in {days} days, and there was no contact in 90 days").format(days=whole(seen))


TRIGGER = Trigger(
    name="renewal_silent",
    place=45,
    label=gettext_lazy("Renewal without contact"),
    meaning=gettext_lazy("Days to the renewal of an account that nobody had any contact with in 90 days."),
    reads=reads,
    told=told,
    threshold=90,
    near=120,
    unit="days",
    worse="below",
    asks=("days_to_renewal", "touches_out_90", "touches_in_90"),
)
