"""`keepwell mapping make|show|test`: how a file's columns become a table's."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.cli.helping import examples
from keepwell.cli.importing import check_encoding, delimiter_asked
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.session import session_of
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from keepwell.book.mapping import Mapping
    from keepwell.book.reading import Layout, Source

Kept = Annotated[Path, typer.Argument(metavar="MAPPING", dir_okay=False, help=_("The mapping, a TOML file."))]
Of = Annotated[Path, typer.Argument(metavar="FILE", help=_("The file to look at."))]


def add_to(app: typer.Typer) -> None:
    """Add `keepwell mapping` and its subcommands."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "make",
        help=_("Propose a mapping for a file, and keep it."),
        epilog=examples(
            "keepwell mapping make purchases orders.csv --out orders.toml",
            "keepwell mapping make subscriptions plans.csv --set mrr=Fee --constant currency=EUR --out plans.toml",
        ),
    )(make)
    group.command(
        "show",
        help=_("Show what a mapping says."),
        epilog=examples(
            "keepwell mapping show orders.toml", "keepwell --format json mapping show orders.toml"
        ),
    )(show)
    group.command(
        "test",
        help=_("Try a mapping on a file without loading anything."),
        epilog=examples("keepwell mapping test orders.toml orders-2026.csv"),
    )(test)
    app.add_typer(
        group, name="mapping", help=_("Make, show and test mappings of a file's columns to a table's.")
    )


def make(
    context: typer.Context,
    table: Annotated[str, typer.Argument(help=_("The table: subscriptions, purchases, …"))],
    file: Of,
    *,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="COLUMN=THEIRS", help=_("Take a column of the table from one of the file's.")
        ),
    ] = None,
    constants: Annotated[
        list[str] | None,
        typer.Option("--constant", metavar="COLUMN=VALUE", help=_("Give a column one value for every row.")),
    ] = None,
    encoding: Annotated[
        str, typer.Option("--encoding", help=_("How letters are written, where it is misread."))
    ] = "",
    delimiter: Annotated[str, typer.Option("--delimiter", help=_("What stands between columns."))] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="MAPPING", help=_("Keep it in this file."))
    ] = None,
) -> None:
    """Match what can be matched by name, and keep it."""
    from keepwell.book.mapping import Mapping
    from keepwell.book.proposing import propose_mapping
    from keepwell.book.tables import table_named

    entry = table_named(table)
    check_encoding(encoding)
    layout = {"encoding": encoding or None, "delimiter": delimiter_asked(delimiter)}
    said = {"table": entry.name, "columns": _pairs(columns), "constants": _pairs(constants), "file": layout}
    start = Mapping.from_toml(
        said
    )  # refuses columns the table has not, as it does for a mapping that is kept
    try:
        proposal = propose_mapping(file, entry.name, start=start, keep_in=out)
    except BadInput as error:
        way = _("Or say it here: --set COLUMN=THEIRS, --constant COLUMN=VALUE")
        raise BadInput(error.wrong, seen=error.seen, ways=[*error.ways, way]) from None
    found = proposal.mapping
    answer = _shown(found, ())
    answer.notes = proposal.notes
    if out is not None:
        found.save(out)
        answer.notes = [
            *answer.notes,
            _("Kept in {path}. Use it: keepwell import {table} {file} --mapping {path}").format(
                path=out, table=entry.name, file=file
            ),
        ]
    session_of(context).show(answer)


def show(context: typer.Context, mapping: Kept) -> None:
    """Show a mapping as a table."""
    from keepwell.book.mapping import Mapping

    session_of(context).show(_shown(Mapping.load(mapping), ()))


def test(context: typer.Context, mapping: Kept, file: Of) -> None:
    """Say whether a mapping fits a file; exit code 3 where it does not."""
    from keepwell.book.mapping import Mapping
    from keepwell.book.matching import matched
    from keepwell.book.tables import table_named

    kept = Mapping.load(mapping)
    with tempfile.TemporaryDirectory() as scratch:
        source = _opened(file, kept.layout, Path(scratch))
        found = matched(source, table_named(kept.table), kept)
    answer = _shown(found, source.columns)
    answer.notes = [_("The mapping fits {file}; nothing was loaded.").format(file=file)]
    session_of(context).show(answer)


def _opened(file: Path, layout: "Layout", scratch: Path) -> "Source":
    from keepwell.book.reading import expand, opened

    return opened(expand([file])[0], layout, scratch=scratch)


def _pairs(said: Sequence[str] | None) -> dict[str, str]:
    pairs = {}
    for text in said or ():
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise KeepwellError(
                _("“{text}” names no column.").format(text=text),
                ways=[_("Write COLUMN=VALUE: currency=EUR.")],
            )
        pairs[name.strip()] = value.strip()
    return pairs


def _shown(mapping: "Mapping", theirs: Sequence[str]) -> Answer:
    from keepwell.book.tables import table_named

    table = table_named(mapping.table)
    means = {column.name: column.help for column in (*table.columns, *table.inputs)}
    rows = [(name, said, means.get(name, "")) for name, said in mapping.columns.items()]
    rows += [
        (name, _("always {value}").format(value=value), means.get(name, ""))
        for name, value in mapping.constants.items()
    ]
    if mapping.key:
        key = mapping.key if isinstance(mapping.key, str) else ", ".join(mapping.key)
        rows.append((", ".join(table.key), _("made from: {key}").format(key=key), _("The key of the row.")))
    used = " * ".join(mapping.columns.values()).split(" * ")
    kept = [name for name in theirs if name not in used and name not in mapping.columns.values()]
    notes = (
        [_("Kept as extra columns: {names}").format(names=", ".join(kept))] if kept and mapping.extra else []
    )
    columns = [
        Column("column", mapping.table),
        Column("theirs", _("In the file")),
        Column("means", _("Means")),
    ]
    data = {
        "table": mapping.table,
        "columns": dict(mapping.columns),
        "constants": dict(mapping.constants),
        "key": list(mapping.key) if isinstance(mapping.key, tuple) else mapping.key,
        "toml": mapping.to_toml(),
    }
    return Answer(data, [Sheet(columns, rows, notes=notes)])
