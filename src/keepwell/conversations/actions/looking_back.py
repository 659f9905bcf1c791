"""Asking what a rule would have heard in all that was said so far."""

from django.utils import timezone
from django_q.tasks import async_task

from keepwell.conversations.actions.ruling import data_of
from keepwell.conversations.jobs import WORK_OUT, work_out
from keepwell.conversations.models import Past, Rule
from keepwell.conversations.queries import seen
from keepwell.listening import rules as listening
from keepwell.members.models import Member

AT_ONCE = 300  # conversations that a rule is run over while one waits; more are a job
KEPT = 20  # that are kept of each member


def ask_past(*, rule: listening.Rule, by: Member, of: Rule | None = None, wait: bool = True) -> Past:
    """Have it worked out, in what `by` may see: at once where there is little and they wait, else as a job.

    `of` is the rule that it is to become a version of.
    """
    data = {**data_of(rule), "name": rule.name, "of": of.pk if of else None}
    mine = Past.objects.filter(asked_by=by)
    mine.exclude(pk__in=list(mine.values_list("pk", flat=True)[:KEPT])).delete()
    made = Past.objects.create(data=data, asked_by=by, asked_at=timezone.now(), of=seen(by).count())
    if wait and made.of <= AT_ONCE:
        work_out(made.pk)
    else:
        async_task(WORK_OUT, made.pk)
    return made
