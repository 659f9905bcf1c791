"""`keepwell statement`: who stayed and who left in a period, and the accounts behind each line."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from keepwell.cli.figures import label, money, statement_csv, statement_sheets
from keepwell.cli.helping import examples
from keepwell.cli.options import AsKnownOn, By, From, Grace, Html, Named, RatesOn, To, Where
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.pages import accounts, write
from keepwell.cli.periods import asked_period, day_asked, held_back, nothing_known
from keepwell.cli.provenance import provenance_notes
from keepwell.cli.session import period_of, session_of
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext
from keepwell.metrics.conditions import asked_where


def add_to(app: typer.Typer) -> None:
    """Add `keepwell statement`."""
    app.command(
        "statement",
        help=_(
            "Show the statement of a period: opening, movements, closing, rates, and the accounts behind a"
            " line. Without a period: the last finished quarter."
        ),
        epilog=examples(
            "keepwell statement",
            "keepwell statement --from 2026-01-01 --to 2026-04-01 --by segment",
            "keepwell statement --period 2026-Q3 --where 'segment = Enterprise' --list churned",
            "keepwell statement --period FY2026 --html statement.html",
            "keepwell --format json statement --period 2026-Q3 --as-known-on 2026-10-05",
        ),
    )(statement)


def statement(
    context: typer.Context,
    *,
    start: From = "",
    end: To = "",
    period: Named = "",
    by: By = "",
    where: Where = None,
    line: Annotated[
        str,
        typer.Option(
            "--list", metavar="LINE", help=_("List the accounts behind a line: churned, new, expansion, …")
        ),
    ] = "",
    html: Html = "",
    as_known_on: AsKnownOn = "",
    rates_on: RatesOn = "",
    grace: Grace = None,
) -> None:
    """Ask for the statement and show it."""
    from keepwell.book.book import Book

    session = session_of(context)
    asked_period(start, end, period)  # what is no period is told before the work
    if html:
        _can_be_written(Path(html))
    with session.company(as_known_on=as_known_on, grace=grace) as company:
        asked, conditions = period_of(company, start, end, period), asked_where(company, where)
        found = company.statement(
            asked.start, asked.end, by=by or None, where=conditions, rates_on=day_asked(rates_on)
        )
        unknown = nothing_known(asked, company.covered, company.first_day)
        if not unknown and not as_known_on:
            covered = Book.open(session.place).manifest.covered
            unknown = held_back(asked, covered, company.ledger.policies.measured)
        page = write(html, company, found, where or ()) if html else None
        answer = (
            _accounts(found, line)
            if line
            else whole(found.to_dict(intervals=True), company.ledger.never_paid)
        )
    session.say(unknown)
    session.show(answer)
    if page is not None:
        typer.echo(_("Written: {path}").format(path=page), err=True)


def _can_be_written(page: Path) -> None:
    """Tell before the work, not after it, that its page has no place."""
    folder, seen = page.absolute().parent, ""
    if not folder.is_dir():
        seen = _("there is no folder {folder}").format(folder=page.parent)
    elif page.is_dir():
        seen = _("{path} is a folder").format(path=page)
    elif not os.access(page if page.exists() else folder, os.W_OK):
        seen = _("writing there is not permitted")
    if seen:
        raise BadInput(
            _("The page cannot be written to {path}.").format(path=page),
            seen=seen,
            ways=[_("Name a file in a folder that you may write to: --html statement.html")],
        )


def whole(data: dict[str, Any], never_paid: int | None = None) -> Answer:
    """A whole statement: its lines, rates, kinds, segments, what it was made from, and who never paid."""
    if never_paid is not None:
        data["provenance"]["never_paid"] = never_paid
    notes = provenance_notes(data["provenance"])
    return Answer(data, list(statement_sheets(data)), notes, csv=statement_csv([data]))


def _accounts(found: Any, line: str) -> Answer:
    """The accounts behind a line, with money as decimals."""
    rows = accounts(found, line)
    names = list(rows[0]) if rows else ["account_id", "opening", "closing", "change"]
    numbers = ("opening", "closing", "change")
    plain = Sheet(
        [Column(name, number=name in numbers) for name in names],
        [[money(row[name]) if name in numbers else row[name] for name in names] for row in rows],
    )
    spoken = [names.index(name) for name in ("leaving_kind", "kept_by") if name in names]
    shown = [
        [label(value) if place in spoken and value else value for place, value in enumerate(row)]
        for row in plain.rows
    ]
    title = ngettext("{line}: {n:,} account, {period}", "{line}: {n:,} accounts, {period}", len(rows))
    title = title.format(line=label(line), n=len(rows), period=found.period)
    return Answer(rows, [Sheet(plain.columns, shown, title=title)], csv=plain)
