"""Load a simulated company into a book, in the order in which one file refers to another."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from keepwell.book.book import Book
from keepwell.book.importing import ImportReport, import_files
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

Progress = Callable[[int, int, str], None]  # steps done, steps in all, what is being done

ORDER = (
    "rates", "accounts", "contacts", "subscriptions", "purchases", "invoices", "events", "tickets", "touches",
    "answers", "conversations", "turns", "goals", "goal_readings", "treatments", "costs", "reasons",
)  # fmt: skip


def load(
    book: Book, folder: Path | str, progress: Progress | None = None, *, until: date | None = None
) -> list[ImportReport]:
    """Import every file of a simulated company, as if each fact had been told on the day it happened.

    `until` is the day up to which the files are complete (a `Simulated` knows it); by default each file is
    complete to its newest day. Gives one report a table, in the order loaded. Loading twice changes nothing.
    Raises BadInput where the folder has no such files.
    """
    folder = Path(folder)
    found = {name: path for name in ORDER if (path := _file(folder, name)) is not None}
    if "accounts" not in found:
        raise BadInput(
            _("There is no simulated company in {folder}.").format(folder=folder),
            ways=[_("Simulate one first: keepwell demo")],
        )
    reports = []
    for done, (name, path) in enumerate(found.items()):
        if progress is not None:
            progress(done, len(found), _("loading {table}").format(table=name))
        reports.append(
            import_files(book, name, [path], known_at="occurred", complete_to=until, source="demo")
        )
    if progress is not None:
        progress(len(found), len(found), _("loaded"))
    return reports


def _file(folder: Path, name: str) -> Path | None:
    """The table's file directly in the folder; the truth lies one deeper and is never looked at."""
    return next((p for end in ("csv", "parquet") if (p := folder / f"{name}.{end}").is_file()), None)
