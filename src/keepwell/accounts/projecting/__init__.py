"""Projections: what pages show often, made from the book by the night. Any of them can be made anew at any time.

Each is made in batches that are upserted by key, so that a projection killed midway and made again is as one made in
one go; rows that the book no longer has go at the end.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model

from keepwell.accounts.models import Projection
from keepwell.book.book import Book
from keepwell.book.engines import Engine, Frame
from keepwell.book.moment import Moment

Row = TypeVar("Row", bound=Model)
Progress = Callable[[int, int], object]
BATCH = 2_000


@dataclass(frozen=True)
class Source:
    """What projections are made from: one moment of the book, read with one engine."""

    book: Book
    engine: Engine
    moment: Moment
    now: datetime

    @classmethod
    def of(cls, book: Book, engine: Engine, now: datetime) -> "Source":
        """The newest moment of a book."""
        return cls(book, engine, book.moment(engine), now)

    @property
    def cut(self) -> int:
        """The version of the book that is read."""
        return self.moment.cut.manifest

    def rows(self, frame: Frame) -> Iterable[Mapping[str, Any]]:
        """The rows of a frame, never all of them in memory."""
        for batch in self.engine.batches(frame):
            yield from batch.to_pylist()


def upsert(rows: Iterable[Row], *, key: str, fields: Sequence[str]) -> int:
    """Write rows, changing `fields` of those that are there under `key`; returns how many were written."""
    written, coming = 0, iter(rows)
    while batch := list(islice(coming, BATCH)):
        kind = type(batch[0])
        with transaction.atomic():
            kind._default_manager.bulk_create(
                batch, update_conflicts=True, unique_fields=[key], update_fields=list(fields)
            )
        written += len(batch)
    return written


def made(name: str, source: Source, **said: Any) -> None:
    """Note from what a projection has been made."""
    Projection.objects.update_or_create(
        name=name,
        defaults={"load": source.moment.last_load, "cut": source.cut, "made_at": source.now, "said": said},
    )


def made_up_to(name: str) -> int:
    """The newest load that a projection holds; 0 where it has not been made."""
    return Projection.objects.filter(name=name).values_list("load", flat=True).first() or 0
