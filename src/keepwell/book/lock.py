"""One writer at a time.

In a folder the lock is the operating system's own on a file: it ends with the process that holds it,
however that process ends.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keepwell.book.store import telling
from keepwell.lib.errors import BadBook
from keepwell.lib.text import gettext as _

FILE = "lock"


@contextmanager
def locked_folder(home: Path, wait: float) -> Iterator[None]:
    """Hold the lock of a book in a folder; wait up to so many seconds for whoever holds it now."""
    until = time.monotonic() + wait
    with telling(str(home)):
        handle = os.open(home / FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        while not _taken(handle):
            if time.monotonic() >= until:
                raise BadBook(
                    _("Somebody else is writing to the book at {home}.").format(home=home),
                    seen=os.pread(handle, 200, 0).decode(errors="replace").strip(),
                    ways=[_("Wait until it is done and try again. Reading is possible meanwhile.")],
                )
            time.sleep(0.05)
        os.ftruncate(handle, 0)
        os.pwrite(handle, _("process {pid}").format(pid=os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
