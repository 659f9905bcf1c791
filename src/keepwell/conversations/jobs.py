"""What the worker does: takes in, hears, keeps the index. Each can be run again: nothing is done twice."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

from keepwell.conversations import index
from keepwell.conversations.actions.hearing import hear_all, waiting
from keepwell.conversations.actions.policies import HOLD, hold_some
from keepwell.conversations.actions.receiving import ask_to_read, forget_file
from keepwell.conversations.actions.transcribing import TO_HEAR, be_modest
from keepwell.conversations.arriving.reading import read
from keepwell.conversations.index import meanings
from keepwell.conversations.models import Conversation, Folder, Incoming, Mailbox, Past
from keepwell.conversations.rules import ears
from keepwell.conversations.rules.past import SILENT, looked_back
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import kept_of, remembering_messages
from keepwell.listening import meaning
from keepwell.members.speaking import spoken_to

LOOK = "keepwell.conversations.jobs.look"
SCAN = "keepwell.conversations.jobs.scan_folder"
FETCH = "keepwell.conversations.jobs.fetch_mail"
FROM_BOOK = "keepwell.conversations.jobs.take_from_book"
HEAR_PAST = "keepwell.conversations.jobs.hear_the_past"
WORK_OUT = "keepwell.conversations.jobs.work_out"
KEEP_INDEX = "keepwell.conversations.jobs.keep_index"
READ_MEANINGS = "keepwell.conversations.jobs.read_meanings"
DEAD = timedelta(minutes=10)  # a job that takes longer is ended by the queue
AGAIN = timedelta(minutes=2)  # after which one that failed is tried again, longer every time
LATE = timedelta(seconds=30)  # after which a file is read though its own job has not come
ATTEMPTS = 4
AT_A_TIME = 2.0  # seconds of hearing the past, or of holding it; then whatever arrived meanwhile has its turn
READING = timedelta(seconds=30)  # of reading for meaning; the next look asks for more
AT_ONCE = 200  # files that one look asks to be read
FEW = 50  # jobs of the long ones that are looked through before another is asked for
BROKEN = (Conversation.State.UNREADABLE, Conversation.State.PARTLY, Conversation.State.TOO_LARGE)
State = Incoming.State
_log = logging.getLogger(__name__)


def look() -> None:
    """Every minute: files that nobody has read, folders, mailboxes, and whether the book has been loaded."""
    now = timezone.now()
    for one in Incoming.objects.filter(_due(now)).order_by("came_at")[:AT_ONCE]:
        ask_to_read(one)
    for pk in Folder.objects.filter(on=True).values_list("pk", flat=True):
        async_task(SCAN, pk, group="read")
    for pk in Mailbox.objects.filter(on=True).values_list("pk", flat=True):
        async_task(FETCH, pk, group="read")
    from keepwell.conversations.arriving.from_book import loaded

    if loaded():
        async_task(FROM_BOOK, group="read")
    if meaning.here() and meanings.wanted():
        async_task(READ_MEANINGS, group="read")


def _due(now: datetime) -> Q:
    waits = Q(state=State.WAITING, came_at__lt=now - LATE)
    failed = Q(state=State.FAILED, ended_at__lt=now - AGAIN)
    dead = Q(state=State.WORKING) & (Q(beat_at=None) | Q(beat_at__lt=now - DEAD))
    return (waits | failed | dead) & ~Q(doing=TO_HEAR)


def read_in(pk: int) -> str:
    """Read a file that came in; a recording then waits to be transcribed."""
    now = timezone.now()
    free = Q(state__in=(State.WAITING, State.FAILED)) | Q(state=State.WORKING, beat_at__lt=now - DEAD)
    claimed = Incoming.objects.filter(free, pk=pk).exclude(doing=TO_HEAR)
    if not claimed.update(state=State.WORKING, beat_at=now, attempts=F("attempts") + 1, doing="reading"):
        return "done already, or somebody is at it"
    one = Incoming.objects.get(pk=pk)
    try:
        with spoken_to(one.by), remembering_messages():  # what is wrong is said to whoever brought it
            found = read(one, now=now)
    except KeepwellError as wrong:
        return _failed(one, wrong.wrong)
    except (
        Exception
    ) as wrong:  # whatever a hostile file does to a reader: said on the file, without its words
        _log.exception("a file could not be read")
        return _failed(one, type(wrong).__name__)
    one.conversation, one.said = found.first, one.said | {"found": found.count}
    one.beat_at, one.wrong, one.reason, one.attempts = None, "", {}, 0
    if found.to_hear:
        one.state, one.doing = State.WAITING, TO_HEAR
    else:
        one.state, one.doing, one.ended_at = State.DONE, "", timezone.now()
    one.save()
    if one.state == State.DONE and (found.first is None or found.first.state not in BROKEN):
        forget_file(one)
    return str(one.state)


def read_long(pk: int) -> str:
    """The same of a file that may take long, by those who do what may."""
    return read_in(pk)


def _failed(one: Incoming, wrong: str) -> str:
    one.state = State.REFUSED if one.attempts >= ATTEMPTS else State.FAILED
    one.beat_at, one.ended_at, one.doing = None, timezone.now(), ""
    one.wrong, one.reason = wrong[:500], kept_of(wrong)
    one.save()
    return str(one.state)


def scan_folder(pk: int) -> int:
    """Take in what is new in a folder; how many files."""
    from keepwell.conversations.arriving.folders import scan

    return scan(pk, now=timezone.now())


def fetch_mail(pk: int) -> int:
    """Take in what is new in a mailbox; how many mails."""
    from keepwell.conversations.arriving.mailboxes import fetch_new

    return fetch_new(pk, now=timezone.now())


def take_from_book() -> int:
    """Take in what loads have brought to the book; how many conversations."""
    from keepwell.conversations.arriving.from_book import take_new

    return take_new(now=timezone.now())


def ask_to_hear() -> None:
    """Ask that what was said before is heard with the rules that hold now, unless that is asked for already."""
    asked = OrmQ.objects.filter(
        key=settings.Q_CLUSTER["name"], lock__lte=timezone.now()
    )  # and nobody is at it
    if all(one.func() != HEAR_PAST for one in asked.order_by("pk")[:FEW]):
        async_task(HEAR_PAST)


def hear_the_past() -> int:
    """Hear a part of what was not heard with the rules that hold, and ask for the rest; how many it was."""
    done = hear_all(now=timezone.now(), within=AT_A_TIME)
    if done.heard and waiting().exists():
        ask_to_hear()
    return done.heard


def hold_what_is_kept(account: str, country: str, after: int = 0) -> None:
    """Hold a part of what is kept of an account, a country or all to the policies there are, and ask for the rest."""
    until = timezone.now() + timedelta(seconds=AT_A_TIME)
    last = hold_some(account, country, after=after, now=timezone.now())
    while last is not None and timezone.now() < until:
        last = hold_some(account, country, after=last, now=timezone.now())
    if last is not None:
        async_task(HOLD, account, country, last)


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


def warmed() -> None:
    """Workers are about to begin: their ears are made ready before anything arrives. Without them they work too."""
    try:
        ears.warm()
    except Exception:
        _log.exception("the rules could not be made ready")


def keep_index() -> int:
    """Every day, and when the office begins after an upgrade: how many conversations were put into the index."""
    done = index.renew(now=timezone.now())
    index.tidy()
    return done


def read_meanings() -> int:
    """Read a part of what waits to be read for its meaning, behind everything else on this machine; how many."""
    if connection.in_atomic_block:  # another thread would wait for it
        return meanings.read(until=timezone.now() + READING).conversations
    with ThreadPoolExecutor(
        1
    ) as reader:  # a priority that was given up does not come back: a thread of its own
        return reader.submit(_read_modestly).result()


def _read_modestly() -> int:
    be_modest()
    try:
        return meanings.read(until=timezone.now() + READING).conversations
    finally:
        connection.close()
