"""Where an import has in hand what it reads: a folder on the book's own disk, swept when its import died.

For a book in an object store it is a folder of this user's among the system's temporary ones, where a writer has
its tables in hand too. What lies there may name persons. Each folder has a lock beside it, the operating system's
own, which ends with the process that holds it: a folder whose lock can be taken belongs to nobody any more.
"""

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keepwell.book.store import Store, telling

INCOMING = "incoming"  # beside the writer's own folder, which the writer clears before it begins
_LOCK = ".lock"


@contextmanager
def scratch(store: Store) -> Iterator[Path]:
    """A folder for what is made on the way. Gone afterwards, and after a crash with the next writer."""
    with telling(store.home):
        place = place_of(store)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if place.lstat().st_uid != os.getuid():
            raise PermissionError(str(place))
        folder, handle = _locked_folder(place)
    try:
        yield folder
    finally:
        _remove(folder)
        os.close(handle)


def place_of(store: Store) -> Path:
    """Where the folders for a book lie."""
    if store.local is not None:
        return store.local / INCOMING
    return Path(tempfile.gettempdir()) / f"keepwell-{os.getuid()}"


def sweep_abandoned(store: Store) -> None:
    """Remove the folders of imports that died; those of imports that run stay."""
    place = place_of(store)
    if not place.exists():
        return
    for folder in {path.with_suffix("") for path in place.iterdir()}:
        handle = _taken(folder)
        if handle is not None:
            _remove(folder)
            os.close(handle)


def _locked_folder(place: Path) -> tuple[Path, int]:
    """A new folder and its lock. A sweep that came between the making of a lock and its taking wins: another."""
    while True:
        folder = place / uuid.uuid4().hex
        handle = _taken(folder)
        if handle is not None:
            folder.mkdir()
            return folder, handle


def _taken(folder: Path) -> int | None:
    """The lock of a folder, if it could be taken: held until it is closed."""
    path = folder.with_suffix(_LOCK)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.stat().st_ino == os.fstat(handle).st_ino:
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(handle)
    return None


def _remove(folder: Path) -> None:
    """The folder first: as long as anything of it lies there its lock says so."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.with_suffix(_LOCK).unlink(missing_ok=True)
