"""What is written of retention: ask for a figure, keep what a job worked out, name a segment."""

import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import get_language
from django_q.tasks import async_task

from keepwell.accounts.conditions import to_be_kept
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.members.audit import record
from keepwell.members.models import Member
from keepwell.members.rights import Right, may
from keepwell.retention.asking import refuse_naming
from keepwell.retention.measuring import Made, Params, Row
from keepwell.retention.models import Behind, Figure, Segment

BATCH = 2_000  # accounts written at once, so that no page waits long for the database
EVERY = 0.5  # seconds between two notes of how far a figure is
MOST_LETTERS = 300
MOST_WAITING = 200  # figures of a cut that nobody has worked out yet
LOST = timedelta(hours=1)  # after which a job that has not answered is taken for lost


def ask(*, kind: str, key: str, params: Params, cut: str, now: datetime) -> Figure:
    """Let a job work a figure out, unless it has been asked for already."""
    with transaction.atomic():
        unsaid = Figure.objects.filter(cut=cut, state__in=[Figure.State.WAITING, Figure.State.RUNNING])
        if unsaid.count() >= MOST_WAITING:
            raise KeepwellError(
                _("Very many figures are being worked out at this moment."),
                ways=[
                    _("Wait a few minutes, then ask again."),
                    _("Ask an administrator whether a worker runs."),
                ],
            )
        figure, new = Figure.objects.get_or_create(
            kind=kind, key=key, cut=cut, defaults={"params": dict(params), "asked_at": now}
        )
        if new:
            _queue(figure)
    figure.refresh_from_db()  # a job that runs at once has done it by now
    return figure


def ask_again(*, figure: Figure, now: datetime) -> None:
    """Let a figure that failed, or whose job was lost, be worked out once more."""
    with transaction.atomic():
        lost = Q(state=Figure.State.FAILED) | (~Q(state=Figure.State.DONE) & Q(asked_at__lt=now - LOST))
        if Figure.objects.filter(lost, pk=figure.pk).update(
            state=Figure.State.WAITING, error=None, done=0, of=0, asked_at=now
        ):
            _queue(figure)


def _queue(figure: Figure) -> None:
    async_task(
        "keepwell.retention.jobs.measure", figure.pk, get_language() or "en", group="figures", save=False
    )


class Telling:
    """How far a figure is, noted now and then."""

    def __init__(self, figure: Figure) -> None:
        self.figure, self.said_at = figure, 0.0

    def __call__(self, done: int, of: int) -> None:
        """Note that so many of so many parts are done."""
        if time.monotonic() - self.said_at < EVERY:
            return
        self.said_at = time.monotonic()
        Figure.objects.filter(pk=self.figure.pk).update(done=done, of=of)


def begin(*, figure: Figure) -> Telling:
    """Note that a figure is being worked out."""
    Figure.objects.filter(pk=figure.pk).update(state=Figure.State.RUNNING, done=0, of=0)
    Behind.objects.filter(figure=figure).delete()  # of a job that was killed
    return Telling(figure)


def keep(*, figure: Figure, made: Made, now: datetime) -> None:
    """Keep a figure and the accounts behind it."""
    _keep_rows(figure, made.rows)
    Figure.objects.filter(pk=figure.pk).update(
        state=Figure.State.DONE, result=made.result, error=None, made_at=now
    )


def _keep_rows(figure: Figure, rows: Iterable[Row]) -> None:
    left = iter(rows)
    while some := list(islice(left, BATCH)):
        Behind.objects.bulk_create([_behind(figure, row) for row in some], ignore_conflicts=True)


def _behind(figure: Figure, row: Row) -> Behind:
    short = {"name": str(row["name"])[:300], "segment": str(row.get("segment") or "")[:200]}
    return Behind(figure=figure, **{**row, **short})


def fail(*, figure: Figure, error: KeepwellError | None, now: datetime) -> None:
    """Keep why a figure could not be worked out, in words for people."""
    said = error or KeepwellError(
        _("Something went wrong while this was worked out."),
        ways=[_("Ask again; if it stays, tell your administrator.")],
    )
    told = {"wrong": said.wrong, "seen": said.seen[:MOST_LETTERS], "ways": list(said.ways)}
    Figure.objects.filter(pk=figure.pk).update(state=Figure.State.FAILED, error=told, made_at=now)


def sweep(*, cut: str) -> int:
    """Forget the figures of other cuts than this one; how many."""
    old = Figure.objects.exclude(cut=cut)
    Behind.objects.filter(figure__in=old.values("pk")).delete()
    return old.delete()[0]


def name_segment(*, name: str, where: str, by: Member) -> Segment:
    """Keep a condition under a name; one of that name is changed by whoever may.

    Raises KeepwellError where the condition is none, or asks what nobody knows of accounts, or the name is another's.
    """
    if not name.strip():
        raise KeepwellError(
            _("A segment needs a name."), ways=[_("Write one, such as: Enterprise in Austria.")]
        )
    refuse_naming(by, "", where)
    conditions = to_be_kept(where)
    said = " and ".join(str(condition) for condition in conditions)
    with transaction.atomic():
        found = Segment.objects.select_for_update().filter(name__iexact=name.strip()).first()
        if found is not None and not may_change(by, found):
            raise KeepwellError(
                _("There is a segment of this name already, which is not yours."),
                ways=[_("Choose another name.")],
            )
        before = {"where": found.where} if found else {}
        found = found or Segment(name=name.strip()[:80], made_by=by)
        found.where = said
        found.save()
        record("name segment", by=by, of=found, before=before, after={"name": found.name, "where": said})
    return found


def remove_segment(*, segment: Segment, by: Member) -> None:
    """Forget a segment. Raises KeepwellError where it is another's."""
    if not may_change(by, segment):
        raise KeepwellError(_("This segment is not yours."), ways=[_("Ask who made it, or a manager.")])
    with transaction.atomic():
        record("remove segment", by=by, of=segment, before=_told(segment))
        segment.delete()


def _told(segment: Segment) -> Mapping[str, Any]:
    return {"name": segment.name, "where": segment.where}


def may_change(member: Member, segment: Segment) -> bool:
    """Whether a member may change a segment: their own, or as a manager."""
    return may(member, Right.MANAGE) or (may(member, Right.ACT) and segment.made_by_id == member.pk)
