"""Starting the site: its tables, the first administrator's link, the server and the worker beside it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

LOG, PIDS = "site.log", "site.pids"


def ready(home: str, *, address: str = "") -> None:
    """Load Django for the office that belongs to the book at `home`. Called once, before any room is imported."""
    os.environ["KEEPWELL_HOME"] = home
    if address:
        os.environ.setdefault("KEEPWELL_URL", address)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keepwell.site.settings")
    import django

    django.setup()


def prepare() -> None:
    """Bring the office's tables to this version, and see that there is a team to begin with."""
    from django.core.management import call_command

    from keepwell.members.actions import begin

    call_command("migrate", interactive=False, verbosity=0)
    begin()


def first_link(address: str) -> str:
    """The one-time link that makes the first administrator; "" where there is one."""
    from keepwell.members.actions import first_administrator

    secret = first_administrator(now=datetime.now(UTC))
    return f"{address}/members/join/{secret}" if secret else ""


def serve_web(host: str, port: int) -> None:
    """Answer requests until stopped."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "keepwell.site.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=8,
        log_access=False,
    ).serve()


def serve_jobs() -> None:
    """Work through the queue until stopped."""
    from django.core.management import call_command

    call_command("qcluster")


def beside(arguments: Sequence[str], *, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Another `keepwell` process, in a group of its own where it is to outlive this one."""
    out = log.open("ab") if log else None
    return subprocess.Popen(  # noqa: S603 - our own interpreter, our own command
        [sys.executable, "-m", "keepwell.cli", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=out,
        start_new_session=log is not None,
    )


def stop(folder: Path) -> bool:
    """End what was started detached; whether there was anything."""
    file = folder / PIDS
    if not file.exists():
        return False
    for pid in map(int, file.read_text().split()):
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGTERM)
    file.unlink()
    return True


def answers(address: str, *, within: float = 30) -> bool:
    """Whether the site at an address of this machine comes to answer in so many seconds."""
    from urllib.error import URLError
    from urllib.request import urlopen

    until = time.monotonic() + within
    while time.monotonic() < until:
        with suppress(URLError, OSError), urlopen(f"{address}/alive", timeout=2) as found:  # noqa: S310 - http, our own
            return bool(found.status == 200)
        time.sleep(0.2)
    return False
