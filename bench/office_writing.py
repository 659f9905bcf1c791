"""Rows written to the office's tables as fast as either database takes them, past Django's models."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Field, JSONField, Model
from django.utils import timezone

from keepwell.site.statistics import renew_statistics

EPOCH = np.datetime64("1970-01-01T00:00:00")


def on_sqlite() -> bool:
    """Whether the office is on SQLite."""
    return connection.vendor == "sqlite"


def moments(seconds: "np.ndarray[Any, Any]") -> list[str]:
    """Seconds since 1970 as the database's text of a moment."""
    said = np.datetime_as_string(EPOCH + seconds.astype("timedelta64[s]"), unit="s")
    zone = "" if on_sqlite() else "+00"
    return [one.replace("T", " ") + zone for one in said.tolist()]


def days(numbers: "np.ndarray[Any, Any]") -> list[str]:
    """Days since 1970 as text."""
    found: list[str] = np.datetime_as_string(numbers.astype("datetime64[D]")).tolist()
    return found


def put(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of `names`; what is not named has the field's default. JSON comes as text, moments as `moments`."""
    fields = [model._meta.get_field(name) for name in names]
    named = {field.name for field in fields}
    rest = [one for one in model._meta.concrete_fields if one.name not in named and not one.primary_key]
    constant = tuple(_default(one) for one in rest)
    columns = ", ".join(f'"{_column(one)}"' for one in [*fields, *rest])
    table = model._meta.db_table
    full = ((*row, *constant) for row in rows) if constant else (tuple(row) for row in rows)
    with connection.cursor() as cursor:
        if on_sqlite():
            marks = ", ".join("?" * (len(fields) + len(rest)))
            raw = cursor.cursor  # the driver's own: Django's would look at every row
            assert connection.connection is not None
            connection.connection.execute("BEGIN IMMEDIATE")
            raw.connection.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', full)  # noqa: S608 - our own tables
            connection.connection.execute("COMMIT")
        else:
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
                for row in full:
                    copy.write_row(row)
            for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
                cursor.execute(statement)


def next_key(model: type[Model]) -> int:
    """The first free number of a table."""
    newest = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return int(newest or 0) + 1


@contextmanager
def indexed_afterwards(model: type[Model]) -> Iterator[None]:
    """Take a table's indexes away and make them anew at the end: sorted once, they are made far quicker."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if on_sqlite():
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL",
                [table],
            )
        else:
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN"
                " (SELECT conname FROM pg_constraint)",
                [table],
            )
        found = cursor.fetchall()
        for name, _sql in found:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _name, sql in found:
            cursor.execute(sql)


@contextmanager
def hastily() -> Iterator[None]:
    """Write without waiting for the disk: what is being filled is begun anew if this process dies."""
    with connection.cursor() as cursor:
        if on_sqlite():
            for said in ("synchronous = OFF", "cache_size = -1000000", "temp_store = MEMORY"):
                cursor.execute(f"PRAGMA {said}")
        else:
            for said in ("synchronous_commit = off", "maintenance_work_mem = '512MB'"):
                cursor.execute(f"SET {said}")
        yield
        if on_sqlite():
            renew_statistics()  # as each night does
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute("VACUUM ANALYZE")
    connection.close()


def _default(field: "Field[Any, Any]") -> Any:
    if getattr(field, "auto_now_add", False):
        return field.get_db_prep_save(timezone.now(), connection)
    if isinstance(field, JSONField):
        return json.dumps(field.get_default())
    value = field.get_db_prep_save(field.get_default(), connection)
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _column(field: Any) -> str:
    return str(field.column)
