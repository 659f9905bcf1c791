"""Cutting positions by what accounts are: segments, and conditions on them.

An account's value in a period is the one at the end of the day before the period, or on its first paying day if it
joined later; none is "(none)". So the parts sum to the whole in every statement.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import FOREVER, NEVER
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

NO_VALUE = "(none)"
KEPT_BY = "kept_by"

_CONDITION = re.compile(
    r"""\s*([\w.]+)\s*(!=|=|not\s+in|in)\s*(\([^)]*\)|'[^']*'|"[^"]*"|[^\s'"()]+)\s*""", re.I
)
_AND = re.compile(r"and\s+", re.I)


@dataclass(frozen=True)
class Condition:
    """An account counts when its `column` is (or, negated, is not) one of `values`."""

    column: str
    values: tuple[str, ...]
    negated: bool = False

    def __str__(self) -> str:
        quoted = ", ".join(f"'{v}'" for v in self.values)
        if len(self.values) == 1:
            return f"{self.column} {'!=' if self.negated else '='} {quoted}"
        return f"{self.column} {'not in' if self.negated else 'in'} ({quoted})"


def parse_where(text: str) -> tuple[Condition, ...]:
    """Read conditions as people type them: segment = Enterprise and country in (DE, 'AT').

    Raises KeepwellError where the text is none.
    """
    conditions, at = [], 0
    while at < len(text.strip()):
        found = _CONDITION.match(text, at)
        if not found:
            break
        column, operator, value = found.groups()
        values = value[1:-1].split(",") if value.startswith("(") else [value]
        cleaned = tuple(v.strip().strip("'\"") for v in values if v.strip())
        conditions.append(
            Condition(column, cleaned, operator.lower() in ("!=",) or operator.lower().startswith("not"))
        )
        at = found.end()
        joined = _AND.match(text, at)
        if not joined:
            break
        at = joined.end()
    if not conditions or text[at:].strip() or not all(c.values for c in conditions):
        raise KeepwellError(
            _("“{text}” is no condition on accounts.").format(text=text),
            seen=_("understood up to “{rest}”").format(rest=text[at:].strip() or text),
            ways=[_("Write it like: segment = Enterprise and country in (DE, AT).")],
        )
    return tuple(conditions)


# Keeps the rows whose account has a value when it is asked for; it has one from `valid_from` up to `valid_until`.
Held = Callable[[Frame], Frame]


def at_target(rows: Frame) -> Frame:
    """Values are read at the end of each row's day `target`."""
    return rows.filter(nw.col("valid_from") <= nw.col("target"), nw.col("target") < nw.col("valid_until"))


def cut_by(ledger: Ledger, positions: Frame, by: str | None, held: Held = at_target) -> Frame:
    """Positions with a column `segment`: the value of the column `by`, or "(none)"."""
    if by is None:
        return positions.with_columns(segment=nw.lit(NO_VALUE))
    if by == KEPT_BY:
        return positions.with_columns(segment=nw.col(KEPT_BY))
    return _with_value(ledger, positions, by, "segment", held)


def kept_where(ledger: Ledger, positions: Frame, where: Sequence[Condition], held: Held = at_target) -> Frame:
    """Only the positions of accounts that meet every condition."""
    for place, condition in enumerate(where):
        name = f"where_{place}"
        if condition.column == KEPT_BY:
            positions = positions.with_columns(nw.col(KEPT_BY).alias(name))
        else:
            positions = _with_value(ledger, positions, condition.column, name, held)
        met = nw.col(name).is_in(list(condition.values))
        positions = positions.filter(~met if condition.negated else met).drop(name)
    return positions


def _with_value(ledger: Ledger, positions: Frame, column: str, name: str, held: Held) -> Frame:
    values = ledger.attribute(column).select(
        "account_id", "valid_from", "valid_until", nw.col("segment").alias(name)
    )
    valued = positions.join(values, on="account_id", how="left").with_columns(
        # Of an account of which nothing is known, that much is known on every day.
        nw.col("valid_from").fill_null(NEVER),
        nw.col("valid_until").fill_null(FOREVER),
    )
    return (
        held(valued)
        .drop("valid_from", "valid_until")
        .with_columns(
            nw.when(nw.col(name) == "")
            .then(nw.lit(NO_VALUE))
            .otherwise(nw.col(name).fill_null(NO_VALUE))
            .alias(name)
        )
    )
