"""The words that accounts and contacts are found by: kept in tables of their own, so that a search reads an index.

A word is found by how it begins, whatever its case and accents; a run of Chinese by any part of it. The words go with
the account or contact, so that an erased person is not found.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import BooleanField, CharField, F, Func, Model, Q, QuerySet, Value
from django.db.models.lookups import In
from django.db.models.signals import post_save

from keepwell.accounts.models import Account, AccountWord, Contact, ContactWord
from keepwell.members.ordering import Unsought
from keepwell.members.ready import Asked

Row = TypeVar("Row")
LONGEST, MOST = 40, 24  # letters of a word that are kept, words of an account or contact
BATCH = 2_000
COMMON = 15_000  # who have a word, up to which is counted where the rarest of several is looked for
NESTED = 3  # words that are looked for among those who have the others; databases read only so deep
_LAST = "\U0010ffff"
_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_KEPT: dict[type[Model], tuple[Any, tuple[str, ...]]] = {
    Account: (AccountWord, ("name", "account_id")),
    Contact: (ContactWord, ("name", "email")),
}


def folded(said: str) -> list[str]:
    """The words of a text, without case and accents."""
    plain = unicodedata.normalize("NFKD", said.casefold())
    letters = (
        "".join(one for one in plain if not unicodedata.combining(one)).replace("ł", "l").replace("ø", "o")
    )
    return [word[:LONGEST] for word in _WORD.findall(letters)]


def words_in(*said: str) -> set[str]:
    """The words that something is found by; of Chinese, which has no spaces, every ending of a run."""
    found: dict[str, None] = {}
    for word in (one for text in said for one in folded(text)):
        found[word] = None
        for run in _HAN.finditer(word):
            found.update(dict.fromkeys(word[at:] for at in range(run.start(), run.end())))
    return set(list(found)[:MOST])


def holding(kind: type[Model], said: str) -> Q:
    """Accounts, or contacts, that have for each of the words one that begins so; none where there are no words."""
    bounds = beginnings(kind, said)
    return having(kind, len(bounds), bounds)


def looked_for(found: Asked[Row], kind: type[Model], said: str) -> Asked[Row]:
    """Of accounts, or contacts, those that `holding` holds for: by a question that is ready for so many words."""
    bounds = beginnings(kind, said)
    return found.then(_that_have, kind, len(bounds), **bounds)


def _that_have(found: QuerySet[Any, Row], kind: type[Model], count: int, **bounds: str) -> QuerySet[Any, Row]:
    return found.filter(having(kind, count, bounds))


def beginnings(kind: type[Model], said: str) -> dict[str, str]:
    """What words begin with that are looked for, by names for `having`: first those that are rarest."""
    words = sorted(folded(said)[:MOST], key=len, reverse=True)
    if connection.vendor == "postgresql":  # knows itself how many there are of each
        found = [f"{word}%" for word in words]
    else:
        found = words if len(words) < 2 else _rarest_first(kind, words)
    return {f"{_whose(kind)}_{n}": word for n, word in enumerate(found)}


def _rarest_first(kind: type[Model], words: list[str]) -> list[str]:
    """Counted as far as counting is worth it: of the rest those go first that are longer."""
    table = connection.ops.quote_name(_KEPT[kind][0]._meta.db_table)
    # The name of a table of ours; the words go as parameters.
    one = f"SELECT COUNT(*) FROM (SELECT 1 FROM {table} WHERE word >= %s AND word < %s LIMIT %s)"  # noqa: S608 - as said above
    with connection.cursor() as cursor:
        said = [part for word in words for part in (word, word + _LAST, COMMON)]
        cursor.execute(" UNION ALL ".join([one] * len(words)), said)
        counts = [count for (count,) in cursor.fetchall()]
    return [word for _count, _n, word in sorted(zip(counts, range(len(words)), words, strict=True))]


def having(kind: type[Model], count: int, bounds: Mapping[str, Any]) -> Q:
    """That somebody has so many words."""
    return Q(pk__in=who_have(kind, count, bounds))


def who_have(kind: type[Model], count: int, bounds: Mapping[str, Any]) -> QuerySet[Any, Any]:
    """The keys of those that have so many words: of those who have the first, the next, and so on for a while."""
    whose, everybody = _whose(kind), _KEPT[kind][0].objects
    found: QuerySet[Any, Any] = everybody.none()
    if not count:
        return found.values(whose)
    found, *others = (everybody.filter(Q(_Begins(bounds[f"{whose}_{n}"]))) for n in range(count))
    for other in others[:1]:  # many may have either: all who have the one are looked at
        found = other.filter(In(Unsought(whose, output_field=CharField()), found.values(whose)))
    for other in others[1:NESTED]:  # few have the words before it: each is looked up
        found = other.filter(**{f"{whose}__in": found.values(whose)})
    for other in others[NESTED:]:
        found = found.filter(**{f"{whose}__in": other.values(whose)})
    return found.values(whose)


class _Begins(Func):
    """Whether a word begins so: what each database reads its index for."""

    output_field: Any = BooleanField()

    def __init__(self, said: Any) -> None:
        super().__init__(F("word"), Value(said) if isinstance(said, str) else said)

    def as_sql(self, compiler: Any, connection: Any, *_said: Any, **_more: Any) -> Any:
        """Between the beginning and what follows all that begin so; on PostgreSQL by a pattern."""
        word, said = self.get_source_expressions()
        column, _none = compiler.compile(word)
        place, params = compiler.compile(said)
        if connection.vendor == "postgresql":
            return f"{column}::text LIKE {place}", params
        return f"({column} >= {place} AND {column} < {place} || '{_LAST}')", [*params, *params]


def renew_words() -> None:
    """Bring the words of every account and contact up to date. Run again it changes nothing."""
    for kind in _KEPT:
        last = ""
        while batch := _rows(kind, last):
            _renew(kind, batch)
            last = batch[-1][0]


def _rows(kind: type[Model], after: str) -> list[tuple[str, ...]]:
    _words, fields = _KEPT[kind]
    return list(kind._default_manager.filter(pk__gt=after).order_by("pk").values_list("pk", *fields)[:BATCH])


def _renew(kind: type[Model], rows: Iterable[tuple[str, ...]]) -> None:
    words, whose = _KEPT[kind][0], _whose(kind)
    wanted = {(pk, word) for pk, *said in rows for word in words_in(*said)}
    pks = {row[0] for row in rows}
    there = {
        (pk, word): key
        for key, pk, word in words.objects.filter(**{f"{whose}__in": pks}).values_list("pk", whose, "word")
    }
    gone = [key for one, key in there.items() if one not in wanted]
    with transaction.atomic():
        for begin in range(0, len(gone), BATCH):
            words.objects.filter(pk__in=gone[begin : begin + BATCH]).delete()
        words.objects.bulk_create(_made(words, whose, wanted - there.keys()), batch_size=BATCH)


def _made(words: Any, whose: str, wanted: Iterable[tuple[str, str]]) -> Iterator[Any]:
    return (words(word=word, **{f"{whose}_id": pk}) for pk, word in sorted(wanted))


def _whose(kind: type[Model]) -> str:
    return kind._meta.model_name or ""


def begin() -> None:
    """Keep the words of whatever is saved by itself."""
    post_save.connect(_saved, Account, dispatch_uid="words of accounts")
    post_save.connect(_saved, Contact, dispatch_uid="words of contacts")


def _saved(
    sender: type[Model], instance: Any, update_fields: Iterable[str] | None = None, **_said: Any
) -> None:
    fields = _KEPT[sender][1]
    if update_fields is None or set(update_fields) & set(fields):
        _renew(sender, [(instance.pk, *(getattr(instance, name) for name in fields))])
