"""Posting: facts in, the ledger's rows out. Read `post` first; the rest of the room is its steps."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Engine, Frame
from keepwell.book.engines.following import Stored
from keepwell.ledger import cycles, grace, movements, notices, past_due, run_rates, stretches
from keepwell.ledger.facts import Facts
from keepwell.ledger.movements import JOINED, LEAVING, OUTPUTS, ROWS
from keepwell.ledger.policies import Policies
from keepwell.ledger.rows import SCHEMA as rows_schema
from keepwell.ledger.stored import StoredRows
from keepwell.ledger.survivors import Survivors
from keepwell.lib.days import from_number, number

CYCLES = "ledger_cycles"


@dataclass(frozen=True)
class Posted:
    """What a posting gives: files of rows and known leavers, cycles by purchase day, and the segment figures.

    `joined` tells of the currencies, see `movements.OUTPUTS`.
    """

    files: dict[str, list[Path]]
    joined: pa.Table
    cycles: Frame | None
    figures: Frame | None
    engine: Engine

    @property
    def rows(self) -> Frame:
        """The ledger's rows, in no order."""
        return self._read(ROWS, rows_schema)

    @property
    def stored(self) -> StoredRows:
        """The same rows as they lie in their files."""
        return StoredRows(Stored(tuple(str(file) for file in self.files[ROWS]), rows_schema))

    @property
    def leaving(self) -> Frame:
        """Days over which accounts are leaving, see `notices`."""
        return self._read(LEAVING, notices.SCHEMA)

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies that rows are in, in order."""
        return tuple(sorted(set(self.joined["currency"].to_pylist())))

    @property
    def accounts(self) -> int:
        """How many accounts ever pay."""
        return sum(self.joined["accounts"].to_pylist())

    def _read(self, name: str, schema: pa.Schema) -> Frame:
        return self.engine.scan([str(file) for file in self.files[name]], schema)


def post(
    facts: Facts,
    policies: Policies,
    *,
    covered: date,
    engine: Engine,
    frozen: Frame | None = None,
    place: int = 0,
    folder: Path | None = None,
) -> Posted:
    """Post the facts of some or all accounts.

    `covered` is the day before which purchases and invoices are complete: silence counts only up to it. `frozen`
    are the segment figures frozen so far (columns of `cycles.FIGURES`); without it they are read from these facts,
    which is right only when these are the facts of all accounts. `place` is the number of the posting; files are
    written below `folder`, else where the engine keeps its own until it is closed.
    """
    whose = Survivors.of(facts, engine)
    facts = whose.counted(facts)
    subscribed = whose.of_stretches(stretches.of_subscriptions(facts.subscriptions, policies))
    paid = subscribed.filter(nw.col("amount") > 0)
    fixed, figures = None, None
    irregular = _any(facts.purchases, engine)
    if irregular:
        subscribed = engine.persist(subscribed)
        paid = subscribed.filter(nw.col("amount") > 0)
        days, gaps = _gaps(facts, subscribed, whose, policies, engine)
        first, last = _span(days, covered, engine)
        figures = frozen
        if figures is None:
            starts = cycles.quarters(from_number(first), max(covered, from_number(last)))
            figures = engine.persist(cycles.figures(gaps, facts.segments, starts, engine))
        fixed = engine.persist(cycles.cycles(gaps, figures, policies, engine, (first, last + 1)))
        bought = whose.cut_short(run_rates.of_purchases(days, fixed, number(covered)))
        paid = nw.concat([paid, bought], how="vertical")
    changes = stretches.changes(paid, engine, irregular=irregular)
    if policies.past_due_days is not None or policies.grace_days:
        changes = engine.persist(changes)
        unpaid = None
        if policies.past_due_days is not None:
            unpaid = past_due.unpaid_days(facts.invoices, policies.past_due_days, number(covered))
            unpaid = engine.persist(whose.of_stretches(unpaid))
        # Whoever has given notice is leaving from then on, whatever is waited for.
        changes = stretches.instead(changes, _as_agreed(changes, policies, unpaid, whose))
    if whose.hops:
        changes = stretches.ended_by_mergers(changes, whose.merges)
    files = engine.follow(
        changes,
        partial(movements.follow, posting=place),
        OUTPUTS,
        sort=["account_id", "day", "currency"],
        folder=folder,
    )
    joined = engine.collect(engine.scan([str(file) for file in files[JOINED]], OUTPUTS[JOINED]))
    return Posted(files, joined, fixed, figures, engine)


def _as_agreed(changes: Frame, policies: Policies, unpaid: Frame | None, whose: Survivors) -> Frame:
    """Steps where unpaid bills stop what is paid, and a fall to nothing waits for its days of grace."""
    steps, engine = stretches.netted(changes), whose.engine
    if unpaid is not None:
        steps = past_due.stop_past_due(engine.persist(steps), unpaid)
    if policies.grace_days:
        steps = grace.hold_for_grace(engine.persist(steps), policies.grace_days, whose.merges)
    return steps


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
