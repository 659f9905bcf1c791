"""Which workers do which job: what is long never stands before what cannot wait.

Each queue has workers of its own, so that a night, a look back or a preview may take as long as it takes: what has
arrived is read, heard and raised meanwhile, and what waits for other machines (mailboxes, mail servers) waits apart
from both. A job that is named nowhere here is of the long ones.
"""

from typing import Any

from django_q.brokers.orm import ORM
from django_q.signing import SignedPackage

from keepwell.alerts.jobs import DELIVER
from keepwell.conversations import jobs as conversations
from keepwell.conversations.actions.receiving import READ_IN, READ_LONG
from keepwell.site.arrival import ARRIVED

# The queue that jobs are in unless something else is said; its workers go through the schedule too.
LONG = "keepwell"
ARRIVALS, OUTSIDE = "arrivals", "outside"
WORKERS = {ARRIVALS: 2, OUTSIDE: 2, LONG: 2}  # in the order they are begun in; one may be at something slow
QUEUES = {
    ARRIVED: ARRIVALS,
    READ_IN: ARRIVALS,
    READ_LONG: OUTSIDE,
    conversations.LOOK: OUTSIDE,
    conversations.SCAN: OUTSIDE,
    conversations.FETCH: OUTSIDE,
    conversations.FROM_BOOK: OUTSIDE,
    DELIVER: OUTSIDE,
}


def arriving() -> int:
    """How many jobs of arrivals nobody has taken yet."""
    return int(ByWork(ARRIVALS).queue_size())


class ByWork(ORM):
    """The queue in the office's database; whoever asks for a job need not know who does it."""

    def enqueue(self, task: str) -> Any:
        """Put a signed job into the queue of its work, unless it was asked for in another one by name."""
        if self.list_key != LONG:
            return super().enqueue(task)
        return ByWork(QUEUES.get(SignedPackage.loads(task)["func"], LONG))._put(task)

    def _put(self, task: str) -> Any:
        return super().enqueue(task)
