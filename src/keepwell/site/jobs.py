"""What the worker does, each job safe to repeat: one that was taken from a dead worker runs again.

A job only begins the night; how far it is stands in the office. So a night is taken up whoever was killed: by the
watch that looks every few minutes, and by a worker when it starts.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django_q.models import OrmQ, Schedule
from django_q.tasks import async_task

from keepwell.book.book import Book
from keepwell.lib.errors import KeepwellError
from keepwell.members.audit import record
from keepwell.members.models import Member
from keepwell.site.alone import holder
from keepwell.site.models import Office, Run
from keepwell.site.nightly import NIGHT, left_off, night

LONGEST = 12 * 3600  # seconds a night may take
WATCH = 5  # minutes between two looks for a night that was left off
ATTEMPTS = 5  # how often a night is begun before a person must look
AGAIN = timedelta(minutes=10)  # after which one that failed is tried again
SEEN_FIRST = ("gather", "post", "project")  # steps that make the pages of what the book says
_NIGHT, _WATCH = "night", "watch"


def run_night(*, asked: str, on_demand: bool = False) -> str:
    """The night that was asked for at a moment (ISO text), unless one has been done since, or one is running."""
    since = datetime.fromisoformat(asked)
    if Run.objects.filter(state=Run.State.DONE, began_at__gte=since).exists() or holder(NIGHT) is not None:
        return "done already"
    return night(home=settings.HOME, now=timezone.now(), on_demand=on_demand).state


def take_up() -> str:
    """Go on with a night that was killed, or that failed a while ago; begin the first. Else nothing."""
    if _first_is_due():
        if not Run.objects.exists():  # what takes no learning is seen first
            night(home=settings.HOME, now=timezone.now(), only=SEEN_FIRST)
        return night(home=settings.HOME, now=timezone.now()).state
    run = left_off() or _failed()
    if run is None or run.attempts >= ATTEMPTS:
        return "nothing"
    steps = [step.name for step in run.steps.all()]
    return night(home=settings.HOME, now=timezone.now(), only=steps).state


def look() -> None:
    """Let a night that was left off be taken up at once, and the first begin."""
    if left_off() is not None or _first_is_due():
        async_task("keepwell.site.jobs.take_up", timeout=LONGEST, group=_WATCH)


def _first_is_due() -> bool:
    """Whether the book holds customers of whom no night has made anything yet: nobody waits for its hour then."""
    if left_off() is not None or holder(NIGHT) is not None or awaited():
        return False
    runs = Run.objects.all()[:2]
    if len(runs) > 1 or any({step.name for step in run.steps.all()} != set(SEEN_FIRST) for run in runs):
        return False
    try:
        return "accounts" in Book.open(settings.HOME).manifest.tables
    except KeepwellError:
        return False


def _failed() -> Run | None:
    run = Run.objects.first()
    if run is None or run.state != Run.State.FAILED or run.ended_at is None or holder(NIGHT) is not None:
        return None
    return run if timezone.now() - run.ended_at > AGAIN else None


def ask_for_night(*, by: Member | None, now: datetime) -> None:
    """Let the worker begin the night's work now."""
    with transaction.atomic():
        record("begin night", by=by)
        async_task(
            "keepwell.site.jobs.run_night",
            asked=now.isoformat(),
            on_demand=True,
            timeout=LONGEST,
            group=_NIGHT,
        )


def awaited() -> bool:
    """Whether a night has been asked for that no worker has begun."""
    return any(one.func() == "keepwell.site.jobs.run_night" for one in OrmQ.objects.all()[:50])


def set_night(*, office: Office, by: Member, now: datetime) -> None:
    """Keep the time of day that the night begins at."""
    before = Office.the()
    with transaction.atomic():
        office.save()
        record(
            "set night",
            by=by,
            of=office,
            before={"night_at": str(before.night_at)},
            after={"night_at": str(office.night_at)},
        )
        arrange(now=now)


def arrange(*, now: datetime) -> datetime:
    """Write into the schedule when the next night begins, and the watch; returns when.

    Done whenever a worker starts and after each night, so that it follows the clock of the book's time zone.
    """
    begins = next_night(now)
    due = Schedule.objects.filter(name=_NIGHT, next_run__lte=now).first()
    if due is not None:  # nobody worked at its hour: it begins now
        return now
    Schedule.objects.update_or_create(
        name=_NIGHT,
        defaults={
            "func": "keepwell.site.jobs.scheduled_night",
            "schedule_type": Schedule.DAILY,
            "next_run": begins,
            "intended_date_kwarg": "asked",
            "kwargs": repr({"q_options": {"timeout": LONGEST}}),
        },
    )
    Schedule.objects.get_or_create(
        name=_WATCH,
        defaults={
            "func": "keepwell.site.jobs.take_up",
            "schedule_type": Schedule.MINUTES,
            "minutes": WATCH,
            "next_run": now,
            "kwargs": repr({"q_options": {"timeout": LONGEST, "save": False}}),
        },
    )
    return begins


def scheduled_night(*, asked: str) -> str:
    """The night at its hour; the next one is arranged first, so that no failure of this one loses it."""
    arrange(now=timezone.now())
    return run_night(asked=asked)


def next_night(now: datetime) -> datetime:
    """When the next night begins: the office's time of day, by the clock of the book's time zone."""
    zone, at = zone_of_book(), Office.the().night_at
    local = now.astimezone(zone)
    begins = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    if begins <= local:
        begins = (begins.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
    return begins.astimezone(UTC)


def zone_of_book() -> ZoneInfo:
    """The company's time zone; UTC as long as there is no book."""
    try:
        return Book.open(settings.HOME).settings.zone
    except KeepwellError:
        return ZoneInfo("UTC")


def give_back() -> int:
    """Let jobs that a dead worker had taken be taken again at once; how many. Only where no other worker can live."""
    if connection.vendor != "sqlite":
        return 0
    taken = OrmQ.objects.filter(lock__gt=timezone.now())
    return int(taken.update(lock=timezone.now()))
