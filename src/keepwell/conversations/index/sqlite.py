"""The words in SQLite: a table of FTS5 whose rows go with those of `Indexed`, by a trigger.

Its option "secure-delete" is left alone: an older SQLite could not open the office's file any more, and what FTS5
keeps of deleted rows for a while are digests. `tidy` takes them out too.
"""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import QuerySet

from keepwell.conversations.index.asking import Ask, Phrase
from keepwell.conversations.index.rows import Period, Row
from keepwell.conversations.models import Indexed


def write(rows: Iterable[Row]) -> None:
    """Put rows in."""
    listed = list(rows)
    Indexed.objects.bulk_create([row.indexed for row in listed], batch_size=500)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO conversations_indexed_words(rowid, heads, stems, more, marks) VALUES (%s, %s, %s, %s, %s)",
            [
                (
                    row.indexed.place,
                    " ".join(row.heads),
                    " ".join(row.stems),
                    " ".join(one for more in row.more.values() for one in more),
                    " ".join(row.marks),
                )
                for row in listed
            ],
        )


def tidy() -> None:
    """Write the index's file anew, without what was deleted from it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_indexed_words(conversations_indexed_words) VALUES('optimize')"
        )


def found(
    rows: QuerySet[Indexed],
    ask: Ask,
    marks: Sequence[Sequence[str]],
    page: slice,
    _period: Period,
    **_accounts: Sequence[str] | None,
) -> list[int]:
    """The places on a page of those of rows that hold every phrase, and a mark of each group.

    FTS5 walks its own list backwards, so that a page of the commonest word costs no more than one of the rarest.
    """
    parts = [_phrase(phrase) for phrase in ask.phrases]
    parts += [f"marks : ({' OR '.join(group)})" for group in marks]
    rows = rows.extra(
        tables=["conversations_indexed_words"],
        where=[
            "conversations_indexed_words.rowid = conversations_indexed.place",
            "conversations_indexed_words MATCH %s",
        ],
        params=[" AND ".join(parts) or "marks : every"],
        order_by=["-conversations_indexed_words.rowid"],
    )
    return list(rows.values_list("place", flat=True)[page])


def _phrase(phrase: Phrase) -> str:
    ways = [f'{{heads more}} : "{" ".join(way)}"' for way in phrase.heads]
    ways += [f'stems : "{" ".join(way)}"' for way in phrase.stems]
    return f"({' OR '.join(ways)})"
