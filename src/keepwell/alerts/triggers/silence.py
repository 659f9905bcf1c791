"""They have not reached out to us for long."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keepwell.alerts.triggers import Case, Reading, Seen, Trigger, whole


def reads(case: Case) -> list[Reading]:
    """Days since they last reached out, and how often we did."""
    days = case.number("days_since_touch_in")
    return [] if days is None else [Reading(days, more={"ours": case.number("touches_out_90")})]


def told(seen: Seen) -> str:
    """In a sentence."""
    ours = whole(seen, "ours")
    if not ours:
        return _("They have not reached out for {days} days, nor did we in 90").format(days=whole(seen))
    return ngettext(
        "They have not reached out for {days} days; we did once in 90",
        "They have not reached out for {days} days; we did {times} times in 90",
        ours,
    ).format(days=whole(seen), times=ours)


TRIGGER = Trigger(
    name="silence",
    place=90,
    label=gettext_lazy("Silence"),
    meaning=gettext_lazy("Days since the account last reached out to us; 190 is the most that is counted."),
    reads=reads,
    told=told,
    threshold=150,
    near=90,
    unit="days",
    sample="tenure",
    sampled=gettext_lazy("days as a customer"),
    minimum=180,
    also=("risk", "above", 0.1),
    asks=("days_since_touch_in", "touches_out_90"),
)
