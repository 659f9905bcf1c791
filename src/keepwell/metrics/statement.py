"""The statement of a period: opening, movements, closing, in accounts and in MRR, and the accounts behind each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Frame
from keepwell.ledger.ledger import Ledger
from keepwell.ledger.rows import LEAVING_KINDS
from keepwell.lib.days import Period, number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import to_decimal
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.metrics.cuts import NO_VALUE, Condition, cut_by, kept_where
from keepwell.metrics.positions import positions
from keepwell.metrics.refusal import Refusal, refusal
from keepwell.metrics.registry import Ratio, all_metrics
from keepwell.metrics.tabular import Tabular, money_column

DEFINITION = "opening_set"
VERSION = 1
# Accounts alike in opening and closing are counted together, so that companies of any size come to few rows. One
# with more of them than this has no intervals of money: so large, they would be narrower than anyone reads.
MOST_ALIKE = 200_000
SMALL = 30  # a ratio on a base of fewer accounts is marked small


@dataclass(frozen=True)
class AccountLines:
    """The lines of a statement, counted in accounts."""

    opening: int = 0
    new: int = 0
    reactivated: int = 0
    churned: int = 0
    closing: int = 0
    expansion: int = 0
    contraction: int = 0
    passed_through: int = 0
    came_back_and_left: int = 0
    interrupted: int = 0
    leaving: int = 0
    churned_by_kind: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(LEAVING_KINDS, 0))


@dataclass(frozen=True)
class MoneyLines:
    """The lines of a statement in MRR: minor units of the reporting currency."""

    opening: int = 0
    new: int = 0
    reactivated: int = 0
    expansion: int = 0
    contraction: int = 0
    churned: int = 0
    closing: int = 0
    leaving: int = 0
    churned_by_kind: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(LEAVING_KINDS, 0))


# What can be listed account by account: the lines, and the words people use for them.
BALANCES = ("opening", "closing")
LINES = (*(f.name for f in fields(AccountLines) if f.name != "churned_by_kind"), "unchanged")


@dataclass(frozen=True)
class Statement(Tabular):
    """Opening, movements and closing of a period, with everything that must be printed beside them.

    `segment` is the value this part was cut by, or None for the whole. `parts` are the statements of the segments
    when the statement was asked by a column; they sum to the whole. `restated` (MRR) and `moved_*` lead from the
    previous closing of a series to this opening; they are None outside a series. Where the company has
    contract and irregular accounts, `kinds` are their statements apart, each with its `kept_by`. Where `refused` says
    that the period is too short for the silence of irregular accounts to be read, no rate is given; that of the
    contract accounts still is.
    """

    period: Period
    finished: bool
    currency: str
    accounts: AccountLines
    mrr: MoneyLines
    provenance: Mapping[str, Any]
    segment: str | None = None
    kept_by: str | None = None
    parts: tuple["Statement", ...] = ()
    restated: int | None = None
    moved_accounts: int | None = None
    moved_mrr: int | None = None
    refused: Refusal | None = None
    kinds: tuple["Statement", ...] = ()
    source: "Source | None" = field(default=None, repr=False, compare=False)

    def ratio(self, name: str) -> Ratio:
        """A metric's numerator and denominator. Raises KeepwellError where there is no such metric."""
        from keepwell.metrics.registry import metric_named

        return metric_named(name).compute(self)

    def rate(self, name: str) -> Fraction | None:
        """A metric's value; None where there is no base, or where the period is too short to say."""
        return None if self.refused else self.ratio(name).value

    @property
    def small(self) -> bool:
        """Whether the opening has too few accounts for its ratios to be taken at face value."""
        return self.accounts.opening < SMALL

    def list(self, line: str, most: int | None = None) -> pa.Table:
        """The accounts behind a line: account_id, name, opening, closing, change (minor units), leaving_kind, …

        The largest first: by what they pay on a balance, by how much changed elsewhere; at most `most` if given.
        Raises KeepwellError with near names where there is no such line.
        """
        if line not in LINES:
            close = near(line, LINES)
            raise KeepwellError(
                _("A statement has no line “{line}”.").format(line=line),
                ways=[
                    *([_("Did you mean {names}?").format(names=", ".join(close))] if close else []),
                    _("The lines are: {names}.").format(names=", ".join(LINES)),
                ],
            )
        if self.source is None:
            raise KeepwellError(_("This statement was made without its accounts."))
        return self.source.list(line, self.segment, self.kept_by, most)

    def to_dict(self, *, intervals: bool = False) -> dict[str, Any]:
        """The documented JSON form: money as decimal strings, rates null where there is no base.

        With `intervals` each rate that has one says its 95% interval, [low, high]; they are worked out only then.
        """
        rates = {name: _number(self.rate(name)) for name in all_metrics()}
        result: dict[str, Any] = {
            "period": {
                "from": self.period.start.isoformat(),
                "to": self.period.end.isoformat(),
                "finished": self.finished,
            },
            "accounts": {
                **{f.name: getattr(self.accounts, f.name) for f in fields(AccountLines)},
                "churned_by_kind": dict(self.accounts.churned_by_kind),
            },
            "mrr": {
                **{
                    f.name: self.money(getattr(self.mrr, f.name))
                    for f in fields(MoneyLines)
                    if f.name != "churned_by_kind"
                },
                "churned_by_kind": {k: self.money(v) for k, v in self.mrr.churned_by_kind.items()},
            },
            "rates": rates,
            "small": self.small,
            "provenance": dict(self.provenance),
        }
        if intervals:
            result |= self._intervals()
        if self.refused:
            result["refused"] = self.refused.to_dict()
        if self.kinds:
            result["kinds"] = {kind.kept_by: kind.to_dict(intervals=intervals) for kind in self.kinds}
        if self.segment is not None:
            result["segment"] = self.segment
        if self.restated is not None:
            result["mrr"]["restated"] = self.money(self.restated)
        if self.moved_accounts is not None and self.moved_mrr is not None:
            result["accounts"]["moved"] = self.moved_accounts
            result["mrr"]["moved"] = self.money(self.moved_mrr)
        if self.parts:
            result["parts"] = [part.to_dict(intervals=intervals) for part in self.parts]
        return result

    def _intervals(self) -> dict[str, Any]:
        from keepwell.metrics.sureness import intervals_of

        found, left_out = intervals_of(self)
        said = {"intervals": {name: [low, high] for name, (low, high) in found.items()}}
        return {**said, "intervals_left_out": left_out} if left_out else said

    def to_arrow(self) -> pa.Table:
        """One row a line: segment (null: all), line, accounts, mrr (decimal, null where a line has none).

        A statement asked by a column has the lines of each segment after its own.
        """
        everyone = (self, *self.parts)
        rows = [(s, line) for s in everyone for line in LINES if hasattr(s.accounts, line)]
        return pa.table(
            {
                "segment": pa.array([s.segment for s, _line in rows], pa.string()),
                "line": pa.array([line for _s, line in rows], pa.string()),
                "accounts": pa.array([getattr(s.accounts, line) for s, line in rows], pa.int64()),
                "mrr": money_column([getattr(s.mrr, line, None) for s, line in rows], self.currency),
            }
        )

    def empty(self, segment: str | None) -> "Statement":
        """The same statement of a segment without accounts."""
        return replace(
            self,
            accounts=AccountLines(),
            mrr=MoneyLines(),
            segment=segment,
            parts=(),
            refused=None,
            kinds=(),
        )

    def money(self, minor: int) -> str:
        """An amount of the statement as a decimal string in its currency."""
        return str(to_decimal(minor, self.currency))

    def _repr_html_(self) -> str:
        from keepwell.metrics.page import as_notebook_html

        return as_notebook_html("statement", self.to_dict(intervals=True))


