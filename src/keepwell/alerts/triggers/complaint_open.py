"""A complaint has waited longer than its standard."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.alerts.triggers import Case, Reading, Seen, Trigger, whole
from keepwell.risk.features.sources.tickets import STANDARD


def reads(case: Case) -> list[Reading]:
    """Each complaint's waiting over the standard for its severity; over once it is put right."""
    found = []
    for one in case.complaints:
        if one.opened >= case.day:
            continue
        hours = STANDARD.get(one.severity, STANDARD["normal"])[1]
        days = (case.day - one.opened).days
        solved = one.resolved is not None and one.resolved < case.day
        found.append(
            Reading(
                days * 24 / hours,
                mark=one.key[:200],
                event=one.key,
                calm=solved,
                news=not solved,
                more={"days": days, "severity": one.severity, "standard_hours": hours},
            )
        )
    return found


def told(seen: Seen) -> str:
    """In a sentence."""
    return _("A complaint has been open for {days} days; the standard is {hours} hours").format(
        days=whole(seen, "days"), hours=whole(seen, "standard_hours")
    )


TRIGGER = Trigger(
    name="complaint_open",
    place=50,
    label=gettext_lazy("Complaint past its standard"),
    meaning=gettext_lazy(
        "How long an open complaint or claim has waited, over the standard for its severity."
    ),
    reads=reads,
    told=told,
    threshold=1,
    near=1,
    unit="times",
    past="happenings",
)
