"""The statement of a period: opening, movements, closing, in accounts and in MRR, and the accounts behind each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from fractions import Fraction
from typing import Any

import pyarrow as pa

from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import Period
from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import to_decimal
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.metrics.counting import Counted, counted
from keepwell.metrics.cuts import NO_VALUE, Condition
from keepwell.metrics.lines import LINES, AccountLines, MoneyLines, account_lines, money_lines
from keepwell.metrics.printing import Rows, share
from keepwell.metrics.refusal import Refusal, refusals
from keepwell.metrics.registry import Ratio, all_metrics
from keepwell.metrics.source import Source
from keepwell.metrics.tabular import Tabular, in_money, money_column

DEFINITION = "opening_set"
VERSION = 1
SMALL = 30  # a ratio on a base of fewer accounts is marked small


@dataclass(frozen=True, repr=False)
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
    source: Source | None = field(default=None, repr=False, compare=False)

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
        """The accounts behind a line: account_id, name, opening, closing, change, leaving_kind, kept_by.

        Money is in decimals of the reporting currency. The largest first: by what they pay on a balance, by how
        much changed elsewhere; at most `most` if given.
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
        found = self.source.list(line, self.segment, self.kept_by, most)
        return in_money(found, ("opening", "closing", "change"), self.currency)

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

    def _printed(self) -> tuple[str, Sequence[str], Rows]:
        title = f"Statement of {self.period}, {self.currency}" + ("" if self.finished else ", not finished")
        title += f"\n{self.refused.reason}" if self.refused else ""
        lines = [r for r in self.to_arrow().to_pylist() if r["segment"] == self.segment]
        rows = [(r["line"], r["accounts"], r["mrr"]) for r in lines]
        rates = [(name, None, _rate_printed(name, self.rate(name))) for name in all_metrics()]
        return title, ("", "accounts", "mrr"), [*rows, *rates]

    def _repr_html_(self) -> str:
        from keepwell.metrics.page import as_notebook_html

        return as_notebook_html("statement", self.to_dict(intervals=True))


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
    return statements(Source(ledger, (period,), by, tuple(where), rates_on))[0]


def statements(source: Source) -> list[Statement]:
    """The statement of each period of a source, counted together."""
    by_place = counted(source)
    irregular = any(row["kept_by"] == "irregular" for rows in by_place for row in rows)
    refused = refusals(source.ledger, source.over) if irregular else [None] * len(source.over)
    found = []
    for period, rows, why_not in zip(source.over, by_place, refused, strict=True):
        own = source if len(source.over) == 1 else replace(source, over=(period,))
        values = sorted({row["segment"] for row in rows}, key=lambda v: (v == NO_VALUE, v))
        parts = [
            _statement(own, [row for row in rows if row["segment"] == value], why_not, segment=value)
            for value in (values if source.by else [])
        ]
        found.append(replace(_statement(own, rows, why_not), parts=tuple(parts)))
    return found


def _statement(
    source: Source, rows: Sequence[Counted], refused: Refusal | None, segment: str | None = None
) -> Statement:
    ledger, (period,) = source.ledger, source.over
    kinds = sorted({row["kept_by"] for row in rows})
    apart = [
        replace(_statement(source, [r for r in rows if r["kept_by"] == kind], refused, segment), kept_by=kind)
        for kind in (kinds if len(kinds) > 1 else [])
    ]
    provenance = source.provenance | {"definition": DEFINITION, "definition_version": VERSION}
    return Statement(
        period=period,
        finished=ledger.finished(period.end),
        currency=ledger.reporting,
        accounts=account_lines(rows),
        mrr=money_lines(rows),
        provenance=provenance if segment is None else {**provenance, "segment": segment},
        segment=segment,
        kinds=tuple(apart),
        refused=refused if "irregular" in kinds else None,
        source=source,
    )


def _rate_printed(name: str, value: Fraction | None) -> str | None:
    return share(value) if value is None or name != "quick_ratio" else f"{float(value):.2f}"


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