@dataclass(frozen=True)
class Source:
    """What a statement was counted from, so that every figure can open into its accounts."""

    ledger: Ledger
    period: Period
    by: str | None
    where: tuple[Condition, ...]
    rates_day: date

    @cached_property
    def everyone(self) -> Frame:
        """The positions of all accounts, before any condition leaves some out."""
        return positions(self.ledger, self.period, self.ledger.rates(self.rates_day))

    @cached_property
    def positions(self) -> Frame:
        """The positions that are counted, each with its `segment`."""
        return cut_by(self.ledger, kept_where(self.ledger, self.everyone, self.where), self.by)

    @cached_property
    def opened(self) -> pa.Table | None:
        """The accounts of the opening, those alike counted together; None where more than `MOST_ALIKE` differ.

        segment, kept_by, opening, closing, churned (1 or 0), accounts.
        """
        alike = ["segment", "kept_by", "opening", "closing", "churned"]
        churned = nw.when(nw.col("line") == "churned").then(1).otherwise(0).cast(nw.Int64)
        told = self.on(self.positions, "opening").with_columns(churned=churned)
        counted = told.group_by(*alike).agg(accounts=nw.len().cast(nw.Int64))
        found = self.ledger.engine.collect(counted.head(MOST_ALIKE + 1))
        return found if found.num_rows <= MOST_ALIKE else None

    def list(self, line: str, segment: str | None, kept_by: str | None, most: int | None = None) -> pa.Table:
        """The accounts behind a line, the largest first; `segment` and `kept_by` narrow it."""
        found = self.positions if segment is None else self.positions.filter(nw.col("segment") == segment)
        if kept_by is not None:
            found = found.filter(nw.col("kept_by") == kept_by)
        found = self.on(found, line)
        columns = ["account_id", "opening", "closing", "change", "leaving_kind", "kept_by"]
        found = found.with_columns(change=nw.col("closing") - nw.col("opening"))
        found = found.with_columns(size=nw.col(line) if line in BALANCES else nw.col("change").abs())
        if most is not None:
            found = found.sort("size", "account_id", descending=[True, False]).head(most)
        if self.ledger.names is not None:
            found = found.join(self.ledger.names.select("account_id", "name"), on="account_id", how="left")
            columns.insert(1, "name")
        table = self.ledger.engine.collect(found.select(*columns, "size"))
        largest = [("size", "descending"), ("account_id", "ascending")]
        return table.sort_by(largest).drop_columns(["size"])

    def on(self, found: Frame, line: str) -> Frame:
        """Of some positions those on a line of the statement."""
        if line == "opening":
            return found.filter(
                ~nw.col("line").is_in(["new", "reactivated", "passed_through", "came_back_and_left"])
            )
        if line == "closing":
            return found.filter(~nw.col("line").is_in(["churned", "passed_through", "came_back_and_left"]))
        if line == "interrupted":
            return found.filter(nw.col("interrupted") == 1)
        if line == "leaving":
            return self.on(found, "closing").join(self._leavers(), on="account_id", how="semi")
        return found.filter(nw.col("line") == line)

    def anybody_leaving(self) -> bool:
        """Whether any account was known to be leaving at the closing."""
        found: int = self.ledger.engine.collect(self._leavers().head(1)).num_rows
        return found > 0

    def _leavers(self) -> Frame:
        end = number(self.period.end)
        leaving = self.ledger.known_leavers().filter(nw.col("day") < end, nw.col("until") >= end)
        return leaving.select("account_id").unique()


