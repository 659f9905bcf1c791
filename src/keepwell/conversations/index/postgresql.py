"""The words in PostgreSQL: a tsvector beside each row of `Indexed`, with a GIN index."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.sql.datastructures import BaseTable

from keepwell.conversations.index.asking import Ask, Phrase
from keepwell.conversations.index.rows import Period, Row
from keepwell.conversations.models import Indexed

RARE = 20_000  # rows that are found and sorted rather than walked to
FEW = (
    2_000  # rows that are found and sorted in no time, even where they are some times as many as was thought
)
_EXPECTED = "EXPLAIN (FORMAT JSON) SELECT FROM conversations_indexed WHERE vector @@ %(query)s::tsquery"
# Conversations are counted only until they are seen to be many; each has so many rows as they have on the average.
_SAID_OF = """
WITH average AS (SELECT greatest((SELECT reltuples FROM pg_class WHERE oid = 'conversations_indexed'::regclass)
    / greatest((SELECT reltuples FROM pg_class WHERE oid = 'conversations_conversation'::regclass), 1), 1) AS each)
SELECT count(*) * (SELECT each FROM average) FROM (
    SELECT FROM conversations_conversation WHERE account_id = ANY(%(named)s) OR %(none)s AND account_id IS NULL
    LIMIT (SELECT floor(%(most)s / each) + 1 FROM average)) AS theirs"""
NEWEST = 20_000  # rows that are walked first where there may be more than was thought


def write(rows: Iterable[Row]) -> None:
    """Put rows in."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO conversations_indexed(place, turn_id, conversation_id, account, language, vector)"
            " VALUES (%s, %s, %s, %s, %s, %s::tsvector)",
            [
                (
                    row.indexed.place,
                    row.indexed.turn_id,
                    row.indexed.conversation_id,
                    row.indexed.account,
                    row.indexed.language,
                    _vector(row),
                )
                for row in rows
            ],
        )


def tidy() -> None:
    """Nothing: vacuum does it by itself."""


def found(
    rows: QuerySet[Indexed],
    ask: Ask,
    marks: Sequence[Sequence[str]],
    page: slice,
    period: Period,
    *,
    accounts: Sequence[str] | None,
) -> list[int]:
    """The places on a page of those of rows in a period that hold every phrase, and a mark of each group.

    What is asked for together is also said together, and so oftener than PostgreSQL thinks, which multiplies: it
    would find and sort all of it. So a page is first looked for among the newest, and among all if that does not
    fill it. Of a single word PostgreSQL thinks too much, if anything. Of the mark of an account it knows nothing, and
    thinks a hundred times too much: accounts that have said little are always found and sorted.
    """
    rows, query = holding(rows, ask, marks)
    if not query:
        return _places(rows.order_by("-place"), page)
    expected, said = _reckoned(query, accounts)
    if said > RARE:
        if expected > RARE:
            return _places(rows.order_by("-place"), page)
        if expected > FEW and _together(query):
            places = _places(among_newest(rows, NEWEST, period), page)
            if len(places) == page.stop - page.start:
                return places
    # By the place itself it may walk all places from the newest, which finds what is common at once and what is rare
    # after the last; by a sum it cannot, and asks the index.
    return _places(rows.order_by((F("place") + 0).desc()), page)


def holding(
    rows: QuerySet[Indexed], ask: Ask, marks: Sequence[Sequence[str]]
) -> tuple[QuerySet[Indexed], str]:
    """Of rows those that hold what is asked for, and how PostgreSQL is asked for it; "" where it is asked nothing."""
    parts = [_phrase(phrase) for phrase in ask.phrases]
    parts += [f"({' | '.join(group)})" for group in marks]
    query = " & ".join(parts)
    if query:
        rows = rows.extra(where=["conversations_indexed.vector @@ %s::tsquery"], params=[query])
    return rows, query


def among_newest(rows: QuerySet[Indexed], most: int, period: Period) -> QuerySet[Indexed]:
    """Of rows those that are among so many of the newest of all in a period, which are walked one after another."""
    rows = rows.order_by("-place")
    alias = rows.query.get_initial_alias()
    rows.query.alias_map[alias] = _Newest(alias, most, period)
    return rows


class _Newest(BaseTable):
    """The newest rows of the index in the place of its table; they are read as far as a page needs."""

    def __init__(self, alias: str, most: int, period: Period) -> None:
        super().__init__(Indexed._meta.db_table, alias)
        self.most, self.period = most, period

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        table, params = super().as_sql(compiler, connection)
        ends = [
            (said, place)
            for said, place in zip(("place >= %s", "place < %s"), self.period, strict=True)
            if place is not None
        ]
        narrowed = f" WHERE {' AND '.join(said for said, _place in ends)}" if ends else ""
        # The name of our own table; what is compared with goes as parameters.
        newest = f"SELECT * FROM {table}{narrowed} ORDER BY place DESC LIMIT %s"  # noqa: S608 - as said above
        return f"({newest}) {self.table_alias}", [*params, *(place for _said, place in ends), self.most]


def _places(rows: QuerySet[Indexed], page: slice) -> list[int]:
    return list(rows.values_list("place", flat=True)[page])


def _together(query: str) -> bool:
    """Whether several things are asked for together."""
    return " & " in query or " <-> " in query


def _reckoned(query: str, accounts: Sequence[str] | None) -> tuple[int, int]:
    """How many rows PostgreSQL thinks hold a query, and about how many there are of accounts; with one question.

    They are counted no further than it takes to see that they are more than `RARE`, as those of everybody are.
    """
    with connection.cursor() as cursor:
        if accounts is None:
            cursor.execute(_EXPECTED, {"query": query})
            return _planned(cursor), RARE + 1
        named = [pk for pk in accounts if pk]
        said: dict[str, Any] = {"query": query, "named": named, "none": "" in accounts, "most": RARE}
        cursor.execute(f"{_EXPECTED};{_SAID_OF}", said)
        expected = _planned(cursor)
        cursor.nextset()
        return expected, int(cursor.fetchone()[0])


def _planned(cursor: Any) -> int:
    """The rows that a plan expects."""
    (found,) = cursor.fetchone()
    plan = json.loads(found) if isinstance(found, str) else found
    return int(plan[0]["Plan"]["Plan Rows"])


def _vector(row: Row) -> str:
    words = [f"{head}:{at}" for at, head in enumerate(row.heads, 1)]
    words += [f"s{stem}:{at}" for at, stem in enumerate(row.stems, 1)]
    words += [f"{one}:{at + 1}" for at, more in row.more.items() for one in more]
    return " ".join([*words, *row.marks])


def _phrase(phrase: Phrase) -> str:
    ways = [" <-> ".join(way) for way in phrase.heads]
    ways += [" <-> ".join(f"s{one}" for one in way) for way in phrase.stems]
    return f"({' | '.join(f'({way})' for way in ways)})"
