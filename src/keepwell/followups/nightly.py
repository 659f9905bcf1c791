"""What the night does for follow-ups: last touches, stages and rhythms, worth, and what hits and alerts begin."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from keepwell.followups.actions.by_alert import start_for_alerts
from keepwell.followups.by_hit import follow_hits
from keepwell.followups.stages import keep_rhythm, renew_worth
from keepwell.reach.remembering import remember_last_touches


@dataclass(frozen=True)
class Followed:
    """What was done: accounts whose rhythm is known, and runs of playbooks that alerts began."""

    accounts: int
    begun: int


def follow_up(*, now: datetime) -> Followed:
    """Bring all of it up to date, from the timelines, standings and alerts of the night."""
    remember_last_touches()
    renew_worth()
    accounts = keep_rhythm(today=now.date())  # before playbooks: they ask for an account's stage
    follow_hits(now=now)
    return Followed(accounts, start_for_alerts(now=now))


def arrange() -> int:
    """The rhythms for changed standards, as a job."""
    return keep_rhythm(today=timezone.now().date())