def statement(
    ledger: Ledger,
    period: Period,
    *,
    by: str | None = None,
    where: Sequence[Condition] = (),
    rates_on: date | None = None,
) -> Statement:
    """The statement of a period of a ledger.

    `by` cuts it by a column of the accounts (or "kept_by": contract and irregular apart), `where` keeps only some
    accounts; both read an account's values at the end of the day before the period, or on its first paying day.
    Money is converted at the rates in force on the period's first day, or on `rates_on`.
    """
    source = Source(ledger, period, by, tuple(where), rates_on or period.start)
    return of_counted(source, _counted(source))


def of_counted(source: Source, counted: Sequence[Mapping[str, Any]]) -> Statement:
    """The statement of positions already counted by `COUNTED_BY`: accounts, opening and closing of each."""
    irregular = any(row["kept_by"] == "irregular" for row in counted)
    make = _Maker(source, _provenance(source), refusal(source.ledger, source.period) if irregular else None)
    if source.by is None:
        return make.statement(counted, None)
    values = sorted({row["segment"] for row in counted}, key=lambda v: (v == NO_VALUE, v))
    parts = tuple(make.statement([r for r in counted if r["segment"] == v], v) for v in values)
    return make.statement(counted, None, parts)


# Everything a statement tells apart: counted so, a company of any size comes to a few dozen rows.
COUNTED_BY = ["segment", "line", "leaving_kind", "interrupted", "kept_by", "leaving"]


def _counted(source: Source) -> list[dict[str, Any]]:
    engine = source.ledger.engine
    everyone = source.positions.with_columns(leaving=nw.lit(0))
    rows: list[dict[str, Any]] = engine.collect(summed(everyone)).to_pylist()
    if source.anybody_leaving():
        leavers = source.on(source.positions, "leaving").with_columns(leaving=nw.lit(1))
        rows += engine.collect(summed(leavers)).to_pylist()
    return rows


