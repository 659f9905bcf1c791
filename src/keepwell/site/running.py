"""Starting the site: its tables, the first administrator's link, the server and the worker beside it."""

import atexit
import gc
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from keepwell.lib.errors import BadBook, KeepwellError
from keepwell.lib.text import gettext as _

LOG, SITE, WORKER = "site.log", "site", "worker"
BESIDE = (
    "KEEPWELL_BESIDE"  # for a process that is to end with the one that started it: the number of that one
)
DETACHED = (
    "KEEPWELL_DETACHED"  # set for one that outlives the one that started it, which has prepared everything
)
STIRRED = 10  # seconds between two askings of the site of itself
GRACE = 5  # seconds that a worker is given to finish what it does; what it cannot finish runs again


def ready(home: str, *, address: str = "") -> None:
    """Load Django for the office that belongs to the book at `home`. Called once, before any room is imported.

    Raises BadBook where the home is no folder, or cannot be written.
    """
    _check_home(home)
    os.environ["KEEPWELL_HOME"] = home
    if address:
        os.environ.setdefault("KEEPWELL_URL", address)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keepwell.site.settings")
    import django

    gc.disable()  # what is imported stays: looking through it for what may go costs a fifth of the time
    try:
        django.setup()
    except OSError as error:
        raise BadBook(
            _("The office beside the book at {home} cannot be opened.").format(home=home),
            seen=str(error),
            ways=[_("Change the folder's permissions, or choose another with --home.")],
        ) from error
    finally:
        gc.freeze()
        atexit.register(gc.unfreeze)  # else what DuckDB made before stays, and it complains aloud at the end
        gc.enable()
        gc.set_threshold(10_000, 20, 20)  # as where the site answers


def _check_home(home: str) -> None:
    if "://" in home or Path(home).expanduser().is_dir():
        return
    raise BadBook(
        _("There is no folder {home}.").format(home=home),
        ways=[
            _("Say where the book lies with --home, or with KEEPWELL_HOME."),
            _("Begin with a simulated company: keepwell --home {home} demo").format(home=home),
            _("Or with your own: keepwell --home {home} init").format(home=home),
        ],
    )


def prepare(*, forks: bool = False) -> None:
    """Bring the office's tables to this version, and see that there is a team to begin with.

    Who `forks` others that read the book reads nothing of it. Raises BadBook where a newer Keepwell made the book or
    the office, or a backup is not whole that was brought back.
    """
    from django.conf import settings
    from django.core.management import call_command
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    from keepwell.members.actions import begin
    from keepwell.site.backing.restoring import refuse_unfinished
    from keepwell.site.statistics import renew_statistics

    refuse_unfinished(settings.HOME)
    if forks:
        _apart(lambda: _refuse_newer(settings.HOME))
    else:
        _refuse_newer(settings.HOME)
    try:
        migrations = MigrationExecutor(connection)
    except OperationalError as error:
        raise BadBook(
            _("The office's database cannot be reached."),
            seen=str(error).splitlines()[0],
            ways=[_("Look at DATABASE_URL, and whether the server runs.")],
        ) from error
    known = migrations.loader
    unknown = sorted(set(known.applied_migrations) - set(known.disk_migrations))
    if unknown:
        raise BadBook(
            _("The office was made by a newer Keepwell."),
            seen=", ".join(f"{room} {name}" for room, name in unknown[:3]),
            ways=[_("Update Keepwell: pip install --upgrade keepwell")],
        )
    if migrations.migration_plan(known.graph.leaf_nodes()):  # to migrate nothing takes its time too
        call_command("migrate", interactive=False, verbosity=0)
        renew_statistics()
    begin()


def _refuse_newer(home: str) -> None:
    """Raise NewerBook where a newer Keepwell made the book. One that cannot be read is told of on the pages."""
    from keepwell.book.manifest import NewerBook, newest
    from keepwell.book.store import Store

    try:
        newest(Store(home))
    except NewerBook:
        raise
    except KeepwellError:
        return


def first_link(address: str) -> str:
    """The one-time link that makes the first administrator; "" where there is one."""
    from keepwell.members.actions import first_administrator

    secret = first_administrator(now=datetime.now(UTC))
    return f"{address}/members/join/{secret}" if secret else ""


# --- the site -------------------------------------------------------------------------------------------------


