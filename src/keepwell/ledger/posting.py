"""Posting: facts in, the ledger's rows out. Read `post` first; the rest of the room is its steps."""

from dataclasses import dataclass
from datetime import date

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Engine, Frame
from keepwell.ledger import cycles, movements, notices, past_due, run_rates, stretches
from keepwell.ledger.facts import Facts
from keepwell.ledger.policies import Policies
from keepwell.ledger.rows import SCHEMA as rows_schema
from keepwell.ledger.survivors import Survivors
from keepwell.lib.days import from_number, number

# The tables a posting writes; each row carries the number of the posting that wrote it.
ROWS, LEAVING, CYCLES = "ledger", "ledger_leaving", "ledger_cycles"
_POSTING = pa.field("posting", pa.int64())


@dataclass(frozen=True)
class Posted:
    """What a posting gives: rows, known leavers, cycles by purchase day, and the segment figures they rest on.

    The rows come in parts, to be written one after the other: together they would need the memory of all.
    """

    parts: tuple[Frame, ...]
    leaving: Frame
    cycles: Frame | None
    figures: Frame | None

    @property
    def rows(self) -> Frame:
        """All rows, in no order."""
        return nw.concat(list(self.parts), how="vertical") if len(self.parts) > 1 else self.parts[0]

    def tables(self) -> list[tuple[str, pa.Schema, tuple[Frame, ...]]]:
        """Name, columns and parts of each table that a posting writes."""
        return [
            (ROWS, rows_schema.append(_POSTING), self.parts),
            (LEAVING, notices.SCHEMA.append(_POSTING), (self.leaving,)),
            (CYCLES, cycles.SCHEMA.append(_POSTING), (self.cycles,) if self.cycles is not None else ()),
        ]


def post(
    facts: Facts, policies: Policies, *, covered: date, engine: Engine, frozen: Frame | None = None
) -> Posted:
    """Post the facts of some or all accounts.

    `covered` is the day before which purchases and invoices are complete: silence counts only up to it. `frozen`
    are the segment figures frozen so far (columns of `cycles.FIGURES`); without it they are read from these facts,
    which is right only when these are the facts of all accounts.
    """
    whose = Survivors.of(facts, engine)
    facts = whose.counted(facts)
    subscribed = whose.of_stretches(stretches.of_subscriptions(facts.subscriptions, policies))
    paid = subscribed.filter(nw.col("amount") > 0)
    parts, fixed, figures = [paid], None, None
    if _any(facts.purchases, engine):
        subscribed = engine.persist(subscribed)
        parts[0] = paid = subscribed.filter(nw.col("amount") > 0)
        days, gaps = _gaps(facts, subscribed, whose, policies, engine)
        first, last = _span(days, covered, engine)
        figures = frozen
        if figures is None:
            starts = cycles.quarters(from_number(first), max(covered, from_number(last)))
            figures = engine.persist(cycles.figures(gaps, facts.segments, starts, engine))
        fixed = engine.persist(cycles.cycles(gaps, figures, policies, engine, (first, last + 1)))
        parts.append(whose.cut_short(run_rates.of_purchases(days, fixed, number(covered))))
    spans = nw.concat(parts, how="vertical") if len(parts) > 1 else parts[0]
    work = _Rows(facts, policies, covered, engine, whose, irregular=len(parts) > 1)
    leaving = notices.leaving_days(paid, engine)
    return Posted(parts=work.parts(spans), leaving=leaving, cycles=fixed, figures=figures)


