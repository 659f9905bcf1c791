"""What the night does for follow-ups: last touches, stages and rhythms, and what open follow-ups are worth."""

from datetime import date

from django.utils import timezone

from keepwell.followups.stages import keep_rhythm, renew_worth
from keepwell.reach.remembering import remember_last_touches


def follow_up(*, today: date) -> int:
    """Bring all of it up to date, from the timelines and standings of the night; returns how many accounts."""
    remember_last_touches()
    renew_worth()
    return keep_rhythm(today=today)


def arrange() -> int:
    """The same for changed standards, as a job."""
    return keep_rhythm(today=timezone.now().date())
