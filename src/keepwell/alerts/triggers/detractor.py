"""They would not recommend us."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.alerts.triggers import Case, Reading, Seen, Trigger, whole

FRESH = timedelta(days=30)


def reads(case: Case) -> list[Reading]:
    """The newest answer; news while it is fresh."""
    one = case.recommends
    if one is None:
        return []
    return [
        Reading(one.score, event=one.key, news=case.day - one.day <= FRESH, more={"on": one.day.isoformat()})
    ]


def told(seen: Seen) -> str:
    """In a sentence."""
    return _("They gave {score} of 10 when asked whether they would recommend us").format(score=whole(seen))


TRIGGER = Trigger(
    name="detractor",
    place=60,
    label=gettext_lazy("Would not recommend us"),
    meaning=gettext_lazy("The newest NPS answer of the last 30 days; 0 to 6 is a detractor."),
    reads=reads,
    told=told,
    threshold=6,
    near=7,
    worse="below",
    past="happenings",
)
