"""How the system is: what an administrator looks at, and what Prometheus is told."""

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import narwhals as nw
from django.conf import settings
from django.db import connection
from django.db.models import Avg, Count, Max, Q, QuerySet, Subquery, Value
from django.utils.translation import gettext as _
from django_q.models import OrmQ, Task

from keepwell.accounts.models import Outgoing
from keepwell.book.book import Book
from keepwell.book.checks import label, table_said
from keepwell.book.engines import engine_named
from keepwell.book.store import Store
from keepwell.conversations.actions.transcribing import TO_HEAR, missing
from keepwell.conversations.models import Conversation, Folder, Incoming, Mailbox
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import told_of
from keepwell.members.ready import ready_by_keys
from keepwell.site.alone import holder
from keepwell.site.models import Run, Slow
from keepwell.site.running import WORKER

LOADS, FAILURES, PAGES = 15, 10, 15
LITTLE = 1 << 30  # bytes free below which a disk is nearly full
STUCK = timedelta(minutes=10)  # after which a job that nobody has begun is late
OVERDUE, LATELY = timedelta(hours=1), timedelta(days=7)  # of files that come in
WAITING = (Conversation.Match.UNMATCHED, Conversation.Match.AMBIGUOUS)
PACKAGES = ("keepwell", "django", "django-q2", "duckdb", "deltalake", "granian")


@dataclass(frozen=True)
class Covered:
    """Up to which day, itself not included, a source of a table is complete."""

    table: str
    source: str
    day: date
    behind: int  # days that have ended since

    @property
    def what(self) -> str:
        """What it is about, in the reader's words."""
        return table_said(self.table)


@dataclass(frozen=True)
class Disk:
    """Where something lies, its bytes, and what is free beside it."""

    what: str
    path: str
    used: int
    free: int

    @property
    def of(self) -> str:
        """What lies there, in the reader's words."""
        return _("book") if self.what == "book" else _("office")

    @property
    def full(self) -> bool:
        """Whether there is hardly room."""
        return self.free < LITTLE


@dataclass
class Jobs:
    """The queue."""

    waiting: int = 0
    running: int = 0
    late: int = 0
    worker: bool = False
    failed: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class OfBook:
    """What is asked of the book; `wrong` says why nothing could be."""

    wrong: str = ""
    manifest: int = 0
    at: datetime | None = None
    covered: list[Covered] = field(default_factory=list)
    loads: list[dict[str, Any]] = field(default_factory=list)
    quarantine: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def loaded(self) -> list[dict[str, Any]]:
        """The last loads, in the reader's words."""
        return [one | {"what": table_said(one["table"])} for one in self.loads]

    @property
    def put_aside(self) -> list[tuple[str, str, int]]:
        """Of what, why and how many rows were put aside, in the reader's words."""
        return [(table_said(table), label(reason), rows) for table, reason, rows in self.quarantine]


@dataclass(frozen=True)
class OfConversations:
    """What comes in: files to be read and to be transcribed, sources that cannot be read, and the queue."""

    reading: int = 0
    to_hear: int = 0
    late: int = 0  # waiting for longer than an hour, though it could be worked on
    missing: str = ""  # why nothing is transcribed, where something waits to be
    failed: list[Incoming] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)  # a source, and why it cannot be read
    unmatched: int = 0


@dataclass
class Health:
    """Everything."""

    book: OfBook
    jobs: Jobs
    coming: OfConversations
    nights: list[Run]
    outgoing: int
    disks: list[Disk]
    versions: dict[str, str]
    slow: list[dict[str, Any]]


def examined(*, now: datetime) -> Health:
    """Look at everything."""
    return Health(
        book=book_examined(now=now),
        jobs=jobs_examined(now=now),
        coming=coming_examined(now=now),
        nights=_nights(5).rows(),
        outgoing=_outgoing().rows()[0],
        disks=list(disks_examined()),
        versions=versions(),
        slow=[dict(zip(_SLOW, one, strict=True)) for one in _slow(PAGES)],
    )


_SLOW = ("page", "times", "mean", "most", "last")


@ready_by_keys
def _slow(most: int, /) -> QuerySet[Slow, Any]:
    found = (
        Slow.objects.order_by()
        .values("page")
        .annotate(times=Count("pk"), mean=Avg("milliseconds"), most=Max("milliseconds"), last=Max("at"))
    )
    return found.order_by("-most").values_list(*_SLOW)[:most]


@ready_by_keys
def _nights(most: int, /) -> QuerySet[Run]:
    return Run.objects.all()[:most]


@ready_by_keys
def _outgoing() -> QuerySet[Outgoing, int]:
    return _at_once(Outgoing.objects.filter(load=None), n=Count("pk"))


def _at_once(rows: QuerySet[Any, Any], **counted: Any) -> QuerySet[Any, Any]:
    """What is counted of all the rows, in one row."""
    found = rows.order_by().annotate(n_of=Value("all")).values("n_of").annotate(**counted)
    counts: QuerySet[Any, Any] = found.values_list(*counted, flat=len(counted) == 1)
    return counts


def book_examined(*, now: datetime) -> OfBook:
    """Sources, loads and quarantine of the book."""
    try:
        book = Book.open(settings.HOME)
        manifest = book.manifest
        today = now.astimezone(manifest.settings.zone).date()
        found = OfBook(manifest=manifest.number, at=manifest.at)
        for table, days in sorted(manifest.covered.items()):
            found.covered += [
                Covered(table, source, day, (today - day).days) for source, day in sorted(days.items())
            ]
        found.loads, found.quarantine = _loaded(book.home, manifest.number, manifest.at)
    except KeepwellError as wrong:
        return OfBook(wrong=wrong.wrong)
    return found


