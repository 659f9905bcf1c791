"""A ledger over dataframes that a person already holds, with no book behind it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import narwhals as nw
import pyarrow.dataset as pads

from keepwell.book.engines import Engine, Frame, engine_named
from keepwell.book.headers import by_folded, folded, is_price, words_for
from keepwell.book.tables import table_named
from keepwell.ledger import facts as f
from keepwell.ledger.facts import Facts, shaped, versions
from keepwell.ledger.ledger import Ledger, QuotedRate
from keepwell.ledger.policies import Policies
from keepwell.ledger.posting import post, renewals
from keepwell.lib.days import NEVER, from_number
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.money import CURRENCIES, exponent
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

_NEEDED = {
    "subscriptions": ("account_id", "started_on", "mrr"),
    "purchases": ("account_id", "amount"),
    "accounts": ("account_id",),
    "invoices": ("account_id", "due_on"),
    "rates": ("currency", "valid_from", "rate"),
    "events": ("account_id", "kind"),
}
# What is found under the names that files may give it too. Of accounts only the id: the others are asked for by name.
_READ = {
    "subscriptions": (
        "account_id",
        "started_on",
        "ended_on",
        "mrr",
        "currency",
        "cancelled_on",
        "end_reason",
        "renewal_on",
    ),
    "purchases": ("account_id", "occurred_at", "amount", "currency"),
    "accounts": ("account_id",),
    "invoices": ("account_id", "due_on", "paid_on", "status"),
    "rates": ("currency", "valid_from", "rate"),
    "events": ("account_id", "occurred_at", "kind"),
}
_OURS = ("day", "occurred_on", "known_on")


def ledger_of_frames(
    given: Mapping[str, Any],
    *,
    covered: date | None,
    reporting: str | None,
    fiscal_start: int,
    policies: Mapping[str, Any],
    engine: str | Engine,
) -> tuple[Ledger, Frame | None]:
    """The ledger of dataframes by table name (None where there is none), and the frame of events.

    Raises BadInput where a frame lacks a column it needs or holds what cannot be measured.
    """
    computing = engine_named(engine) if isinstance(engine, str) else engine
    frames = {name: _frame(name, table, computing) for name, table in given.items() if table is not None}
    if not {"subscriptions", "purchases"} & frames.keys():
        raise KeepwellError(
            _("A company is measured by its subscriptions or its purchases, and neither was given."),
            ways=[_("Give subscriptions=, purchases=, or both.")],
        )
    facts = _facts(frames, computing, reporting)
    known = covered or _newest_day(frames, computing)
    chosen = Policies(**policies)
    posted = post(facts, chosen, covered=known, engine=computing)
    currencies = posted.currencies
    if reporting is None and len(currencies) > 1:
        raise KeepwellError(
            _("The company is paid in several currencies and has not said which one it reports in."),
            seen=", ".join(currencies),
            ways=[_("Give reporting_currency= and rates=.")],
        )
    accounts = frames.get("accounts")
    ledger = Ledger(
        rows=posted.rows,
        stored=posted.stored,
        engine=computing,
        policies=chosen,
        covered=known,
        reporting=reporting or (currencies[0] if currencies else "EUR"),
        currencies=currencies,
        quoted=_quoted(frames.get("rates"), computing),
        leaving=posted.leaving,
        attributes_from=None if accounts is None else partial(_attributes, accounts),
        cycles=posted.cycles,
        renewals_from=partial(renewals, facts, computing),
        names=_names(accounts),
        fiscal_start=fiscal_start,
        cut={"source": "dataframes"},
    )
    return ledger, frames.get("events")


def _frame(name: str, table: Any, engine: Engine) -> Frame:
    _refuse_no_frame(name, table)
    frame = _named_as_ours(name, engine.frame(_without_connection(table)))
    columns = frame.collect_schema().names()
    for needed in _NEEDED[name]:
        if needed not in columns:
            raise _lacks(name, needed, columns)
    frame = _with_whole_days(frame, engine)
    if name in ("purchases", "events") and not {"occurred_on", "day"} & set(columns):
        frame = _with_days(name, frame, engine)
    return frame


def _refuse_no_frame(name: str, table: Any) -> None:
    held = nw.from_native(table, pass_through=True)
    if not isinstance(held, nw.DataFrame | nw.LazyFrame | pads.Dataset):
        raise BadInput(
            _("{table} must be a dataframe.").format(table=name),
            seen=type(table).__name__,
            ways=[
                _("Give one of Polars, pandas, Arrow, DuckDB or Spark."),
                _("Make one of rows in a list: pyarrow.Table.from_pylist(rows)."),
                _(
                    "Files are loaded into a book: keepwell import {table} FILE, then keepwell.open(HOME)."
                ).format(table=name),
            ],
        )


def _named_as_ours(name: str, frame: Frame) -> Frame:
    """The frame with the columns that are read renamed where they bear a name that a file's may bear."""
    table, names = table_named(name), frame.collect_schema().names()
    free = by_folded(table, [n for n in names if not table.has(n) and n not in _OURS and not is_price(n)])
    renamed: dict[str, str] = {}
    for column in map(table.column, _READ[name]):
        if column.name in names or column.day_name in names:
            continue
        found = next((free[word] for word in (folded(column.name), *words_for(column)) if word in free), None)
        if found and found not in renamed:
            renamed[found] = column.name
    return frame.rename(renamed) if renamed else frame


