"""Histories as Arrow tables in the book's canonical columns, one at a time or many in one frame."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pyarrow as pa

from oracle.histories import History, Policies
from oracle.irregular import Figures, Frozen, freeze
from oracle.paying import Owned

SCHEMAS = {
    "accounts": pa.schema(
        [
            ("account_id", pa.string()),
            ("segment", pa.string()),  # the newest value; all of them are in "segments"
            ("merged_into", pa.string()),
            ("merged_on", pa.date32()),
            ("excluded", pa.string()),
        ]
    ),
    "segments": pa.schema(
        [("account_id", pa.string()), ("valid_from", pa.date32()), ("segment", pa.string())]
    ),
    "subscriptions": pa.schema(
        [
            ("subscription_id", pa.string()),
            ("account_id", pa.string()),
            ("started_on", pa.date32()),
            ("ended_on", pa.date32()),
            ("mrr", pa.int64()),
            ("currency", pa.string()),
            ("renewal_on", pa.date32()),
            ("cancelled_on", pa.date32()),
            ("end_reason", pa.string()),
        ]
    ),
    "purchases": pa.schema(
        [
            ("purchase_id", pa.string()),
            ("account_id", pa.string()),
            ("occurred_on", pa.date32()),
            ("amount", pa.int64()),
            ("currency", pa.string()),
        ]
    ),
    "invoices": pa.schema(
        [
            ("invoice_id", pa.string()),
            ("account_id", pa.string()),
            ("issued_on", pa.date32()),
            ("due_on", pa.date32()),
            ("paid_on", pa.date32()),
            ("amount", pa.int64()),
            ("currency", pa.string()),
        ]
    ),
    "rates": pa.schema([("currency", pa.string()), ("valid_from", pa.date32()), ("rate", pa.float64())]),
}


def tables(history: History) -> dict[str, pa.Table]:
    """One Arrow table for each of SCHEMAS."""
    rows: dict[str, list[tuple[Any, ...]]] = {
        "accounts": [
            (a.account, a.segments[-1][1] if a.segments else None, a.merged_into, a.merged_on, a.excluded)
            for a in history.accounts
        ],
        "segments": [(a.account, day, value) for a in history.accounts for day, value in a.segments],
        "subscriptions": [
            (
                f"{s.account}-s{i}",
                s.account,
                s.started_on,
                s.ended_on,
                s.mrr,
                s.currency,
                s.renewal_on,
                s.cancelled_on,
                s.end_reason,
            )
            for i, s in enumerate(history.subscriptions)
        ],
        "purchases": [
            (f"{p.account}-p{i}", p.account, p.occurred_on, p.amount, p.currency)
            for i, p in enumerate(history.purchases)
        ],
        "invoices": [
            (f"{n.account}-i{i}", n.account, n.due_on - 14, n.due_on, n.paid_on, n.amount, n.currency)
            for i, n in enumerate(history.invoices)
        ],
        "rates": [(r.currency, r.valid_from, float(r.rate)) for r in history.rates],
    }
    return {name: _table(found, SCHEMAS[name]) for name, found in rows.items()}


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(
        [
            pa.array(values, pa.int32()).cast(pa.date32())
            if pa.types.is_date32(kind.type)
            else pa.array(values, kind.type)
            for values, kind in zip(columns, schema, strict=True)
        ],
        schema=schema,
    )


def batch(histories: Sequence[History], policies: Policies) -> tuple[History, Frozen]:
    """Many histories as one company that behaves as each does alone, and the cycle figures that make it so.

    Account ids and segments get the history's number before them ("0007-a01", "0007-Small"). The company's
    own cycle figures would be those of all histories together, so each history's figures are worked out
    alone and given as a table, complete for every (quarter, segment) a purchase can ask for; "(none)" gets
    a name too ("0007-(none)") since it must not be shared. Two things are one for the whole batch: the
    covered day and the rates, so the histories must agree on them: see `agreeing`.
    """
    covered = {h.covered for h in histories}
    rates = {h.rates for h in histories}
    if len(covered) > 1 or len(rates) > 1:
        raise ValueError(
            "Histories in one batch must share covered day and rates: pass them through agreeing()."
        )
    figures: dict[tuple[int, str], Figures] = {}
    parts = [_prefixed(h, f"{n:04}-") for n, h in enumerate(histories)]
    for part in parts:
        figures.update(freeze(part, policies, Owned(part, policies).buys()).rows)
    whole = replace(
        histories[0],
        accounts=tuple(a for p in parts for a in p.accounts),
        subscriptions=tuple(s for p in parts for s in p.subscriptions),
        purchases=tuple(b for p in parts for b in p.purchases),
        invoices=tuple(i for p in parts for i in p.invoices),
        data_from=None,
    )
    return whole, Frozen(figures)


def agreeing(histories: Sequence[History]) -> list[History]:
    """The same histories with one covered day and one set of rates, so that they can share a frame."""
    covered = max(h.covered for h in histories)
    rates = max((h.rates for h in histories), key=len)
    named = {r.currency for r in rates}
    for h in histories:
        rates += tuple(r for r in h.rates if r.currency not in named)
        named |= {r.currency for r in h.rates}
    return [replace(h, covered=covered, rates=rates, data_from=None) for h in histories]


def _prefixed(history: History, mark: str) -> History:
    return replace(
        history,
        accounts=tuple(
            replace(
                a,
                account=mark + a.account,
                merged_into=a.merged_into and mark + a.merged_into,
                # an account without any segment gets one too
                segments=tuple((day, f"{mark}{value or '(none)'}") for day, value in a.segments)
                or ((0, f"{mark}(none)"),),
            )
            for a in history.accounts
        ),
        subscriptions=tuple(replace(s, account=mark + s.account) for s in history.subscriptions),
        purchases=tuple(replace(p, account=mark + p.account) for p in history.purchases),
        invoices=tuple(replace(i, account=mark + i.account) for i in history.invoices),
    )


def frozen_table(frozen: Frozen) -> pa.Table:
    """The cycle figures as rows: first day of the quarter, segment, median gap and first limit in days."""
    rows = sorted(frozen.rows.items())
    if any(Fraction(float(figures.cycle)) != figures.cycle for _, figures in rows):
        raise ValueError("A median gap that a float does not hold exactly.")
    return pa.table(
        {
            "quarter": pa.array([key[0] for key, _ in rows], pa.int32()).cast(pa.date32()),
            "segment": pa.array([key[1] for key, _ in rows], pa.string()),
            "median_gap": pa.array([float(f.cycle) for _, f in rows], pa.float64()),
            "first_limit": pa.array([f.first_limit for _, f in rows], pa.int64()),
            "source": pa.array([f.source for _, f in rows], pa.string()),
        }
    )
