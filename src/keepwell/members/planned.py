"""Questions that PostgreSQL plans once on each connection: from then on it is told the values alone.

Of a question with many joins PostgreSQL takes longer to read and plan it than to answer it. So one that is reached
alike whoever asks is prepared (`PREPARE`), planned for no value in particular, and asked by its name (`EXECUTE`).
The name is made of the text: wherever it is known, as behind a pooler, it means the same question.

Only outside of transactions: what a connection has lost, or what a migration has changed, is answered with an error;
the question is then asked the plain way, which inside of a transaction would be too late.
"""

import hashlib
import logging
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import DatabaseError, OperationalError, connection

LOG = logging.getLogger(__name__)

MOST = 300  # that are kept on a connection; beyond, all are prepared anew
ENOUGH = 20  # times that a connection did not know what it had been told: it is handed from one to another
TYPES = {
    int: "bigint",
    str: "unknown",
    date: "date",
    datetime: "timestamptz",
    list: "text[]",
}  # lists of text
_PLACES = re.compile("(%%|%s)")
_LOST, _THERE = "26000", "42P05"  # PostgreSQL's numbers: no such statement is prepared, or one is already


class Place(NamedTuple):
    """Where a value goes among a question's parameters."""

    name: str
    at: int


@dataclass(frozen=True)
class Planned:
    """A question by its name, for values of some types."""

    name: str
    prepare: str
    execute: str
    places: tuple[Place, ...]  # the values in their order

    @classmethod
    def of(cls, sql: str, params: Sequence[Any], values: Mapping[Place, Any]) -> "Planned | None":
        """Of a question whose `params` are places, and what stands fast in it; None for such values as these."""
        places = tuple(dict.fromkeys(one for one in params if type(one) is Place))
        types = [TYPES.get(type(values[one])) for one in places]
        if None in types:
            return None
        left = iter(params)
        text = _PLACES.sub(lambda said: "%" if said[0] == "%%" else _said(next(left), places), sql)
        declared = f" ({', '.join(map(str, types))})" if places else ""
        text = f"{declared} AS {text}"
        name = f"keepwell_{hashlib.sha256(text.encode()).hexdigest()[:24]}"
        spaces = f" ({', '.join(['%s'] * len(places))})" if places else ""
        return cls(name, f"PREPARE {name}{text}", f"EXECUTE {name}{spaces}", places)

    def asked(self, values: Mapping[Place, Any]) -> list[Any] | None:
        """The rows of some values; None where the question is to be asked the plain way."""
        if self.name in _refused:
            return None
        try:
            with connection.cursor() as cursor:
                known = _known()
                if self.name not in known:
                    self._prepare(cursor, known)
                cursor.execute(self.execute, [values[one] for one in self.places])
                return list(cursor.fetchall())
        except DatabaseError as wrong:
            if isinstance(wrong, OperationalError) and _number(wrong) != _LOST:
                raise  # the database is gone or has had enough: so it would be the plain way
            self._forget(wrong)
            return None

    def _prepare(self, cursor: Any, known: set[str]) -> None:
        if len(known) >= MOST:
            cursor.execute("DEALLOCATE ALL")
            known.clear()
        try:
            cursor.execute(self.prepare)
        except DatabaseError as wrong:
            if (
                _number(wrong) != _THERE
            ):  # already there: prepared by another whose connection a pooler gave us
                _refused.add(self.name)
                raise
        known.add(self.name)

    def _forget(self, wrong: DatabaseError) -> None:
        """Have it prepared anew the next time: it was lost, or a table has changed."""
        known = _known()
        if _number(wrong) == _LOST:
            known.clear()
            _losses.append(self.name)
            if len(_losses) == ENOUGH:
                LOG.warning("what is prepared is lost again and again: no question is prepared any more")
        elif self.name in known:
            known.remove(self.name)
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute(f"DEALLOCATE {self.name}")


def rows_of(sql: str, values: Sequence[Any]) -> list[Any]:
    """What a hand-written question answers, that is reached alike whoever asks: prepared where it may be."""
    key, places = (sql, *map(type, values)), [Place("said", at) for at in range(len(values))]
    told = dict(zip(places, values, strict=True))
    if may_be_planned():
        if key not in _by_hand:
            _by_hand[key] = Planned.of(sql, places, told)
        if (planned := _by_hand[key]) and (rows := planned.asked(told)) is not None:
            return rows
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


_by_hand: dict[Any, Planned | None] = {}  # there are as many as are written in the code
_losses: list[str] = []
_refused: set[str] = set()  # what PostgreSQL would not prepare


def may_be_planned() -> bool:
    """Whether questions may be asked by their names now."""
    return (
        connection.vendor == "postgresql"
        and not connection.in_atomic_block
        and connection.settings_dict.get("PLANNED", True)
        and len(_losses) < ENOUGH
    )


def _known() -> set[str]:
    """The names that the connection knows: with the connection they are gone."""
    names: set[str] = vars(connection.connection).setdefault("keepwell_planned", set())
    return names


def _number(wrong: DatabaseError) -> str:
    return str(getattr(wrong.__cause__, "sqlstate", None))


def _said(one: Any, places: tuple[Place, ...]) -> str:
    if type(one) is Place:
        return f"${places.index(one) + 1}"
    of_postgresql: Any = connection.ops
    return str(of_postgresql.compose_sql("%s", [one]))
