"""One writer at a time.

In a folder the lock is the operating system's own on a file: it ends with the process that holds it, however
that process ends. An object store has no such thing: there a lease is written, renewed while the writer lives, and
free for another to take once it has run out. A writer that lost its lease without noticing is stopped by the
book itself: the next manifest and the next entry of a table's log can be created only once.
"""

import fcntl
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keepwell.book.store import Store, telling
from keepwell.lib.errors import BadBook
from keepwell.lib.text import gettext as _

FILE = "lock"
LEASE = 60.0  # seconds a lease holds without being renewed


@contextmanager
def locked(store: Store, wait: float) -> Iterator[None]:
    """Hold the one writer's lock; wait up to so many seconds for whoever holds it now."""
    with _locked_folder(store.local, wait) if store.local else _leased(store, wait):
        yield


@contextmanager
def _locked_folder(home: Path, wait: float) -> Iterator[None]:
    until = time.monotonic() + wait
    with telling(str(home)):
        handle = os.open(home / FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        while not _taken(handle):
            if time.monotonic() >= until:
                raise _somebody_else(str(home), os.pread(handle, 200, 0).decode(errors="replace").strip())
            time.sleep(0.05)
        os.ftruncate(handle, 0)
        os.pwrite(handle, _holder().encode(), 0)
        yield
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _leased(store: Store, wait: float) -> Iterator[None]:
    until, ours, ended = time.monotonic() + wait, uuid.uuid4().hex, threading.Event()
    while not _lease_taken(store, ours):
        if time.monotonic() >= until:
            raise _somebody_else(store.home, _lease(store).get("holder", ""))
        time.sleep(0.2)

    def renew() -> None:
        while not ended.wait(LEASE / 3):
            if _lease(store).get("writer") != ours:
                return  # lost; the commit will fail
            store.replace(FILE, _terms(ours, LEASE), store.tag(FILE))

    heart = threading.Thread(target=renew, daemon=True)
    heart.start()
    try:
        yield
    finally:
        ended.set()
        heart.join()
        if _lease(store).get("writer") == ours:
            store.replace(FILE, _terms(ours, 0), store.tag(FILE))


def _lease_taken(store: Store, ours: str) -> bool:
    """Write our lease where there is none, or over one that has run out and that nobody else just took."""
    tag = store.tag(FILE)
    if tag is None:
        return store.create(FILE, _terms(ours, LEASE))
    if float(_lease(store).get("until", 0)) > time.time():
        return False
    return store.replace(FILE, _terms(ours, LEASE), tag)


def _lease(store: Store) -> dict[str, str | float]:
    found: dict[str, str | float] = json.loads(store.read(FILE) or b"{}")
    return found


def _terms(ours: str, seconds: float) -> bytes:
    return json.dumps({"writer": ours, "holder": _holder(), "until": time.time() + seconds}).encode()


def _holder() -> str:
    return _("process {pid} on {host}").format(pid=os.getpid(), host=socket.gethostname())


def _somebody_else(home: str, seen: object) -> BadBook:
    return BadBook(
        _("Somebody else is writing to the book at {home}.").format(home=home),
        seen=str(seen),
        ways=[_("Wait until it is done and try again. Reading is possible meanwhile.")],
    )
