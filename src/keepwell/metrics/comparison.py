"""Every meaning of churn side by side, each gap to ours explained by the list of accounts that make it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import fsum
from typing import Any

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Frame
from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import Period, number
from keepwell.lib.text import gettext as _
from keepwell.metrics.cuts import Condition, kept_where
from keepwell.metrics.definitions import Activity, Definition, Share, all_definitions
from keepwell.metrics.lines import PAYING_AT_CLOSING, PAYING_AT_OPENING
from keepwell.metrics.positions import Positions
from keepwell.metrics.printing import Rows, share
from keepwell.metrics.refusal import Refusal, refusals
from keepwell.metrics.tabular import Tabular, table_of

YEAR = 365


@dataclass(frozen=True)
class Meaning:
    """One definition's answer. `apart` has account_id and what it adds here and in ours; None where it is no sum.

    Where the rate is refused, as the period is too short for accounts that buy irregularly, `contract` is the answer
    of the contract accounts alone, if there are any.
    """

    definition: Definition
    rate: Fraction | float | None
    numerator: int | None
    denominator: int | None
    annualised: float | None
    apart: pa.Table
    why: str = (
        ""  # no rate is given: "months", "renewals", "cycles" or "base", which `why_not_said` says in words
    )
    refused: Refusal | None = None
    contract: "Meaning | None" = None

    @property
    def why_not(self) -> str | None:
        """Why no rate is given, in a sentence; None where one is."""
        return why_not_said(self.why, self.refused)

    def to_dict(self) -> dict[str, Any]:
        """The documented JSON form."""
        return {
            "name": self.definition.name,
            "label": self.definition.label,
            **self._figures(),
            "contract": self.contract and self.contract._figures(),
            "accounts_apart": self.apart["account_id"].to_pylist(),
            "meaning": self.definition.meaning,
            "source": self.definition.source,
            "why_not": self.why_not,
        }

    def _figures(self) -> dict[str, Any]:
        return {
            "rate": None if self.rate is None else float(self.rate),
            "numerator": self.numerator,
            "denominator": self.denominator,
            "annualised": self.annualised,
        }


@dataclass(frozen=True, repr=False)
class Comparison(Tabular):
    """All definitions over one period, ours first."""

    period: Period
    finished: bool
    meanings: tuple[Meaning, ...]
    refused: Refusal | None = None

    def named(self, name: str) -> Meaning:
        """The answer of one definition."""
        return next(m for m in self.meanings if m.definition.name == name)

    def to_dict(self) -> list[dict[str, Any]]:
        """The documented JSON form: a list, ours first."""
        return [meaning.to_dict() for meaning in self.meanings]

    def to_arrow(self) -> pa.Table:
        """One row a definition: name, label, rate, numerator, denominator, annualised, accounts_apart (a count).

        contract_rate, contract_numerator and contract_denominator are of the contract accounts alone, where the rate
        of all is refused.
        """
        kinds = {"name": pa.string(), "label": pa.string(), "rate": pa.float64(), "numerator": pa.int64()}
        kinds |= {"denominator": pa.int64(), "annualised": pa.float64(), "accounts_apart": pa.int64()}
        kinds |= {"why_not": pa.string(), "contract_rate": pa.float64()}
        kinds |= {"contract_numerator": pa.int64(), "contract_denominator": pa.int64()}
        rows = [{**one.to_dict(), "accounts_apart": one.apart.num_rows} for one in self.meanings]
        for row in rows:
            alone = row["contract"] or {}
            row |= {f"contract_{name}": alone.get(name) for name in ("rate", "numerator", "denominator")}
        return table_of(rows, kinds)

    def _printed(self) -> tuple[str, Sequence[str], Rows]:
        heads = ["name", "rate", "numerator", "denominator", "accounts_apart"]
        heads += ["contract_rate"] * any(one.contract for one in self.meanings)
        rows = [
            [share(row[name]) if name.endswith("rate") else row[name] for name in heads]
            for row in self.to_arrow().to_pylist()
        ]
        return f"Churn by every definition, {self.period}", heads, rows

    def _repr_html_(self) -> str:
        from keepwell.metrics.page import as_notebook_html

        return as_notebook_html("definitions", self.to_dict())


def compare(ledger: Ledger, period: Period, *, where: Sequence[Condition] = ()) -> Comparison:
    """Every named definition over a period, with the accounts that count otherwise than in ours."""
    engine = ledger.engine
    found = engine.persist(_activity(ledger, period, where))
    kinds = set(engine.collect(found.select("kept_by").unique())["kept_by"].to_pylist())
    refused = refusals(ledger, [period])[0] if "irregular" in kinds else None
    asked = _Asked(ledger, period, found, refused)
    meanings = [asked.meaning(entry) for entry in all_definitions().values()]
    if refused and "contract" in kinds:
        alone = _Asked(ledger, period, found.filter(nw.col("kept_by") == "contract"), None)
        meanings = [replace(one, contract=alone.meaning(one.definition)) for one in meanings]
    return Comparison(period, ledger.finished(period.end), tuple(meanings), refused)


def _activity(ledger: Ledger, period: Period, where: Sequence[Condition]) -> Frame:
    """One row an account with what it did in the period, in the columns of `Activity`."""
    start, end = number(period.start), number(period.end)
    stood = Positions.over(ledger, [period]).everyone
    renewing = _renewing(ledger, start, end)
    if renewing is not None:
        stood = nw.concat([stood, _not_paying(renewing, stood, start)], how="vertical")
    stood = kept_where(ledger, stood, where)
    inside = ledger.rows.filter(nw.col("day") >= start, nw.col("day") < end, nw.col("paying") != 0)
    turn, first = nw.col("paying"), nw.col("day") == nw.col("first_day")
    turns = inside.group_by("account_id").agg(
        departures=nw.when(turn == -1).then(1).otherwise(0).sum().cast(nw.Int64),
        departed=nw.when(turn == -1).then(1).otherwise(0).max().cast(nw.Int64),
        arrived=nw.when(turn == 1).then(1).otherwise(0).max().cast(nw.Int64),
        first_time=nw.when(turn == 1, first).then(1).otherwise(0).max().cast(nw.Int64),
    )
    line = nw.col("line")
    merged = (
        stood.select(
            "account_id",
            "kept_by",
            opening=nw.when(line.is_in(PAYING_AT_OPENING)).then(1).otherwise(0).cast(nw.Int64),
            closing=nw.when(line.is_in(PAYING_AT_CLOSING)).then(1).otherwise(0).cast(nw.Int64),
            churned=nw.when(line == "churned").then(1).otherwise(0).cast(nw.Int64),
        )
        .join(turns, on="account_id", how="left")
        .with_columns(*[nw.col(n).fill_null(0) for n in ("departures", "departed", "arrived", "first_time")])
    )
    if renewing is None:
        return merged.with_columns(renewing=nw.lit(0).cast(nw.Int64))
    return merged.join(renewing, on="account_id", how="left").with_columns(
        renewing=nw.col("renewing").fill_null(0)
    )


def _renewing(ledger: Ledger, start: int, end: int) -> Frame | None:
    if ledger.renewals is None:
        return None
    inside = ledger.renewals.filter(nw.col("day") >= start, nw.col("day") < end)
    return inside.select("account_id").unique().with_columns(renewing=nw.lit(1).cast(nw.Int64))


def _not_paying(renewing: Frame, stood: Frame, start: int) -> Frame:
    """Positions of accounts that come up for renewal and pay on no day of the period."""
    none = nw.lit(0).cast(nw.Int64)
    return renewing.join(stood.select("account_id"), on="account_id", how="anti").select(
        "account_id",
        place=none,
        opening=none,
        closing=none,
        line=nw.lit("none"),
        interrupted=none,
        leaving_kind=nw.lit(None, nw.String),
        kept_by=nw.lit("contract"),
        target=nw.lit(start - 1).cast(nw.Int64),
    )


@dataclass(frozen=True)
class _Asked:
    """What every definition is asked of."""

    ledger: Ledger
    period: Period
    found: Frame
    refused: Refusal | None

    def meaning(self, entry: Definition) -> Meaning:
        activity = Activity(**{name: nw.col(name) for name in Activity.__dataclass_fields__})
        share, own = entry.share(activity), all_definitions()["opening_set"].share(activity)
        apart = _apart(self.ledger, self.found, entry, share, own)
        if why := _why_not(self.ledger, self.period, entry):
            return Meaning(entry, None, None, None, None, apart.slice(0, 0), why)
        of, over = (None, None) if entry.daily else self._summed(share)
        if self.refused:
            return Meaning(entry, None, of, over, None, apart, "cycles", self.refused)
        rate: Fraction | float | None = _daily(self.ledger, self.period, self.found) if entry.daily else None
        if of is not None and over:
            rate = Fraction(of, over)
        why = "base" if rate is None else ""
        return Meaning(entry, rate, of, over, annualised(rate, self.period.days), apart, why)

    def _summed(self, share: Share) -> tuple[int, int]:
        total = self.found.select(of=share.of.sum().cast(nw.Int64), over=share.over.sum().cast(nw.Int64))
        row = self.ledger.engine.collect(total).to_pylist()[0]
        return row["of"] or 0, row["over"] or 0


def _why_not(ledger: Ledger, period: Period, entry: Definition) -> str:
    if entry.whole_months and not (period.start.day == 1 and period.end.day == 1):
        return "months"
    if entry.needs_renewals:
        rows = None if ledger.renewals is None else ledger.engine.collect(ledger.renewals.head(1)).num_rows
        return "" if rows else "renewals"
    return ""


def why_not_said(why: str, refused: Refusal | None) -> str | None:
    """Why a definition gives no rate, in the reader's language; None where it gives one."""
    if why == "cycles" and refused is not None:
        return refused.reason
    return {
        "months": _("It is defined for whole calendar months only."),
        "renewals": _("It needs renewal dates of subscriptions, and none are loaded."),
        "base": _("no base"),
    }.get(why)


