"""What can happen to a disk while a book is read or written, in words a person can act on."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq

from keepwell.book import delta
from keepwell.book import manifest as manifests
from keepwell.book.store import Store, full_disk
from keepwell.lib.errors import BadBook, KeepwellError
from keepwell.lib.text import gettext as _

_READERS = (
    "_duckdb",
    "duckdb",
    "py4j",
    "pyspark",
)  # the libraries whose errors may mean a file that is damaged


@contextmanager
def minding(store: Store) -> Iterator[None]:
    """Tell of a full disk, and of a file of the book that is damaged or gone, whoever meets them; all else passes.

    Each library has words of its own for a file that it cannot make sense of, and few name the file. So where one of
    them fails, the files of the book are read through to find it.
    """
    try:
        yield
    except KeepwellError:
        raise
    except Exception as error:
        told = full_disk(store.home, error) or (_damage(store) if _of_reading(error) else None)
        if told is None:
            raise
        raise told from error


def _of_reading(error: Exception) -> bool:
    """Whether it may come of what lies in a file; what the system itself refuses has a number."""
    if isinstance(error, OSError) and error.errno is not None:
        return False
    return isinstance(error, pa.ArrowException | OSError) or type(error).__module__.startswith(_READERS)


def _damage(store: Store) -> BadBook | None:
    newest = manifests.newest(store)
    for name, version in newest.tables.items() if newest else ():
        for file in delta.Snapshot(store, name, version).files:
            seen = _unreadable(store, f"{delta.folder(name)}/{file}")
            if seen:
                return BadBook(
                    _("A file of the table {table} is damaged.").format(table=name),
                    seen=f"{store.uri(f'{delta.folder(name)}/{file}')}: {seen}",
                    ways=[
                        _("Restore the book from a backup: keepwell restore --help"),
                        _("See whether the disk is failing."),
                    ],
                )
    return None


def _unreadable(store: Store, path: str) -> str:
    """What is wrong with a Parquet file; empty where it can be read to its end."""
    try:
        with store.arrow_files.open_input_file(store.arrow_path(path)) as raw, pq.ParquetFile(raw) as file:
            for _batch in file.iter_batches():
                pass
    except (pa.ArrowException, OSError) as error:
        return str(error).splitlines()[0]
    return ""
