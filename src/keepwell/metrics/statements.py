"""Statements that follow one another, as one answer: it shows itself, and turns into a table."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, overload

import pyarrow as pa

from keepwell.lib.money import to_decimal
from keepwell.metrics.lines import AccountLines, MoneyLines
from keepwell.metrics.periods import name_of
from keepwell.metrics.printing import Rows, share
from keepwell.metrics.registry import all_metrics
from keepwell.metrics.statement import Statement
from keepwell.metrics.tabular import Tabular, money_column

_ACCOUNTS = [f.name for f in fields(AccountLines) if f.name != "churned_by_kind"]
_MONEY = [f.name for f in fields(MoneyLines) if f.name != "churned_by_kind"]


class Series(Tabular, Sequence[Statement]):
    """The statements of periods one after another, the earliest first; a sequence like any other."""

    def __init__(self, statements: Iterable[Statement] = ()) -> None:
        self._statements = tuple(statements)

    @overload
    def __getitem__(self, place: int) -> Statement: ...

    @overload
    def __getitem__(self, place: slice) -> "Series": ...

    def __getitem__(self, place: int | slice) -> "Statement | Series":
        found = self._statements[place]
        return found if isinstance(found, Statement) else Series(found)

    def __len__(self) -> int:
        return len(self._statements)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(one.period for one in self))

    def _printed(self) -> tuple[str, Sequence[str], Rows]:
        counts = ("opening", "new", "reactivated", "churned", "closing")
        rates = ("customer_churn", "gross_revenue_retention", "net_revenue_retention")
        heads = ["period", *counts, "mrr_closing", *rates]
        rows = [
            (
                name_of(one.period.start, one.period.end) + ("" if one.finished else " …"),
                *(getattr(one.accounts, name) for name in counts),
                to_decimal(one.mrr.closing, one.currency),
                *(_rate_printed(one, name) for name in rates),
            )
            for one in self
        ]
        title = f"Series of {len(self)} statements"
        if any(one.refused and one.kinds for one in self):
            title += " († contract accounts alone)"
        return title, heads, rows

    def to_dict(self, *, intervals: bool = False) -> list[dict[str, Any]]:
        """The documented JSON form: a list of statements, each with its intervals if asked."""
        return [one.to_dict(intervals=intervals) for one in self]

    def to_arrow(self) -> pa.Table:
        """One row a period, and one for each segment of it where the series was asked by a column.

        from, to (days; to is not included), finished, segment (null: all), accounts_<line>, mrr_<line> (decimals of
        the reporting currency), and each rate (null: no base, or refused).
        """
        rows = list(_with_parts(self))
        unit = rows[0].currency if rows else "EUR"
        columns: dict[str, pa.Array] = {
            "from": pa.array([s.period.start for s in rows], pa.date32()),
            "to": pa.array([s.period.end for s in rows], pa.date32()),
            "finished": pa.array([s.finished for s in rows], pa.bool_()),
            "segment": pa.array([s.segment for s in rows], pa.string()),
        }
        for name in _ACCOUNTS:
            columns[f"accounts_{name}"] = pa.array([getattr(s.accounts, name) for s in rows], pa.int64())
        for name in _MONEY:
            columns[f"mrr_{name}"] = money_column([getattr(s.mrr, name) for s in rows], unit)
        for name in all_metrics():
            rates = [s.rate(name) for s in rows]
            columns[name] = pa.array([None if r is None else float(r) for r in rates], pa.float64())
        return pa.table(columns)

    def _repr_html_(self) -> str:
        from keepwell.metrics.page import as_notebook_html

        return as_notebook_html("series", self.to_dict())


def _rate_printed(one: Statement, name: str) -> str | None:
    """A rate; where it is refused that of the contract accounts alone, marked."""
    contract = next((kind for kind in one.kinds if one.refused and kind.kept_by == "contract"), None)
    said = share((contract or one).rate(name))
    return f"{said} †" if contract and said else said


def _with_parts(statements: Iterable[Statement]) -> Iterator[Statement]:
    for one in statements:
        yield one
        yield from one.parts
