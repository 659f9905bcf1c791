"""One at a time: what holds a lock that ends with the process that holds it, however that process ends.

A lock is the operating system's own on a file of the office's folder. Where the office is on PostgreSQL, machines
with folders of their own may share it, so there the database's own lock of the session is asked for as well.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple
from zlib import crc32

from django.conf import settings
from django.db import connection

_HELD: set[int] = set()


def _let_go() -> None:
    """A forked process does not hold what its parent holds: the lock must end with the parent."""
    for handle in _HELD:
        os.close(handle)
    _HELD.clear()


os.register_at_fork(after_in_child=_let_go)


class Holder(NamedTuple):
    """Who does a work now: a process of this machine, and what it says of itself."""

    pid: int
    note: str


@contextmanager
def alone(work: str, note: str = "") -> Iterator[bool]:
    """Whether nobody else does this work now; if so, nobody else may begin it until the block ends."""
    handle = os.open(settings.OFFICE / f"{work}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _taken(handle):
            yield False
            return
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()} {note}".encode(), 0)
        _HELD.add(handle)
        with _alone_on_all_machines(work) as ours:
            yield ours
    finally:
        _HELD.discard(handle)
        with suppress(OSError):  # this process was forked from the one that took it, and has let go of it
            os.close(handle)


def holder(work: str) -> Holder | None:
    """The process of this machine that does the work now; None where none does."""
    try:
        handle = os.open(settings.OFFICE / f"{work}.lock", os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        if _taken(handle):
            return None
        pid, _, note = os.pread(handle, 500, 0).decode().partition(" ")
        return Holder(
            int(pid) if pid.isdigit() else 0, note
        )  # 0: taken this very moment, not yet said by whom
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _alone_on_all_machines(work: str) -> Iterator[bool]:
    if connection.vendor != "postgresql":
        yield True
        return
    own = connection.copy()  # the lock lives as long as this connection
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [crc32(f"keepwell {work}".encode())])
            row = cursor.fetchone()
        yield bool(row and row[0])
    finally:
        own.close()
