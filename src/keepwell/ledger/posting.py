"""Posting: facts in, the ledger's rows out. Read `post` first; the rest of the room is its steps."""

from dataclasses import dataclass, replace
from datetime import date

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Engine, Frame
from keepwell.ledger import cycles, movements, notices, past_due, run_rates, stretches
from keepwell.ledger.facts import Facts
from keepwell.ledger.policies import Policies
from keepwell.ledger.rows import SCHEMA as rows_schema
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
    facts = without_excluded(facts)
    hops = _hops(facts.merges, engine)
    subscribed = _of_survivors(stretches.of_subscriptions(facts.subscriptions, policies), facts, hops)
    paid = subscribed.filter(nw.col("amount") > 0)
    parts, fixed, figures = [paid], None, None
    if _any(facts.purchases, engine):
        subscribed = engine.persist(subscribed)
        parts[0] = paid = subscribed.filter(nw.col("amount") > 0)
        bought, fixed, figures = _bought(
            facts, subscribed, hops, policies=policies, covered=covered, engine=engine, frozen=frozen
        )
        parts.append(_of_survivors(bought, facts, min(hops, 1)))
    spans = nw.concat(parts, how="vertical") if len(parts) > 1 else parts[0]
    work = _Rows(facts, policies, covered, engine, hops, irregular=len(parts) > 1)
    return Posted(parts=work.parts(spans), leaving=notices.leaving_days(paid), cycles=fixed, figures=figures)


@dataclass(frozen=True)
class _Rows:
    """From stretches to rows, accounts in one currency apart from the few in several: those cost more."""

    facts: Facts
    policies: Policies
    covered: date
    engine: Engine
    hops: int
    irregular: bool

    def parts(self, spans: Frame) -> tuple[Frame, ...]:
        if _one_currency(self.facts, self.engine):
            return (self._rows(spans, lone=True),)
        mixed = self.engine.persist(stretches.in_several_currencies(spans))
        alone = spans.join(mixed, on="account_id", how="anti")
        several = spans.join(mixed, on="account_id", how="semi")
        return (self._rows(alone, lone=True), self._rows(several, lone=False))

    def _rows(self, spans: Frame, *, lone: bool) -> Frame:
        steps = stretches.steps(spans, irregular=self.irregular)
        if self.policies.past_due_days is not None:
            covered = number(self.covered)
            unpaid = past_due.unpaid_days(self.facts.invoices, self.policies.past_due_days, covered)
            unpaid = self.engine.persist(_of_survivors(unpaid, self.facts, self.hops))
            steps = past_due.stop_past_due(self.engine.persist(steps), unpaid)
        if self.policies.grace_days:
            steps = self.engine.persist(steps)
            steps = movements.hold_for_grace(steps, self.policies.grace_days, self.facts.merges)
        rows = movements.rows(steps if lone else self.engine.persist(steps), lone=lone)
        return movements.merged_on_the_day(rows, self.facts.merges) if self.hops else rows


def without_excluded(facts: Facts) -> Facts:
    """Our own accounts and tests are in no figure."""
    return replace(
        facts,
        subscriptions=facts.subscriptions.join(facts.excluded, on="account_id", how="anti"),
        purchases=facts.purchases.join(facts.excluded, on="account_id", how="anti"),
        invoices=facts.invoices.join(facts.excluded, on="account_id", how="anti"),
    )


def _of_survivors(spans: Frame, facts: Facts, hops: int) -> Frame:
    """Stretches with each counted for whom it counts after all mergers, and for nobody where that is excluded."""
    for _hop in range(hops):
        spans = stretches.moved_to_survivors(spans, facts.merges)
    return spans.join(facts.excluded, on="account_id", how="anti") if hops else spans


def _bought(
    facts: Facts,
    subscribed: Frame,
    hops: int,
    *,
    policies: Policies,
    covered: date,
    engine: Engine,
    frozen: Frame | None,
) -> tuple[Frame, Frame, Frame]:
    """Stretches of run-rate, the cycles they rest on, and the figures of segments behind those."""
    days, gaps = _gaps(facts, subscribed, hops, policies, engine)
    first, last = _span(days, covered, engine)
    figures = frozen
    if figures is None:
        starts = cycles.quarters(from_number(first), max(covered, from_number(last)))
        figures = engine.persist(cycles.figures(gaps, facts.segments, starts, engine))
    fixed = engine.persist(cycles.cycles(gaps, figures, policies, engine, (first, last + 1)))
    return run_rates.of_purchases(days, fixed, number(covered)), fixed, figures