@lru_cache(maxsize=1)
def _loaded(
    home: str, _number: int, _at: datetime
) -> tuple[list[dict[str, Any]], list[tuple[str, str, int]]]:
    """The last loads, and what was put aside: the same as long as the book is, which is known by its manifest."""
    loads: list[dict[str, Any]] = []
    quarantine: list[tuple[str, str, int]] = []
    engine = engine_named("duckdb")
    try:
        moment = Book.open(home).moment(engine)
        if moment.has("loads"):
            newest = moment.frame("loads").filter(nw.col("load") > moment.last_load - LOADS)
            loads = sorted(engine.collect(newest).to_pylist(), key=lambda row: -row["load"])
        if moment.has("quarantine"):
            quarantine = [
                (table, reason, rows) for (table, reason), rows in sorted(moment.quarantined().items())
            ]
    finally:
        engine.close()
    return loads, quarantine


def jobs_examined(*, now: datetime) -> Jobs:
    """The queue, and whether somebody works through it."""
    [(waiting, running, late)] = _queue(now=now, stuck=now - STUCK)
    return Jobs(
        waiting,
        running,
        late,
        worker=holder(WORKER) is not None,
        failed=[dict(zip(_FAILED, one, strict=True)) for one in _failed(FAILURES)],
    )


@ready_by_keys
def _queue(*, now: datetime, stuck: datetime) -> QuerySet[OrmQ, Any]:
    return _at_once(
        OrmQ.objects.all(),
        n_waiting=Count("pk", filter=Q(lock__lte=now)),
        n_running=Count("pk", filter=Q(lock__gt=now)),
        n_late=Count("pk", filter=Q(lock__lte=stuck)),
    )


_FAILED = ("func", "stopped", "result", "attempt_count")


@ready_by_keys
def _failed(most: int, /) -> QuerySet[Task, Any]:
    rows: QuerySet[Any, Any] = Task.objects.filter(success=False).order_by("-stopped")
    return rows.values_list(*_FAILED)[:most]


def coming_examined(*, now: datetime) -> OfConversations:
    """How what comes in fares."""
    [(reading, to_hear, late, late_to_hear, unmatched)] = _going(overdue=now - OVERDUE)
    lacking = missing() if to_hear else ""
    return OfConversations(
        reading=reading,
        to_hear=to_hear,
        late=late + (0 if lacking else late_to_hear),
        missing=lacking,
        failed=_given_up(FAILURES, since=now - LATELY).rows(),
        broken=[(name, told_of(reason, wrong)) for name, wrong, reason in _broken().rows()],
        unmatched=unmatched,
    )


@ready_by_keys
def _going(*, overdue: datetime) -> QuerySet[Incoming, Any]:
    state, to_hear, late = Incoming.State, Q(doing=TO_HEAR), Q(came_at__lt=overdue)
    nobodys = Conversation.objects.filter(match__in=WAITING, deleted_at=None)
    return _at_once(
        Incoming.objects.filter(state__in=(state.WAITING, state.WORKING, state.FAILED)),
        n_reading=Count("pk", filter=~to_hear),
        n_to_hear=Count("pk", filter=to_hear),
        n_late=Count("pk", filter=late & ~to_hear),
        n_late_to_hear=Count("pk", filter=late & to_hear),
        n_unmatched=Subquery(_at_once(nobodys, n=Count("pk"))),
    )


@ready_by_keys
def _given_up(most: int, /, *, since: datetime) -> QuerySet[Incoming]:
    return Incoming.objects.filter(state=Incoming.State.REFUSED, ended_at__gt=since)[:most]


@ready_by_keys
def _broken() -> QuerySet[Mailbox, Any]:
    mailboxes = (
        Mailbox.objects.filter(on=True).exclude(wrong="").order_by().values_list("name", "wrong", "reason")
    )
    folders = (
        Folder.objects.filter(on=True).exclude(wrong="").order_by().values_list("path", "wrong", "reason")
    )
    found: QuerySet[Any, Any] = mailboxes.union(folders, all=True)
    return found


def disks_examined() -> Iterator[Disk]:
    """The disks that book and office lie on."""
    home, office = Store(settings.HOME), Path(settings.OFFICE)
    if home.local is not None and home.local.is_dir():
        used = sum(_bytes(home.local / part) for part in ("tables", "manifests", "staging"))
        yield Disk("book", str(home.local), used, shutil.disk_usage(home.local).free)
    yield Disk("office", str(office), _bytes(office), shutil.disk_usage(office).free)


def _bytes(folder: Path) -> int:
    return sum(
        os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 - thousands of files: a Path for each costs
        for place, _folders, files in os.walk(folder)
        for name in files
    )


def versions() -> dict[str, str]:
    """What runs."""
    found = {"Python": platform.python_version(), connection.vendor: _database()}
    return found | {package: _installed(package) for package in PACKAGES}


@cache
def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "–"


def _database() -> str:
    return ".".join(map(str, connection.get_database_version()))


def last_night() -> Run | None:
    """The newest night that was done."""
    return Run.objects.filter(state=Run.State.DONE).first()