def refuse_taken(host: str, port: int) -> None:
    """Raise KeepwellError where a port cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise KeepwellError(
                _("Port {port} of {host} cannot be listened on.").format(port=port, host=host),
                seen=error.strerror or str(error),
                ways=[
                    _("Choose another: keepwell serve --port {other}").format(other=port + 1),
                    _("Or stop what listens there."),
                ],
            ) from error


def free_port(host: str, port: int) -> int:
    """That port, or the next above it that can be listened on. Raises KeepwellError where of ten there is none."""
    for one in range(port, port + 10):
        try:
            refuse_taken(host, one)
        except KeepwellError:
            continue
        return one
    refuse_taken(host, port)
    return port


def running() -> str | None:
    """The address of the site that runs for this home; None where none does."""
    from keepwell.site.alone import holder

    found = holder(SITE)
    return found.note if found else None


@contextmanager
def only_site(address: str) -> Iterator[None]:
    """Be the one site of this home. Raises KeepwellError where there is one."""
    from django.conf import settings

    from keepwell.site.alone import alone, holder

    with alone(SITE, address) as ours:
        if not ours:
            other = holder(SITE)
            raise KeepwellError(
                _("The site of this home runs already at {address}.").format(
                    address=other.note if other else ""
                ),
                seen=_("process {pid}").format(pid=other.pid if other else "?"),
                ways=[_("Stop it with: keepwell --home {home} stop").format(home=settings.HOME)],
            )
        yield


def serve_web(host: str, port: int) -> None:
    """Answer requests until stopped.

    What answers is begun anew, not forked: who has read the book has threads that a fork does not take along, and
    its next reading waited for them without end.
    """
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    multiprocessing.set_start_method("spawn", force=True)
    os.environ[BESIDE] = str(os.getpid())
    threading.Thread(target=_stir, args=(host, port), daemon=True).start()
    Granian(
        "keepwell.site.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=max(4, os.cpu_count() or 1),
        blocking_threads_idle_timeout=600,
        workers_kill_timeout=GRACE,  # one that is asked while it begins does not hear it
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


def _stir(host: str, port: int) -> None:
    """Ask the site now and then whether it is alive.

    A request that came alone after a pause was seen to stand before the server's threads until another one came.
    """
    from django.conf import settings

    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - where it listens, not our choice
    named = next((one for one in settings.ALLOWED_HOSTS if not one.startswith((".", "*"))), here)
    while True:
        time.sleep(STIRRED)
        with suppress(OSError, HTTPException), closing(HTTPConnection(here, port, timeout=STIRRED)) as asked:
            asked.request("GET", "/alive", headers={"Host": named})
            asked.getresponse().read()


def stop() -> bool:
    """End the site of this home; whether there was one."""
    from keepwell.site.alone import holder

    found = holder(SITE)
    if found is None or not found.pid:
        return False
    until = time.monotonic() + GRACE + 15
    with suppress(ProcessLookupError):
        os.kill(found.pid, signal.SIGTERM)
    while time.monotonic() < until:
        if holder(SITE) is None:
            return True
        time.sleep(0.1)
    with suppress(ProcessLookupError):
        os.kill(found.pid, signal.SIGKILL)
    return True


def answers(address: str, alive: Callable[[], bool], *, within: float = 60) -> bool:
    """Whether the site at an address of this machine comes to answer in so many seconds."""
    from urllib.request import urlopen

    until = time.monotonic() + within
    while time.monotonic() < until and alive():
        with suppress(OSError), urlopen(f"{address}/alive", timeout=2) as found:  # noqa: S310 - http, our own
            return bool(found.status == 200)
        time.sleep(0.2)
    return False


def end_with_parent() -> bool:
    """Let this process end with the one that started it beside itself; whether one did."""
    parent = os.environ.get(BESIDE)
    if parent:
        _watch(int(parent))
    return bool(parent)


def transcribers() -> int:
    """How many processes transcribe beside the site: one, or as KEEPWELL_TRANSCRIBERS says; none without a model."""
    from keepwell.conversations.actions.transcribing import missing

    if missing():
        return 0
    said = os.environ.get("KEEPWELL_TRANSCRIBERS", "1")
    return min(int(said), 16) if said.isdigit() else 1


def _watch_parent() -> None:
    _watch(os.getppid())


def _watch(parent: int) -> None:
    """End soon after the process that started this one, however that ends: nothing of a site is left behind."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


# --- the worker -----------------------------------------------------------------------------------------------


def serve_jobs() -> None:
    """Work through all queues until stopped. Raises KeepwellError where that is done for this home already."""
    from django.db import connection

    from keepwell.site.alone import alone, holder
    from keepwell.site.workers import work

    with alone(WORKER) as ours:
        if not ours and connection.vendor == "sqlite":
            other = holder(WORKER)
            raise KeepwellError(
                _("A worker of this home runs already."),
                seen=_("process {pid}").format(pid=other.pid if other else "?"),
                ways=[_("Stop it, or let it do the work.")],
            )
        end_with_parent()
        os.register_at_fork(after_in_child=_watch_parent)
        _apart(lambda: _begin_work(alone_here=ours))
        work()


def _begin_work(*, alone_here: bool) -> None:
    """Give back what a dead worker had, and see to it that the next night begins."""
    from django.utils import timezone

    from keepwell.site import jobs

    if alone_here:
        jobs.give_back()
    jobs.arrange(now=timezone.now())
    jobs.look()


def _apart(work: Callable[[], None]) -> None:
    """Do something in a process of its own: who reads the book has threads, and what is forked beside them hangs.

    Raises the KeepwellError that it ends with.
    """
    from multiprocessing import get_context

    from django.db import connections

    def told() -> None:
        try:
            work()
        except KeepwellError as error:
            there.send(error)

    connections.close_all()
    context = get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=told)
    process.start()
    there.close()
    try:
        raise here.recv()
    except EOFError:  # it ended well
        return
    finally:
        here.close()
        process.join()


def beside(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Another `keepwell` process in a group of its own, which ends with this one."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter, our own command
        [sys.executable, "-m", "keepwell.cli", *arguments],
        stdin=subprocess.DEVNULL,
        env={**os.environ, BESIDE: str(os.getpid())},
        start_new_session=True,
    )


def apart(arguments: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Another `keepwell` process that outlives this one and writes to a log."""
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 - our own interpreter, our own command
            [sys.executable, "-m", "keepwell.cli", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, DETACHED: "1"},
            start_new_session=True,
        )


@contextmanager
def worker_beside(arguments: Sequence[str]) -> Iterator[None]:
    """Keep a worker at work until the block ends: one that dies is started again."""
    ended, now = threading.Event(), [beside(arguments)]

    def keep() -> None:
        while not ended.is_set():
            refused = (
                now[0].wait() == KeepwellError.exit_code
            )  # another works already, or cannot: it has said so
            if refused or ended.wait(2):
                return
            now[0] = beside(arguments)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        now[0].terminate()
        try:
            now[0].wait(GRACE)
        except subprocess.TimeoutExpired:  # it is at something long, which will run again
            with suppress(ProcessLookupError):
                os.killpg(now[0].pid, signal.SIGKILL)
        keeper.join(GRACE)
