"""The index kept by the worker: what is not in it is put in, what was deleted leaves the file."""

from django.utils import timezone

from keepwell.conversations import index

KEEP = "keepwell.conversations.indexing.keep"


def keep() -> int:
    """Every day, and when the office begins after an upgrade: how many conversations were indexed."""
    done = index.renew(now=timezone.now())
    index.tidy()
    return done
