"""The workers of every queue, begun together and ended together."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from types import FrameType

from django.db import connections
from django_q.cluster import Cluster
from django_q.conf import Conf

from keepwell.conversations.jobs import warmed
from keepwell.site.queues import LONG, WORKERS, ByWork

MODEST = 5  # by how much what is long gives way to what cannot wait, and to pages


def work() -> None:
    """Let all queues be worked through until this process is told to end, or one of them has ended."""
    warmed()  # once, for all that are forked from here
    begun: list[Cluster] = []

    def end(*_signal: int | FrameType | None) -> None:
        for one in begun:
            if one.stop_event:  # all are told at once: each then does to its end what it is at
                one.stop_event.set()

    for queue, count in WORKERS.items():
        if queue == LONG:
            os.nice(MODEST)
        begun.append(_begun(queue, count))
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, end)  # in place of the library's, which knows of one only
    wait([one.sentinel.sentinel for one in begun])
    end()
    for one in begun:
        one.sentinel.join()


def _begun(queue: str, count: int) -> Cluster:
    """So many workers of a queue. The schedule is looked through by those of the long ones alone."""
    connections.close_all()  # what is forked from here opens its own
    one = Cluster(broker=ByWork(queue))
    with _told(WORKERS=count, QUEUE_LIMIT=1, SCHEDULER=queue == LONG):
        one.start()
    return one


@contextmanager
def _told(**said: int | bool) -> Iterator[None]:
    """What the library reads of its settings in the processes that are forked within the block."""
    before = {name: getattr(Conf, name) for name in said}
    for name, value in said.items():
        setattr(Conf, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(Conf, name, value)
