"""For whom the rows of an account count: for the account it merged into, and for nobody where it is excluded."""

from dataclasses import dataclass, replace

import narwhals as nw
import pyarrow.compute as pc

from keepwell.book.engines import Engine, Frame
from keepwell.ledger import stretches
from keepwell.ledger.facts import Facts


@dataclass(frozen=True)
class Survivors:
    """Mergers and exclusions of a company, looked at once: most companies have few, and pay nothing for them.

    hops: how many mergers lie one after the other at the most. anybody_excluded: whether any account is.
    """

    merges: Frame
    excluded: Frame
    hops: int
    anybody_excluded: bool
    engine: Engine

    @classmethod
    def of(cls, facts: Facts, engine: Engine) -> "Survivors":
        """The mergers and exclusions among facts."""
        # Few rows, asked for often: held in memory.
        excluded, merges = engine.collect(facts.excluded), engine.collect(facts.merges)
        # What has come to an excluded account stays with it, and counts for nobody.
        merges = merges.filter(pc.invert(pc.is_in(merges["account_id"], excluded["account_id"])))
        pairs = dict(zip(merges["account_id"].to_pylist(), merges["survivor"].to_pylist(), strict=True))
        return cls(
            engine.frame(merges), engine.frame(excluded), _longest_chain(pairs), excluded.num_rows > 0, engine
        )

    def counted(self, facts: Facts) -> Facts:
        """The facts without our own accounts and tests, which are in no figure."""
        if not self.anybody_excluded:
            return facts
        tables = ("subscriptions", "purchases", "invoices")
        return replace(facts, **{name: self._counting(getattr(facts, name)) for name in tables})

    def of_stretches(self, spans: Frame) -> Frame:
        """Stretches, each counted for whom it counts after all mergers."""
        for hop in range(self.hops):
            if hop:
                # A hop reads twice what comes before it: five in a row would read the subscriptions 32 times.
                spans = self.engine.persist(spans)
            spans = stretches.moved_to_survivors(spans, self.merges)
        return self._counting(spans) if self.hops else spans

    def cut_short(self, spans: Frame) -> Frame:
        """Stretches of run-rate, which end with a merger and are nobody else's after it."""
        return stretches.moved_to_survivors(spans, self.merges) if self.hops else spans

    def of_dated(self, rows: Frame) -> Frame:
        """Rows with a `day`, each for the account it counts for on that day."""
        columns = [name for name in rows.collect_schema().names() if name != "account_id"]
        moved = nw.col("day") >= nw.col("merged_day")
        whose = nw.when(moved).then(nw.col("survivor")).otherwise(nw.col("account_id")).alias("account_id")
        for _hop in range(self.hops):
            rows = rows.join(self.merges, on="account_id", how="left").select(whose, *columns)
        return self._counting(rows) if self.hops else rows

    def _counting(self, rows: Frame) -> Frame:
        return rows.join(self.excluded, on="account_id", how="anti") if self.anybody_excluded else rows


def _longest_chain(survivors: dict[str, str]) -> int:
    longest = 0
    for account, survivor in survivors.items():
        seen, here = {account}, survivor
        while here not in seen:
            seen.add(here)
            here = survivors.get(here, here)
        longest = max(longest, len(seen) - 1)
    return longest
