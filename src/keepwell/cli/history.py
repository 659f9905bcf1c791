"""`keepwell history`: every version of one row, and since when each was known."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.session import session_of
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from keepwell.book.history import Version
    from keepwell.book.tables import Table


def add_to(app: typer.Typer) -> None:
    """Add `keepwell history`."""
    app.command(
        "history",
        help=_("Show every version of a row: what was known of it, since when, and by which load."),
        epilog=examples(
            "keepwell history subscriptions S-1001",
            "keepwell history turns C-77 3",
            "keepwell --format json history accounts A-1",
        ),
    )(history)


def history(
    context: typer.Context,
    table: Annotated[str, typer.Argument(help=_("The table: subscriptions, accounts, …"))],
    key: Annotated[
        list[str], typer.Argument(help=_("The row's key; of a key of several columns, each value."))
    ],
) -> None:
    """Find the row's versions and show what each changed."""
    from keepwell.book.book import Book
    from keepwell.book.history import history as versions_of
    from keepwell.book.tables import table_named

    session = session_of(context)
    entry = table_named(table)
    versions = versions_of(Book.open(session.place), entry.name, key)
    if not versions:
        raise KeepwellError(
            _("{table} has no row with the key {key}.").format(table=entry.name, key=", ".join(key)),
            ways=[
                _("Look whether it waits in quarantine: keepwell quarantine list --table {table}").format(
                    table=entry.name
                )
            ],
        )
    session.show(answer(entry, versions))


def answer(table: "Table", versions: "list[Version]") -> Answer:
    """A row a version with what it changed, and the newest version whole."""
    rows = [_readable(table, version.row) for version in versions]
    data: list[dict[str, Any]] = []
    before: dict[str, Any] = {}
    for version, row in zip(versions, rows, strict=True):
        changed = [name for name in row if row[name] != before.get(name)]
        data.append(
            {
                "known_at": version.known_at,
                "load": version.load,
                "gone": version.gone,
                "changed": changed if before else [],
                "row": row,
            }
        )
        before = row
    told = [
        (str(one["known_at"])[:19], one["load"], _what(one, data[place - 1]["row"] if place else None))
        for place, one in enumerate(data)
    ]
    columns = [
        Column("known_at", _("Known since (UTC)")),
        Column("load", _("Load"), number=True),
        Column("what", _("What")),
    ]
    newest = [(name, value) for name, value in rows[-1].items() if value is not None]
    return Answer(
        data,
        [
            Sheet(columns, told, title=_("Versions")),
            Sheet([Column("column", table.name), Column("value", _("Newest version"))], newest),
        ],
        csv=Sheet(
            [Column(name) for name in ("known_at", "load", "gone", *rows[0])],
            [(v.known_at, v.load, v.gone, *row.values()) for v, row in zip(versions, rows, strict=True)],
        ),
    )


def _what(one: dict[str, Any], before: dict[str, Any] | None) -> str:
    if one["gone"]:
        return _("deleted")
    if before is None:
        return _("first known")
    changes = [f"{name}: {_said(before.get(name))} → {_said(one['row'][name])}" for name in one["changed"]]
    return "; ".join(changes) or _("known again")


def _said(value: Any) -> str:
    return _("none") if value is None else str(value)


def _readable(table: "Table", row: dict[str, Any]) -> dict[str, Any]:
    """The row with money as amounts."""
    from keepwell.lib.money import to_decimal

    found: dict[str, Any] = {}
    for name, value in row.items():
        column = table.column(name) if table.has(name) else None
        if column is not None and column.kind == "money" and value is not None and row.get(column.currency):
            found[name] = to_decimal(value, row[column.currency])
        else:
            found[name] = value
    return found