def _lacks(name: str, needed: str, columns: list[str]) -> BadInput:
    close = near(needed, columns)
    renames = [_("Rename {names}, if that is it.").format(names=" or ".join(close))] if close else []
    return BadInput(
        _("{table} lacks the column {column}.").format(table=name, column=needed),
        seen=", ".join(columns),
        ways=[*renames, _("The columns are described in docs/tables.md.")],
    )


def _without_connection(table: Any) -> Any:
    """A relation of DuckDB lives in the connection that made it, and cannot be joined with what lies in ours."""
    held = nw.from_native(table, pass_through=True)
    if isinstance(held, nw.LazyFrame) and held.implementation.is_duckdb():
        return held.collect("pyarrow").to_native()
    return table


def _with_whole_days(frame: Frame, engine: Engine) -> Frame:
    """Days that come as instants, as pandas holds them, or as text, as files hold them, made days."""
    schema = frame.collect_schema()
    days = [n for n in schema.names() if n.endswith(("_on", "_from"))]
    instants = [n for n in days if isinstance(schema[n], nw.Datetime)]
    texts = [n for n in days if isinstance(schema[n], nw.String)]
    if not instants and not texts:
        return frame
    whole = frame.with_columns(*[nw.col(n).cast(nw.Date) for n in [*instants, *texts]])
    try:
        return engine.persist(engine.frame(whole.to_native()))
    except Exception as error:
        raise BadInput(
            _("A column of days holds what is no day: {names}.").format(names=", ".join(texts or instants)),
            seen=str(error).splitlines()[0],
            ways=[_("Give dates, or text such as 2026-01-31.")],
        ) from error


def _with_days(name: str, frame: Frame, engine: Engine) -> Frame:
    """Rows with the day of their instant; a frame with a time zone in mind gives occurred_on itself."""
    schema = frame.collect_schema()
    if "occurred_at" not in schema.names():
        raise _lacks(name, "occurred_on", schema.names())
    if schema["occurred_at"] == nw.Int64():  # dates are day numbers already
        return frame.with_columns(occurred_on=nw.col("occurred_at"))
    return _with_whole_days(frame.with_columns(occurred_on=nw.col("occurred_at")), engine)


def _facts(frames: Mapping[str, Frame], engine: Engine, reporting: str | None) -> Facts:
    none = Facts.none(engine)
    subscriptions, purchases = none.subscriptions, none.purchases
    if "subscriptions" in frames:
        priced = _in_minor_units(frames["subscriptions"], "mrr", engine, reporting)
        subscriptions = shaped(priced, f.SUBSCRIPTIONS)
    if "purchases" in frames:
        priced = _in_minor_units(frames["purchases"], "amount", engine, reporting)
        purchases = shaped(priced.with_columns(day=nw.col("occurred_on")), f.PURCHASES)
    merges, excluded, segments = none.merges, none.excluded, none.segments
    if "accounts" in frames:
        accounts = frames["accounts"]
        columns = set(accounts.collect_schema().names())
        if "segment" in columns:
            segments = versions(_attributes(accounts), "segment")
        if "merged_into" in columns:
            day = nw.col("merged_on").fill_null(NEVER) if "merged_on" in columns else nw.lit(NEVER)
            merged = accounts.filter(~nw.col("merged_into").is_null())
            merges = merged.select(
                "account_id", survivor=nw.col("merged_into"), merged_day=day.cast(nw.Int64)
            )
        if "excluded" in columns:
            excluded = accounts.filter(~nw.col("excluded").is_null()).select("account_id", "excluded")
    invoices = shaped(frames["invoices"], f.INVOICES) if "invoices" in frames else none.invoices
    return Facts(subscriptions, purchases, invoices, segments, merges, excluded)


