"""Somebody who decides has left the account."""

from datetime import date, timedelta

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.alerts.triggers import Case, Reading, Seen, Trigger

FRESH = timedelta(days=45)


def reads(case: Case) -> list[Reading]:
    """One for each who left lately. It does not go away by itself: somebody must find the next champion."""
    deciders = case.number("deciders")
    return [
        Reading(
            1,
            mark=one.contact,
            event=one.contact,
            more={"contact": one.contact, "on": one.day.isoformat(), "left": deciders},
        )
        for one in case.deciders_gone
        if timedelta(0) < case.day - one.day <= FRESH
    ]


def told(seen: Seen) -> str:
    """In a sentence. Who it was is said where names may be shown."""
    who = seen.get("who") or _("Somebody who decides")
    day = formats.date_format(date.fromisoformat(seen["on"])) if seen.get("on") else ""
    return _("{who} left the account on {day}").format(who=who, day=day)


TRIGGER = Trigger(
    name="champion_gone",
    place=70,
    label=gettext_lazy("Champion gone"),
    meaning=gettext_lazy("People who decide and have left the account within 45 days."),
    reads=reads,
    told=told,
    threshold=1,
    near=1,
    asks=("deciders",),
    past="happenings",
    bounded=False,
)
