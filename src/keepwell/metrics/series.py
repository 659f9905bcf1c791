"""Statements of periods that follow one another, each led over from the one before."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import NEVER, Grain, periods
from keepwell.metrics.cuts import KEPT_BY, NO_VALUE, Condition
from keepwell.metrics.source import Source
from keepwell.metrics.statement import Statement, statements

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
    rates did, and for the parts `moved_accounts` and `moved_mrr`, what changed segment in between. All are made
    at once: `progress` is told how many there will be.
    """
    over = tuple(periods(grain, start, end, fiscal_start=ledger.fiscal_start))
    if not over:
        return []
    if progress is not None:
        progress(0, len(over))
    source = Source(ledger, over, by, tuple(where), rates_on)
    found = statements(source)
    moves = _moves(source) if by or where else [[] for _period in over]
    made = found[:1]
    for now, moved in zip(found[1:], moves[1:], strict=True):
        made.append(_led_over(made[-1], now, moved if by or where else None))
    return made


@dataclass(frozen=True)
class _Move:
    """Accounts that paid in between, from one segment (None: not among those asked about) to another."""

    was: str | None
    now: str | None
    accounts: int
    mrr: int  # at the new opening's rates


def _led_over(before: Statement, now: Statement, moves: Sequence[_Move] | None) -> Statement:
    """`now` with what separates its opening from the closing of the statement before."""
    if moves is None:
        return replace(now, restated=now.mrr.opening - before.mrr.closing)
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


def _moves(source: Source) -> list[list[_Move]]:
    """For each period, who came to its opening from another segment than that of the closing before."""
    engine = source.ledger.engine
    who, positions = engine.persist(_movable(source)), source.positions
    still, moved = (
        found.join(who, on="account_id", how="semi") for found in (positions.still, positions.moved)
    )
    stood = engine.persist(nw.concat([positions.spread(still), moved], how="vertical"))
    cut = source.cut(stood)
    was = source.on(cut, "closing").select("account_id", place=nw.col("place") + 1, was=nw.col("segment"))
    then = source.on(cut, "opening").select("account_id", "place", now=nw.col("segment"))
    opened = source.on(stood, "opening").select("account_id", "place", "opening")
    summed = (
        opened.join(was, on=["account_id", "place"], how="left")
        .join(then, on=["account_id", "place"], how="left")
        .group_by("place", "was", "now")
        .agg(accounts=nw.len().cast(nw.Int64), mrr=nw.col("opening").sum().cast(nw.Int64))
    )
    moves: list[list[_Move]] = [[] for _period in source.over]
    for row in engine.collect(summed).to_pylist():
        moves[row.pop("place")].append(_Move(**row))
    return moves


def _movable(source: Source) -> Frame:
    """The accounts whose segment is not the same on all days, as account_id."""
    found = []
    for column in {*([source.by] if source.by else []), *(c.column for c in source.where)}:
        if column == KEPT_BY:
            kept_by = nw.col("kept_by")
            contract = source.ledger.rows.filter(kept_by == "contract").select("account_id")
            irregular = source.ledger.rows.filter(kept_by == "irregular").select("account_id")
            found.append(irregular.join(contract, on="account_id", how="semi"))
        else:
            later = source.ledger.attribute(column).filter(nw.col("valid_from") > NEVER)
            found.append(later.select("account_id"))
    return nw.concat(found, how="vertical").unique()