def _in_minor_units(frame: Frame, column: str, engine: Engine, reporting: str | None) -> Frame:
    """Amounts in whole minor units of each row's currency, half a unit rounded up."""
    if "currency" not in frame.collect_schema().names():
        if reporting is None:
            raise BadInput(
                _("The amounts say no currency."),
                ways=[_("Add a column currency, or give reporting_currency=.")],
            )
        frame = frame.with_columns(currency=nw.lit(reporting))
    if isinstance(frame.collect_schema()[column], nw.String):
        raise BadInput(
            _("The amounts in {column} are text.").format(column=column), ways=[_("Make them numbers first.")]
        )
    checked = engine.collect(
        frame.group_by("currency").agg(least=nw.col(column).min(), missing=nw.col(column).null_count())
    ).to_pylist()
    _refuse(column, checked)
    scale: nw.Expr = nw.lit(100.0)
    for code in {row["currency"] for row in checked}:
        if exponent(code) != 2:
            scale = nw.when(nw.col("currency") == code).then(nw.lit(10.0 ** exponent(code))).otherwise(scale)
    amount = (nw.col(column).cast(nw.Float64) * scale + 0.5).floor().cast(nw.Int64)
    return frame.with_columns(amount.alias(column))


def _refuse(column: str, checked: list[dict[str, Any]]) -> None:
    """No row is dropped in silence: what cannot be measured is refused with its reason."""
    unknown = [row["currency"] for row in checked if row["currency"] not in CURRENCIES]
    if unknown:
        raise BadInput(
            _("Rows have a currency that is none."), seen=", ".join(str(code) for code in unknown[:5])
        )
    if any(row["missing"] for row in checked):
        raise BadInput(
            _("Rows of {column} are missing.").format(column=column),
            seen=_("{n} of them").format(n=sum(row["missing"] for row in checked)),
            ways=[_("Fill them, or leave the rows out and say so.")],
        )
    least = [row["least"] for row in checked if row["least"] is not None]
    if column == "mrr" and least and min(least) < 0:
        raise BadInput(_("A subscription cannot pay less than nothing."), seen=str(min(least)))


def _attributes(accounts: Frame) -> Frame:
    names = [n for n in accounts.collect_schema().names() if n not in ("account_id", "known_on")]
    known = nw.lit(NEVER).cast(nw.Int64)
    if "known_on" in accounts.collect_schema().names():
        known = nw.col("known_on")
    return accounts.select("account_id", *[nw.col(n).cast(nw.String()) for n in names], known_on=known)


def _names(accounts: Frame | None) -> Frame | None:
    if accounts is None or "name" not in accounts.collect_schema().names():
        return None
    return accounts.select("account_id", "name").unique(subset=["account_id"], keep="any")


def _quoted(rates: Frame | None, engine: Engine) -> tuple[QuotedRate, ...]:
    if rates is None:
        return ()
    rows = engine.collect(rates.select("currency", "valid_from", "rate")).to_pylist()
    return tuple(
        QuotedRate(row["currency"], from_number(row["valid_from"]), Decimal(str(row["rate"]))) for row in rows
    )


def _newest_day(frames: Mapping[str, Frame], engine: Engine) -> date:
    days: list[int] = []
    for name, columns in (("subscriptions", ("started_on", "cancelled_on")), ("purchases", ("occurred_on",))):
        if name in frames:
            present = frames[name].collect_schema().names()
            newest = frames[name].select(*[nw.col(c).max() for c in columns if c in present])
            row = engine.collect(newest).to_pylist()[0]
            days += [day for day in row.values() if day is not None]
    if not days:
        raise BadInput(_("The frames hold no row with a day."), ways=[_("Give frames with rows in them.")])
    return from_number(max(days) + 1)
