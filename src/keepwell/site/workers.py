"""The workers of every queue, begun together and ended together."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from threading import Thread
from types import FrameType

from django.db import connections
from django_q.cluster import Cluster
from django_q.conf import Conf

from keepwell.conversations.jobs import warmed
from keepwell.site.queues import LONG, WORKERS, ByWork

MODEST = 5  # by how much what is long gives way to what cannot wait, and to pages
LOOKED = 0.5  # seconds after which it is looked again whether this process was told to end


class Queue(Cluster):
    """Workers of one queue, begun and ended with those of the others: a signal is only noted here.

    To tell them from where a signal is handled may never end, where the same signal has ended who would hear it.
    """

    told = False  # one for all: this process was told to end

    def sig_handler(self, _signal: int, _frame: FrameType | None) -> None:
        """Note that this process is to end."""
        Queue.told = True


def work() -> None:
    """Let all queues be worked through until this process is told to end, or one of them has ended."""
    warmed()  # once, for all that are forked from here
    begun: list[Queue] = []
    for queue, count in WORKERS.items():
        if queue == LONG:
            os.nice(MODEST)
        begun.append(Queue(broker=ByWork(queue)))
        try:
            _begin(begun[-1], count, scheduling=queue == LONG)
        except RuntimeError:  # it ended while it began
            if not Queue.told:
                raise
        if Queue.told:
            break
    while not Queue.told and not wait([one.sentinel.sentinel for one in begun], LOOKED):
        pass
    for one in begun:  # all are told at once: each then does to its end what it is at
        Thread(target=one.stop_event.set, daemon=True).start()
    for one in begun:
        one.sentinel.join()


def _begin(one: Queue, count: int, *, scheduling: bool) -> None:
    """So many workers of a queue. The schedule is looked through by those of the long ones alone."""
    connections.close_all()  # what is forked from here opens its own
    with _told(WORKERS=count, QUEUE_LIMIT=1, SCHEDULER=scheduling):
        one.start()


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
