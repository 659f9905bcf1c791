"""Opening a book's ledger: posted where it is up to date, worked out in memory for any other moment."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from functools import partial

import narwhals as nw

from keepwell.book.book import Book
from keepwell.book.engines import Engine, Frame
from keepwell.book.minding import minding
from keepwell.book.moment import Moment
from keepwell.ledger import cycles, notices
from keepwell.ledger.gathering import attributes_of, countable, facts_of
from keepwell.ledger.keeping import (
    FIGURES,
    as_text,
    covered_of,
    currencies_posted,
    last_posting,
    policies_of,
    post_book,
    standing,
    stored_rows,
)
from keepwell.ledger.ledger import Ledger, QuotedRate
from keepwell.ledger.movements import LEAVING, ROWS
from keepwell.ledger.policies import Policies
from keepwell.ledger.posting import CYCLES, post, renewals
from keepwell.ledger.rows import SCHEMA as rows_schema
from keepwell.ledger.stored import StoredRows
from keepwell.lib.days import from_number, number
from keepwell.lib.errors import BadBook, KeepwellError
from keepwell.lib.text import gettext as _


def open_ledger(
    book: Book, engine: Engine, *, as_known_on: date | None = None, policies: Policies | None = None
) -> Ledger:
    """The ledger of a book as it is now, or as it was known at the end of a day, or under other policies.

    The book's own ledger is brought up to date first, at the cost of what changed; any other is worked out in memory
    and leaves the book as it is.
    """
    with minding(book.store):
        return _opened(book, engine, as_known_on, policies)


def _opened(book: Book, engine: Engine, as_known_on: date | None, policies: Policies | None) -> Ledger:
    moment = book.moment(engine, as_known_on)
    wanted = policies or policies_of(moment)
    if as_known_on is None and wanted == policies_of(moment):
        if not _up_to_date(moment):
            try:
                post_book(book, engine)
            except BadBook:
                # Somebody else is writing, we may only read, or the disk is full: the same figures, worked out here.
                return _in_memory(moment, wanted)
            moment = book.moment(engine)
        return _posted(moment, wanted)
    return _in_memory(moment, wanted)


def _up_to_date(moment: Moment) -> bool:
    last = last_posting(moment)
    return (
        last is not None
        and last["load"] == moment.last_load
        and last["policies"] == as_text(policies_of(moment))
        and last["covered"] == number(covered_of(moment))
    )


def _posted(moment: Moment, policies: Policies) -> Ledger:
    return _ledger(
        moment,
        policies,
        rows=standing(moment, ROWS, rows_schema),
        stored=stored_rows(moment),
        leaving=standing(moment, LEAVING, notices.SCHEMA),
        fixed=standing(moment, CYCLES, cycles.SCHEMA),
        currencies=tuple(sorted(currencies_posted(last_posting(moment)))),
    )


def _in_memory(moment: Moment, policies: Policies) -> Ledger:
    facts, covered = facts_of(moment), covered_of(moment, policies)
    frozen = None
    if moment.cut.as_known_on is None and moment.has(FIGURES):
        frozen = moment.frame(FIGURES)
    posted = post(facts, policies, covered=covered, engine=moment.engine, frozen=frozen)
    return _ledger(
        moment,
        policies,
        rows=posted.rows,
        stored=posted.stored,
        currencies=posted.currencies,
        leaving=posted.leaving,
        fixed=posted.cycles,
    )


def _ledger(
    moment: Moment,
    policies: Policies,
    *,
    rows: Frame,
    stored: StoredRows,
    leaving: Frame,
    fixed: Frame | None,
    currencies: tuple[str, ...],
) -> Ledger:
    engine, settings = moment.engine, moment.settings
    return Ledger(
        rows=rows,
        stored=stored,
        engine=engine,
        policies=policies,
        covered=covered_of(moment, policies),
        reporting=_reporting(settings.reporting_currency, currencies, rows, engine),
        currencies=currencies,
        quoted=_quoted(moment),
        leaving=leaving,
        attributes_from=partial(attributes_of, moment),
        cycles=fixed if fixed is not None else engine.frame(cycles.SCHEMA.empty_table()),
        renewals_from=lambda: renewals(facts_of(moment), engine),
        names=moment.frame("accounts").select("account_id", "name"),
        never_paid_from=partial(_never_paid, moment, rows),
        fiscal_start=settings.fiscal_start,
        data_from=settings.data_from,
        simulated=settings.simulated,
        cut={key: None if value is None else str(value) for key, value in asdict(moment.cut).items()},
        excluded_from=partial(_excluded, moment),
    )


def _reporting(settled: str | None, currencies: tuple[str, ...], rows: Frame, engine: Engine) -> str:
    if settled is not None:
        return settled
    if len(currencies) == 1:
        return currencies[0]
    if not currencies:
        return "EUR"
    payers = rows.group_by("currency").agg(n=nw.col("account_id").n_unique())
    found = engine.collect(payers).to_pylist()
    most = min(found, key=lambda row: (-row["n"], row["currency"]))["currency"]
    raise KeepwellError(
        _("The company is paid in several currencies and has not said which one it reports in."),
        seen=", ".join(currencies),
        ways=[_("Settle it: keepwell settings reporting_currency={code}").format(code=most)],
    )


def _quoted(moment: Moment) -> tuple[QuotedRate, ...]:
    if not moment.has("rates"):
        return ()
    rows = moment.engine.collect(moment.frame("rates").select("currency", "valid_from", "rate")).to_pylist()
    return tuple(
        QuotedRate(row["currency"], from_number(row["valid_from"]), Decimal(str(row["rate"]))) for row in rows
    )


def _never_paid(moment: Moment, rows: Frame) -> int:
    """How many accounts, neither left out on purpose nor merged into another, have no row in the ledger."""
    never = countable(moment).join(rows.select("account_id").unique(), on="account_id", how="anti")
    n: int = moment.engine.collect(never.select(n=nw.len().cast(nw.Int64)))["n"].to_pylist()[0]
    return n


def _excluded(moment: Moment) -> dict[str, int]:
    """What is in no figure, by reason: accounts left out on purpose, and rows in quarantine."""
    blank = nw.col("excluded").is_null() | (nw.col("excluded") == "")
    left_out = moment.frame("accounts").filter(~blank).group_by("excluded").agg(n=nw.len().cast(nw.Int64))
    counts = {f"account: {r['excluded']}": r["n"] for r in moment.engine.collect(left_out).to_pylist()}
    quarantined: dict[tuple[str, str], int] = getattr(moment, "quarantined", dict)()
    return {**counts, **{f"{table}: {reason}": n for (table, reason), n in sorted(quarantined.items())}}