def summed(found: Frame, *by: str) -> Frame:
    """Positions (with `segment` and `leaving`) counted by `COUNTED_BY`."""
    return found.group_by(*COUNTED_BY, *by).agg(
        accounts=nw.len().cast(nw.Int64),
        opening=nw.col("opening").sum().cast(nw.Int64),
        closing=nw.col("closing").sum().cast(nw.Int64),
    )


PAYING_AT_CLOSING = ["new", "reactivated", "expansion", "contraction", "unchanged"]
PAYING_AT_OPENING = ["churned", "expansion", "contraction", "unchanged"]


@dataclass(frozen=True)
class _Maker:
    source: Source
    provenance: Mapping[str, Any]
    refused: Refusal | None

    def statement(
        self, counted: Iterable[Mapping[str, Any]], segment: str | None, parts: tuple[Statement, ...] = ()
    ) -> Statement:
        rows = list(counted)
        kinds = sorted({row["kept_by"] for row in rows})
        apart = tuple(
            replace(self.statement([r for r in rows if r["kept_by"] == kind], segment), kept_by=kind)
            for kind in (kinds if len(kinds) > 1 else [])
        )
        return Statement(
            period=self.source.period,
            finished=self.source.ledger.finished(self.source.period.end),
            currency=self.source.ledger.reporting,
            accounts=_account_lines(rows),
            mrr=_money_lines(rows),
            provenance={**self.provenance, "segment": segment} if segment is not None else self.provenance,
            segment=segment,
            parts=parts,
            kinds=apart,
            refused=self.refused if "irregular" in kinds else None,
            source=self.source,
        )


def _account_lines(rows: Sequence[Mapping[str, Any]]) -> AccountLines:
    def count(lines: Sequence[str], **also: Any) -> int:
        return _total(rows, "accounts", lines, **also)

    return AccountLines(
        opening=count(PAYING_AT_OPENING),
        new=count(["new"]),
        reactivated=count(["reactivated"]),
        churned=count(["churned"]),
        closing=count(PAYING_AT_CLOSING),
        expansion=count(["expansion"]),
        contraction=count(["contraction"]),
        passed_through=count(["passed_through"]),
        came_back_and_left=count(["came_back_and_left"]),
        interrupted=count(PAYING_AT_OPENING, interrupted=1),
        leaving=count(PAYING_AT_CLOSING, leaving=1),
        churned_by_kind={kind: count(["churned"], leaving_kind=kind) for kind in LEAVING_KINDS},
    )


def _money_lines(rows: Sequence[Mapping[str, Any]]) -> MoneyLines:
    def opened(lines: Sequence[str], **also: Any) -> int:
        return _total(rows, "opening", lines, **also)

    def closed(lines: Sequence[str], **also: Any) -> int:
        return _total(rows, "closing", lines, **also)

    return MoneyLines(
        opening=opened(PAYING_AT_OPENING),
        new=closed(["new"]),
        reactivated=closed(["reactivated"]),
        expansion=closed(["expansion"]) - opened(["expansion"]),
        contraction=opened(["contraction"]) - closed(["contraction"]),
        churned=opened(["churned"]),
        closing=closed(PAYING_AT_CLOSING),
        leaving=closed(PAYING_AT_CLOSING, leaving=1),
        churned_by_kind={kind: opened(["churned"], leaving_kind=kind) for kind in LEAVING_KINDS},
    )


def _total(
    rows: Sequence[Mapping[str, Any]], what: str, lines: Sequence[str], leaving: int = 0, **also: Any
) -> int:
    return sum(
        row[what]
        for row in rows
        if row["line"] in lines
        and row["leaving"] == leaving
        and all(row[key] == value for key, value in also.items())
    )


def _provenance(source: Source) -> dict[str, Any]:
    ledger = source.ledger
    return {
        "definition": DEFINITION,
        "definition_version": VERSION,
        "policies": ledger.policies.to_dict(),
        "period": str(source.period),
        "by": source.by,
        "where": " and ".join(str(condition) for condition in source.where) or None,
        "currency": ledger.reporting,
        "rates_on": source.rates_day.isoformat(),
        "cut": dict(ledger.cut),
        "covered": ledger.covered.isoformat(),
        "excluded": dict(ledger.excluded),
        "simulated": ledger.simulated,
    }


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
