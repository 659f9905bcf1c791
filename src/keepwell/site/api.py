"""Calls about the night and the health of the system, for administrators."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.marks import unchanged
from keepwell.api.shapes import Answer
from keepwell.members.rights import Right
from keepwell.site import jobs
from keepwell.site.forms import NightAt
from keepwell.site.health import examined
from keepwell.site.models import Office
from keepwell.site.progress import Progress, progress

router = Router(tags=["system"])
ROUTERS = [router]


class NightStepShape(Answer):
    """A step of the night: `done` of `of` while it runs, and what it found or what went wrong."""

    name: str
    label: str
    running: bool
    failed: bool
    began_at: datetime | None
    ended_at: datetime | None
    done: int
    of: int
    said: str


class NightShape(Answer):
    """The newest night. `state` is "none", "waiting" for a worker, "running", "left_off" where it was killed and not
    taken up yet, "done" or "failed". The next begins at `next`."""

    state: str
    on_demand: bool
    attempts: int
    began_at: datetime | None
    ended_at: datetime | None
    steps: list[NightStepShape]
    next: datetime


class NightHour(Answer):
    """The time of day that the night begins at, by the clock of the book's time zone."""

    at: str
    zone: str


class NewHour(Schema):
    """The time of day that the night is to begin at, by the same clock."""

    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["02:30"])]


class CoveredShape(Answer):
    """Up to which day, itself not included, a source of a table is complete, and how many days have ended since."""

    table: str
    source: str
    day: date
    behind: int


class AsideShape(Answer):
    """Rows of a table that were put aside, and why."""

    table: str
    reason: str
    rows: int


class DiskShape(Answer):
    """Bytes that the book or the office takes, and those free beside it."""

    what: str
    used: int
    free: int
    full: bool


class SlowShape(Answer):
    """A page that took long: how often, and for how many milliseconds."""

    page: str
    times: int
    mean: float
    most: int
    last: datetime


class HealthShape(Answer):
    """How the system is: the book's sources, jobs, what comes in, disks, versions, slow pages."""

    book_wrong: str
    covered: list[CoveredShape]
    quarantine: list[AsideShape]
    jobs_waiting: int
    jobs_running: int
    jobs_late: int
    jobs_failed: int
    worker: bool
    to_read: int
    to_transcribe: int
    arrivals_late: int
    arrivals_failed: int
    sources_broken: int
    unmatched: int
    outgoing: int
    disks: list[DiskShape]
    versions: dict[str, str]
    slow: list[SlowShape]


@router.get("/night", response=NightShape, auth=asks(Right.ADMINISTER), summary="How far the night is")
def night(request: HttpRequest) -> Any:
    """The newest one's steps, and when the next begins."""
    return _night(progress())


@router.post("/night", response={202: NightShape}, auth=asks(Right.ADMINISTER), summary="Begin the night now")
def begin_night(request: HttpRequest) -> Any:
    """As soon as a worker is free; asked for while one runs or waits, it is done once."""
    if not progress().going:
        jobs.ask_for_night(by=member_of(request), now=timezone.now())
    return Status(202, _night(progress()))


@router.get("/night/hour", response=NightHour, auth=asks(Right.ADMINISTER), summary="When the night begins")
def night_hour(request: HttpRequest) -> Any:
    """Each day."""
    return _hour()


@router.put(
    "/night/hour", response=NightHour, auth=asks(Right.ADMINISTER), summary="Set when the night begins"
)
def set_night_hour(request: HttpRequest, said: NewHour) -> Any:
    """From the next one on."""
    unchanged(request, _hour())
    form = filled(NightAt({"night_at": said.at}, instance=Office.the()))
    jobs.set_night(office=form.save(commit=False), by=member_of(request), now=timezone.now())
    return _hour()


@router.get("/health", response=HealthShape, auth=asks(Right.ADMINISTER), summary="How the system is")
def health(request: HttpRequest) -> Any:
    """What the page of the system's health counts."""
    found = examined(now=timezone.now())
    book, work, coming = found.book, found.jobs, found.coming
    return HealthShape(
        book_wrong=book.wrong,
        covered=[
            CoveredShape(table=one.table, source=one.source, day=one.day, behind=one.behind)
            for one in book.covered
        ],
        quarantine=[AsideShape(table=table, reason=why, rows=rows) for table, why, rows in book.quarantine],
        jobs_waiting=work.waiting,
        jobs_running=work.running,
        jobs_late=work.late,
        jobs_failed=len(work.failed),
        worker=work.worker,
        to_read=coming.reading,
        to_transcribe=coming.to_hear,
        arrivals_late=coming.late,
        arrivals_failed=len(coming.failed),
        sources_broken=len(coming.broken),
        unmatched=coming.unmatched,
        outgoing=found.outgoing,
        disks=[DiskShape(what=one.what, used=one.used, free=one.free, full=one.full) for one in found.disks],
        versions=found.versions,
        slow=[SlowShape(**one) for one in found.slow],
    )


def _night(now: Progress) -> NightShape:
    run = now.run
    state = "running" if now.running else "waiting" if now.waiting else "left_off" if now.left_off else None
    return NightShape(
        state=state or (run.state if run else "none"),
        on_demand=bool(run and run.on_demand),
        attempts=run.attempts if run else 0,
        began_at=run.began_at if run else None,
        ended_at=run.ended_at if run else None,
        steps=[
            NightStepShape(
                name=shown.step.name,
                label=str(shown.label),
                running=shown.running,
                failed=shown.step.failed,
                began_at=shown.step.began_at,
                ended_at=shown.step.ended_at,
                done=shown.step.done,
                of=shown.step.of,
                said=shown.step.said,
            )
            for shown in now.steps
        ],
        next=jobs.next_night(timezone.now()),
    )


def _hour() -> NightHour:
    return NightHour(at=f"{Office.the().night_at:%H:%M}", zone=jobs.zone_of_book().key)
