"""A progress bar for what takes over a second, on stderr and only for a person at a terminal."""

import contextlib
import sys
import threading
from collections.abc import Iterator
from typing import Protocol

from keepwell.lib.text import gettext as _

AFTER_SECONDS = 1.0


class Report(Protocol):
    """Tells how far a piece of work is."""

    def __call__(self, done: int, total: int | None = None, label: str | None = None) -> None:
        """So much is done, of so much where that is known."""


@contextlib.contextmanager
def working(label: str) -> Iterator[Report]:
    """Show `label` with a bar (or the time gone by, where the total is not known) if the block takes long."""
    if not sys.stderr.isatty():
        yield say_nothing
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task, said = bar.add_task(label, total=None), label

    def report(done: int, total: int | None = None, label: str | None = None) -> None:
        nonlocal said
        said = label or said
        counted = _("{label} ({done:,} of {total:,})").format(label=said, done=done, total=total or 0)
        bar.update(task, completed=done, total=total, description=counted if total else said)

    timer = threading.Timer(AFTER_SECONDS, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield report
    finally:
        timer.cancel()
        timer.join()
        bar.stop()


def say_nothing(done: int, total: int | None = None, label: str | None = None) -> None:
    """In a pipe nobody watches."""