def missing_figures(
    facts: Facts, policies: Policies, *, covered: date, engine: Engine, frozen: Frame | None
) -> Frame | None:
    """The segment figures of quarters that `frozen` does not hold yet, from the facts of all accounts.

    None where there are none to add. Columns of `cycles.FIGURES`.
    """
    facts = without_excluded(facts)
    if not _any(facts.purchases, engine):
        return None
    first, last = _span(facts.purchases, covered, engine)
    starts = cycles.quarters(from_number(first), max(covered, from_number(last)))
    if frozen is not None:
        # A quarter before the oldest frozen one stays without: what was read once is not rewritten.
        newest = engine.collect(frozen.select(newest=nw.col("quarter").max()))["newest"].to_pylist()[0]
        starts = [q for q in starts if newest is None or q > newest]
    if not starts:
        return None
    hops = _hops(facts.merges, engine)
    subscribed = _of_survivors(stretches.of_subscriptions(facts.subscriptions, policies), facts, hops)
    _days, gaps = _gaps(facts, subscribed, hops, policies, engine)
    return engine.persist(cycles.figures(gaps, facts.segments, starts, engine))


def renewals(facts: Facts, engine: Engine) -> Frame:
    """Days on which a paying subscription comes up for renewal, and for whom: account_id, day."""
    facts = without_excluded(facts)
    found = facts.subscriptions.filter(nw.col("mrr") > 0, ~nw.col("renewal_on").is_null()).select(
        "account_id", day=nw.col("renewal_on")
    )
    for _hop in range(_hops(facts.merges, engine)):
        found = _rows_of_survivors(found, facts.merges)
    return found.join(facts.excluded, on="account_id", how="anti")


def _gaps(
    facts: Facts, subscribed: Frame, hops: int, policies: Policies, engine: Engine
) -> tuple[Frame, Frame]:
    """Purchase days that may make MRR, and the gaps between them."""
    purchases = facts.purchases
    for _hop in range(hops):
        purchases = _rows_of_survivors(purchases, facts.merges)
    purchases = purchases.join(facts.excluded, on="account_id", how="anti") if hops else purchases
    beside = None if policies.purchases_beside_subscriptions else subscribed
    days = engine.persist(cycles.purchase_days(purchases, beside))
    return days, engine.persist(cycles.gaps(days, facts.segments))


def _span(days: Frame, covered: date, engine: Engine) -> tuple[int, int]:
    found = engine.collect(days.select(first=nw.col("day").min(), last=nw.col("day").max())).to_pylist()[0]
    if found["first"] is None:
        return number(covered), number(covered)
    return found["first"], found["last"]


def _rows_of_survivors(dated: Frame, merges: Frame) -> Frame:
    """Rows with a `day`, each for the account it counts for on that day after one more merger."""
    columns = [name for name in dated.collect_schema().names() if name != "account_id"]
    moved = nw.col("day") >= nw.col("merged_day")
    whose = nw.when(moved).then(nw.col("survivor")).otherwise(nw.col("account_id"))
    return dated.join(merges, on="account_id", how="left").select(whose.alias("account_id"), *columns)


def _hops(merges: Frame, engine: Engine) -> int:
    """How many mergers lie one after the other at the most."""
    survivors = {r["account_id"]: r["survivor"] for r in engine.collect(merges).to_pylist()}
    longest = 0
    for account, survivor in survivors.items():
        seen, here = {account}, survivor
        while here not in seen:
            seen.add(here)
            here = survivors.get(here, here)
        longest = max(longest, len(seen) - 1)
    return longest


def _any(frame: Frame, engine: Engine) -> bool:
    found: int = engine.collect(frame.select("account_id").head(1)).num_rows
    return found > 0


def _one_currency(facts: Facts, engine: Engine) -> bool:
    """Whether the whole company is paid in one currency: then every account is."""
    currencies: set[str] = set()
    for frame in (facts.subscriptions, facts.purchases):
        currencies |= set(engine.collect(frame.select("currency").unique())["currency"].to_pylist())
    return len(currencies) <= 1
