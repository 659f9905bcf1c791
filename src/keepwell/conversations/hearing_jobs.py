"""Jobs of hearing. Each can be run again: what has been heard is not heard twice."""

import logging

from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task

from keepwell.conversations import ears
from keepwell.conversations.actions.hearing import hear_all, waiting
from keepwell.conversations.models import Past
from keepwell.conversations.past import SILENT, looked_back
from keepwell.lib.errors import KeepwellError

HEAR_PAST = "keepwell.conversations.hearing_jobs.hear_the_past"
WORK_OUT = "keepwell.conversations.hearing_jobs.work_out"
_log = logging.getLogger(__name__)
AT_ONCE = 2.0  # seconds; then whatever arrived meanwhile has its turn


def ask_to_hear() -> None:
    """Ask that what was said before is heard with the rules that hold now."""
    async_task(HEAR_PAST)


def hear_the_past() -> int:
    """Hear a part of what was not heard with the rules that hold, and ask for the rest; how many it was."""
    done = hear_all(now=timezone.now(), within=AT_ONCE)
    if done.heard and waiting().exists():
        ask_to_hear()
    return done.heard


def work_out(past: int) -> None:
    """Work out what a rule would have heard; why nothing can be said is kept with it."""
    free = Q(beat_at=None) | Q(beat_at__lt=timezone.now() - SILENT)
    if not Past.objects.filter(free, pk=past, ended_at=None).update(beat_at=timezone.now()):
        return  # worked out already, or somebody is at it: the queue hands a long job out again
    one = Past.objects.select_related("asked_by").get(pk=past)

    def told(done: int, of: int) -> None:
        Past.objects.filter(pk=past).update(done=done, of=of, beat_at=timezone.now())

    try:
        found, failed = looked_back(one.data, one.asked_by, now=timezone.now(), tell=told), ""
    except KeepwellError as wrong:
        found, failed = {}, str(wrong).splitlines()[0][:300]
    Past.objects.filter(pk=past).update(found=found, failed=failed, ended_at=timezone.now())


def warmed(**_said: object) -> None:
    """A worker has begun: its ears are made ready before anything arrives. Without them it works too."""
    try:
        ears.warm()
    except Exception:
        _log.exception("the rules could not be made ready")
