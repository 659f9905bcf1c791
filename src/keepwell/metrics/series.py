"""Statements of periods that follow one another, each led over from the one before."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

import narwhals as nw

from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import Grain, periods
from keepwell.metrics.cuts import NO_VALUE, Condition
from keepwell.metrics.statement import Statement, statement
from keepwell.metrics.sweep import can_sweep, sweep

Progress = Callable[[int, int], object]


def series(
    ledger: Ledger,
    grain: Grain,
    start: date,
    end: date,
    *,
    by: str | None = None,
    where: Sequence[Condition] = (),
    rates_on: date | None = None,
    progress: Progress | None = None,
) -> list[Statement]:
    """One statement for each period of `grain` that overlaps [start, end), in order.

    Each but the first says what leads from the closing before to its opening: `restated`, what moving exchange
    rates did, and for the parts `moved_accounts` and `moved_mrr`, what changed segment in between. `progress` is told
    how many of the statements are made, where they are not made all at once.
    """
    over = list(periods(grain, start, end, fiscal_start=ledger.fiscal_start))
    if len(over) > 1 and by is None and not where and can_sweep(ledger, over, rates_on):
        found = iter(sweep(ledger, over, rates_on))
    else:
        found = (statement(ledger, p, by=by, where=where, rates_on=rates_on) for p in over)
    made: list[Statement] = []
    for now in found:
        if progress is not None:
            progress(len(made), len(over))
        made.append(_led_over(made[-1], now) if made else now)
    return made


@dataclass(frozen=True)
class _Move:
    """Accounts that paid in between, from one segment (None: not among those asked about) to another."""

    was: str | None
    now: str | None
    accounts: int
    mrr: int  # at the new opening's rates


def _led_over(before: Statement, now: Statement) -> Statement:
    """`now` with what separates its opening from the closing of the statement before."""
    if not (now.parts or before.parts or now.provenance["where"]):
        return replace(now, restated=now.mrr.opening - before.mrr.closing)
    moves = _moves(before, now)
    new, old = ({part.segment: part for part in s.parts} for s in (now, before))
    parts = []
    for segment in sorted({*new, *old}, key=lambda value: (value == NO_VALUE, value or "")):
        part = new.get(segment) or now.empty(segment)
        parts.append(_moved(part, old.get(segment), moves, {segment}))
    known = {name for move in moves for name in (move.was, move.now) if name is not None}
    whole = _moved(now, before, moves, known)
    return replace(whole, parts=tuple(parts))


def _moved(
    now: Statement, before: Statement | None, moves: Sequence[_Move], inside: Set[str | None]
) -> Statement:
    came = [m for m in moves if m.now in inside and m.was not in inside]
    went = [m for m in moves if m.was in inside and m.now not in inside]
    mrr = sum(m.mrr for m in came) - sum(m.mrr for m in went)
    closing = before.mrr.closing if before else 0
    return replace(
        now,
        moved_accounts=sum(m.accounts for m in came) - sum(m.accounts for m in went),
        moved_mrr=mrr,
        restated=now.mrr.opening - closing - mrr,
    )


def _moves(before: Statement, now: Statement) -> list[_Move]:
    assert before.source is not None
    assert now.source is not None
    asked, here = before.source, now.source
    was = asked.on(asked.positions, "closing").select("account_id", was=nw.col("segment"))
    then = here.on(here.positions, "opening").select("account_id", now=nw.col("segment"))
    everyone = here.on(here.everyone, "opening").select("account_id", "opening")
    summed = (
        everyone.join(was, on="account_id", how="left")
        .join(then, on="account_id", how="left")
        .group_by("was", "now")
        .agg(accounts=nw.len().cast(nw.Int64), mrr=nw.col("opening").sum().cast(nw.Int64))
    )
    return [_Move(**row) for row in here.ledger.engine.collect(summed).to_pylist()]