def _apart(ledger: Ledger, found: Frame, entry: Definition, share: Share, own: Share) -> pa.Table:
    """The accounts that add something else to the numerator or to the denominator than in ours."""
    told = found.select("account_id", of=share.of, over=share.over, our_of=own.of, our_over=own.over)
    differ = nw.col("of") != nw.col("our_of")
    if not entry.daily:
        differ = differ | (nw.col("over") != nw.col("our_over"))
    return ledger.engine.collect(told.filter(differ)).sort_by("account_id")


def _daily(ledger: Ledger, period: Period, found: Frame) -> float | None:
    """Sum over days of departures over the accounts paying the day before; days with nobody paying add nothing."""
    start, end = number(period.start), number(period.end)
    opening = (
        ledger.engine.collect(found.select(n=nw.col("opening").sum().cast(nw.Int64)))["n"].to_pylist()[0] or 0
    )
    turns = (
        ledger.rows.join(found.select("account_id"), on="account_id", how="semi")
        .filter(nw.col("day") >= start, nw.col("day") < end, nw.col("paying") != 0)
        .group_by("day")
        .agg(
            left=nw.when(nw.col("paying") == -1).then(1).otherwise(0).sum().cast(nw.Int64),
            turned=nw.col("paying").sum().cast(nw.Int64),
        )
    )
    days = sorted(ledger.engine.collect(turns).to_pylist(), key=lambda row: row["day"])
    paying, terms, anybody = opening, [], opening > 0
    for place, row in enumerate(days):
        if paying:
            terms.append(row["left"] / paying)
        paying += row["turned"]
        # Somebody who pays on the last day only was nobody's day before.
        anybody = anybody or (paying > 0 and (row["day"] + 1 < end or place + 1 < len(days)))
    return fsum(terms) if anybody else None


def annualised(rate: Fraction | float | None, days: int) -> float | None:
    """1 - (1 - rate) ^ (365 / days): what the rate would come to in a year; no value above 100%."""
    if rate is None or rate > 1:
        return None
    kept = float(1 - rate)
    yearly: float = 1 - kept ** (YEAR / days)
    return yearly