@dataclass(frozen=True)
class _Rows:
    """From stretches to rows, accounts in one currency apart from the few in several: those cost more."""

    facts: Facts
    policies: Policies
    covered: date
    engine: Engine
    whose: Survivors
    irregular: bool

    def parts(self, spans: Frame) -> tuple[Frame, ...]:
        if _one_currency(self.facts, self.engine):
            return (self._rows(spans, lone=True, steady=False),)
        apart = self.engine.persist(stretches.not_plain(spans))
        several, returning = (apart.filter(nw.col("several") == flag) for flag in (1, 0))
        # A bill unpaid makes a hole in what no subscription's end would have.
        steady = self.policies.past_due_days is None
        return (
            self._rows(spans.join(apart, on="account_id", how="anti"), lone=True, steady=steady),
            self._rows(spans.join(returning, on="account_id", how="semi"), lone=True, steady=False),
            self._rows(spans.join(several, on="account_id", how="semi"), lone=False, steady=False),
        )

    def _rows(self, spans: Frame, *, lone: bool, steady: bool) -> Frame:
        steps = stretches.steps(spans, self.engine, irregular=self.irregular)
        if self.policies.past_due_days is not None:
            covered = number(self.covered)
            unpaid = past_due.unpaid_days(self.facts.invoices, self.policies.past_due_days, covered)
            unpaid = self.engine.persist(self.whose.of_stretches(unpaid))
            steps = past_due.stop_past_due(self.engine.persist(steps), unpaid)
        if self.policies.grace_days:
            steps = self.engine.persist(steps)
            steps = movements.hold_for_grace(steps, self.policies.grace_days, self.whose.merges)
        rows = movements.rows(steps if lone else self.engine.persist(steps), lone=lone, steady=steady)
        return movements.merged_on_the_day(rows, self.whose.merges) if self.whose.hops else rows


def missing_figures(
    facts: Facts, policies: Policies, *, covered: date, engine: Engine, frozen: Frame | None
) -> Frame | None:
    """The segment figures of quarters that `frozen` does not hold yet, from the facts of all accounts.

    None where there are none to add. Columns of `cycles.FIGURES`.
    """
    if not _any(facts.purchases, engine):
        return None
    whose = Survivors.of(facts, engine)
    facts = whose.counted(facts)
    first, last = _span(facts.purchases, covered, engine)
    starts = cycles.quarters(from_number(first), max(covered, from_number(last)))
    if frozen is not None:
        # A quarter before the oldest frozen one stays without: what was read once is not rewritten.
        newest = engine.collect(frozen.select(newest=nw.col("quarter").max()))["newest"].to_pylist()[0]
        starts = [q for q in starts if newest is None or q > newest]
    if not starts:
        return None
    subscribed = whose.of_stretches(stretches.of_subscriptions(facts.subscriptions, policies))
    _days, gaps = _gaps(facts, subscribed, whose, policies, engine)
    return engine.persist(cycles.figures(gaps, facts.segments, starts, engine))


def renewals(facts: Facts, engine: Engine) -> Frame:
    """Days on which a paying subscription comes up for renewal, and for whom: account_id, day."""
    whose = Survivors.of(facts, engine)
    found = whose.counted(facts).subscriptions.filter(nw.col("mrr") > 0, ~nw.col("renewal_on").is_null())
    return whose.of_dated(found.select("account_id", day=nw.col("renewal_on")))


def _gaps(
    facts: Facts, subscribed: Frame, whose: Survivors, policies: Policies, engine: Engine
) -> tuple[Frame, Frame]:
    """Purchase days that may make MRR, and the gaps between them."""
    beside = None if policies.purchases_beside_subscriptions else subscribed
    days = engine.persist(cycles.purchase_days(whose.of_dated(facts.purchases), beside))
    return days, engine.persist(cycles.gaps(days, facts.segments))


def _span(days: Frame, covered: date, engine: Engine) -> tuple[int, int]:
    found = engine.collect(days.select(first=nw.col("day").min(), last=nw.col("day").max())).to_pylist()[0]
    if found["first"] is None:
        return number(covered), number(covered)
    return found["first"], found["last"]


def _any(frame: Frame, engine: Engine) -> bool:
    found: int = engine.collect(frame.select("account_id").head(1)).num_rows
    return found > 0


def _one_currency(facts: Facts, engine: Engine) -> bool:
    """Whether the whole company is paid in one currency: then every account is."""
    currencies: set[str] = set()
    for frame in (facts.subscriptions, facts.purchases):
        currencies |= set(engine.collect(frame.select("currency").unique())["currency"].to_pylist())
    return len(currencies) <= 1
