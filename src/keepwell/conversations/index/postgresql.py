"""The words in PostgreSQL: a tsvector beside each row of `Indexed`, with a GIN index."""

import json
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import F, QuerySet

from keepwell.conversations.index.asking import Ask, Phrase
from keepwell.conversations.index.rows import Row
from keepwell.conversations.models import Indexed

RARE = 20_000  # rows that are found and sorted rather than walked to


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


def matching(rows: QuerySet[Indexed], ask: Ask, marks: Sequence[Sequence[str]]) -> QuerySet[Indexed]:
    """Of rows those that hold every phrase, and a mark of each group, the newest first."""
    parts = [_phrase(phrase) for phrase in ask.phrases]
    parts += [f"({' | '.join(group)})" for group in marks]
    if not parts:
        return rows.order_by("-place")
    query = " & ".join(parts)
    rows = rows.extra(where=["conversations_indexed.vector @@ %s::tsquery"], params=[query])
    # By the place itself it may walk all places from the newest, which finds what is common at once and what is rare
    # after the last; by a sum it cannot, and asks the index.
    return rows.order_by("-place") if _expected(query) > RARE else rows.order_by((F("place") + 0).desc())


def _expected(query: str) -> int:
    """How many rows PostgreSQL thinks hold it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (FORMAT JSON) SELECT FROM conversations_indexed WHERE vector @@ %s::tsquery", [query]
        )
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
