"""Taking away what nobody needs any more: old manifests, files no kept manifest speaks of, debris of crashes.

A manifest is kept for a while after the next one took its place, and every file that a kept manifest speaks of
stays. So a reader younger than that while never misses a file.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from keepwell.book import delta
from keepwell.book import manifest as manifests
from keepwell.book.engines.workbench import files
from keepwell.book.manifest import Manifest
from keepwell.book.store import Entry, Store
from keepwell.book.writer import Writer
from keepwell.lib.text import gettext as _

Progress = Callable[[int, int, str], object]  # so many of so many done, and what is being done
KEEP = timedelta(days=7)
_SMALL = 32 * 2**20  # bytes below which a file is small
_MANY = 8  # small files a table may have


def say_nothing(_done: int, _of: int, _doing: str) -> None:
    """Where nobody watches."""


@dataclass(frozen=True)
class Swept:
    """What a sweep took away."""

    files: int = 0
    bytes: int = 0
    manifests: int = 0


def forget_manifests(store: Store, keep: timedelta) -> int:
    """Remove manifests whose successor is older than `keep`; how many."""
    kept = [m for n in manifests.numbers(store) if (m := manifests.read(store, n))]
    horizon = datetime.now(UTC) - keep
    old = [m for m, successor in pairwise(kept) if successor.at < horizon]
    store.delete(m.path for m in old)
    return len(old)


def sweep_debris(store: Store) -> None:
    """Remove what a writer that died left in the folder of a book; only for the one who holds the lock.

    All of it was written after the newest manifest, if there is one, and that manifest does not speak of it.
    """
    newest = manifests.newest(store)
    suspects: dict[str, list[str]] = {}
    since = None
    if newest is not None:
        since = max(e.modified for e in store.list(manifests.FOLDER) if e.path == newest.path)
    for entry in store.list(delta.FOLDER):
        if since is None or entry.modified >= since or "#" in entry.path:
            suspects.setdefault(entry.path.split("/")[1], []).append(entry.path)
    for name, paths in suspects.items():
        live = _live(store, name, [newest] if newest else [])
        store.delete(path for path in paths if not _counts(path, name, live))
    store.delete(e.path for e in store.list(manifests.FOLDER) if "#" in e.path)


def compact(writer: Writer, tell: Progress = say_nothing) -> None:
    """Put the many small files of a table together into one. Old cuts keep theirs until they are swept."""
    names = writer.tables()
    for done, name in enumerate(names):
        tell(done, len(names), _("putting together {table}").format(table=name))
        draft = writer.draft(name)
        small = [path for path in draft.files if draft.files[path].size < _SMALL]
        if len(small) >= _MANY:
            paths = [path for path in draft.paths() if Path(path).name in small]
            written = writer.bench.write(f"FROM {files(paths)}", draft.new_file())
            draft.remove(paths)
            draft.add([written])


def sweep(store: Store, tables: Iterable[str] | None = None, *, only_newest: bool = False) -> Swept:
    """Remove every file of the tables that no kept manifest speaks of; all tables where none are named.

    With `only_newest` the older manifests do not count: what erasing took out of the newest must not lie on
    in files that only they speak of. Only for the one who holds the lock: what a writer has not yet committed
    is spoken of nowhere.
    """
    numbers = manifests.numbers(store)[-1:] if only_newest else manifests.numbers(store)
    kept = [m for n in numbers if (m := manifests.read(store, n))]
    names = set(tables) if tables is not None else _stored(store)
    removed: list[Entry] = []
    for name in sorted(names):
        live = _live(store, name, kept)
        doomed = [e for e in store.list(delta.folder(name)) if not _counts(e.path, name, live)]
        removed += doomed
    removed += [e for e in store.list(manifests.FOLDER) if "#" in e.path]
    store.delete(e.path for e in removed)
    return Swept(len(removed), sum(e.size for e in removed))


def _stored(store: Store) -> set[str]:
    return {entry.path.split("/")[1] for entry in store.list(delta.FOLDER)}


def _live(store: Store, name: str, kept: list[Manifest]) -> set[str]:
    versions = {m.tables[name] for m in kept if name in m.tables}
    return {file for version in versions for file in delta.Snapshot(store, name, version).files}


def _counts(path: str, name: str, live: set[str]) -> bool:
    below = path.removeprefix(f"{delta.folder(name)}/")
    return below in live or (below.startswith("_delta_log/") and "#" not in below)
