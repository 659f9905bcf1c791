"""Timelines out of the book: of each table only what later loads brought, of the ledger the accounts that changed."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import narwhals as nw

from keepwell.accounts.models import Account, Contact, Entry
from keepwell.accounts.projecting import Source, made, made_up_to, upsert
from keepwell.accounts.projecting.inheriting import heirs_in
from keepwell.accounts.timeline import Kind, all_kinds
from keepwell.accounts.timeline.movements import KIND as MOVEMENT
from keepwell.book.tables import table_named
from keepwell.ledger.opening import open_ledger
from keepwell.lib.days import from_number

_FIELDS = ("account", "at", "kind", "hot", "data", "contact")


def project_entries(source: Source, *, anew: bool = False) -> int:
    """Bring all timelines up to date, or make them anew; returns how many entries were written."""
    known = set(Account.objects.values_list("pk", flat=True))
    contacts = set(Contact.objects.values_list("pk", flat=True))
    written = 0
    for kind in all_kinds().values():
        if not kind.table or not source.moment.has(kind.table):
            continue
        name = f"timeline {kind.name}"
        since = 0 if anew else made_up_to(name)
        if since >= source.moment.last_load:
            continue
        if anew:
            Entry.objects.filter(kind=kind.name).delete()
        elif since:
            _forget_gone(source, kind, since)
        written += upsert(_entries(source, kind, since, known, contacts), key="key", fields=_FIELDS)
        made(name, source)
    return written + _project_movements(source, known, anew=anew)


def _entries(source: Source, kind: Kind, since: int, known: set[str], contacts: set[str]) -> Iterator[Entry]:
    """Entries of the rows that loads after `since` brought."""
    table, heirs = table_named(kind.table), heirs_in(source)
    rows = source.moment.frame(kind.table).filter(nw.col("load") > since)
    if kind.personal:
        personal = source.moment.personal(kind.table).select(*table.key, *kind.personal)
        rows = rows.join(personal, on=list(table.key), how="left")
    for row in source.rows(rows):
        at = row["account_id"]
        if at not in known:  # merged before the office knew it
            at = heirs.get(at, at)
        if at not in known or row[kind.at] is None:
            continue
        contact = row.get("contact_id")
        yield Entry(
            account_id=at,
            at=_moment(row[kind.at]),
            kind=kind.name,
            key=key_of(kind, table.key, row),
            hot=kind.hot(row),
            data={name: _plain(row.get(name)) for name in (*kind.keeps, *kind.personal)},
            contact_id=contact if contact in contacts else None,
        )


def _forget_gone(source: Source, kind: Kind, since: int) -> None:
    """Take out what the source has deleted since: a deleted row has a past, so a table without one has lost none."""
    if not source.moment.has(f"{kind.table}_history"):
        return
    table = table_named(kind.table)
    gone = source.moment.versions(kind.table).filter(nw.col("load") > since, nw.col("gone"))
    keys = [key_of(kind, table.key, row) for row in source.rows(gone.select(*table.key))]
    for begin in range(0, len(keys), 500):
        Entry.objects.filter(key__in=keys[begin : begin + 500]).delete()


def _project_movements(source: Source, known: set[str], *, anew: bool) -> int:
    """What accounts paid: of irregular ones only that they came and went, as their run-rate moves with every buy."""
    name = f"timeline {MOVEMENT.name}"
    since = 0 if anew else made_up_to(name)
    if since >= source.moment.last_load:
        return 0
    rows = open_ledger(source.book, source.engine).rows
    if since:
        changed = source.engine.persist(source.moment.changed_accounts(since).unique())
        rows = rows.join(changed, on="account_id", how="semi")
        ids = [row["account_id"] for row in source.rows(changed)]
        for begin in range(0, len(ids), 500):
            Entry.objects.filter(kind=MOVEMENT.name, account__in=ids[begin : begin + 500]).delete()
    else:
        Entry.objects.filter(kind=MOVEMENT.name).delete()
    told = rows.filter((nw.col("kept_by") == "contract") | (nw.col("paying") != 0))

    def movements() -> Iterator[Entry]:
        for row in source.rows(told):
            if row["account_id"] in known:
                yield Entry(
                    account_id=row["account_id"],
                    at=_moment(from_number(row["day"])),
                    kind=MOVEMENT.name,
                    key=f"movement:{row['account_id']}:{row['currency']}:{row['day']}"[:250],
                    hot=MOVEMENT.hot(row),
                    data={column: row[column] for column in MOVEMENT.keeps},
                )

    written = upsert(movements(), key="key", fields=_FIELDS)
    made(name, source)
    return written


def key_of(kind: Kind, key: tuple[str, ...], row: Mapping[str, Any]) -> str:
    """The key of the entry that tells of a row."""
    return ":".join([kind.name, *(str(row[name]) for name in key)])[:250]


def _moment(value: Any) -> datetime:
    """When it happened: an instant of the book is naive UTC; a day stands at its beginning."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    day = from_number(value) if isinstance(value, int) else value
    assert isinstance(day, date)
    return datetime.combine(day, time(), UTC)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
