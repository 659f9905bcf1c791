"""Jobs of the queue. Each can be run again: what has been done is not done twice."""

from keepwell.alerts.delivering.sending import deliver

DELIVER = "keepwell.alerts.jobs.deliver_due"


def deliver_due() -> int:
    """Send what is due; returns how many messages went."""
    return deliver()
