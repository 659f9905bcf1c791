"""A history as the product sees it: facts posted by the real ledger."""

from datetime import date

import pyarrow as pa

from keepwell.book.engines import Engine
from keepwell.ledger import facts as f
from keepwell.ledger.facts import Facts, shaped, versions
from keepwell.ledger.ledger import Ledger, QuotedRate
from keepwell.ledger.policies import Policies
from keepwell.ledger.posting import post, renewals
from keepwell.lib.days import NEVER, from_number
from oracle import histories as h
from oracle.to_arrow import tables


def policies_of(p: h.Policies) -> Policies:
    """The same choices in the product's words."""
    return Policies(
        grace_days=p.grace,
        churn_dated=p.churn_dated,
        past_due_days=p.past_due_stops_after,
        term_end="as_stated" if p.term == "ends" else "rolls_on",
        purchases_beside_subscriptions=p.purchases_beside_subscription,
        first_cycle_days=p.default_cycle,
        first_limit_days=p.default_first_limit,
        enough_gaps=max(p.least_gaps, 1),
    )


def facts_of(history: h.History, engine: Engine) -> Facts:
    """The history's rows as the ledger wants them."""
    given = tables(history)
    purchases = given["purchases"].rename_columns(
        ["day" if c == "occurred_on" else c for c in given["purchases"].column_names]
    )
    segments = given["segments"].rename_columns(
        ["known_on" if c == "valid_from" else c for c in given["segments"].column_names]
    )
    merged = [a for a in history.accounts if a.merged_into is not None]
    merges = {
        "account_id": [a.account for a in merged],
        "survivor": [a.merged_into for a in merged],
        "merged_day": [NEVER if a.merged_on is None else a.merged_on for a in merged],
    }
    left_out = [a for a in history.accounts if a.excluded]
    excluded = {"account_id": [a.account for a in left_out], "excluded": [a.excluded for a in left_out]}
    return Facts(
        subscriptions=shaped(engine.frame(given["subscriptions"]), f.SUBSCRIPTIONS),
        purchases=shaped(engine.frame(purchases), f.PURCHASES),
        invoices=shaped(engine.frame(given["invoices"]), f.INVOICES),
        segments=versions(engine.frame(segments), "segment"),
        merges=engine.frame(pa.table(merges, schema=f.MERGES)),
        excluded=engine.frame(pa.table(excluded, schema=f.EXCLUDED)),
    )


def ledger_of(
    history: h.History, policies: h.Policies, engine: Engine, frozen: pa.Table | None = None
) -> Ledger:
    """The history posted, ready to be asked."""
    facts = facts_of(history, engine)
    covered = from_number(history.covered)
    posted = post(
        facts,
        policies_of(policies),
        covered=covered,
        engine=engine,
        frozen=None if frozen is None else engine.frame(frozen),
    )
    given = tables(history)["segments"]
    attributes = engine.frame(given.rename_columns(["account_id", "known_on", "segment"]))
    return Ledger(
        rows=posted.rows,
        engine=engine,
        policies=policies_of(policies),
        covered=covered,
        reporting=history.reporting_currency,
        currencies=posted.currencies,
        quoted=tuple(QuotedRate(r.currency, from_number(r.valid_from), r.rate) for r in history.rates),
        leaving=posted.leaving,
        attributes_from=lambda: attributes,
        renewals_from=lambda: renewals(facts, engine),
        cycles=posted.cycles,
        figures=posted.figures,
        data_from=None if history.data_from is None else from_number(history.data_from),
    )


def day(n: int) -> date:
    return from_number(n)
