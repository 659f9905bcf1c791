"""From steps to the ledger's rows: what each change is for the account as a whole."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.ledger.rows import SCHEMA
from keepwell.ledger.stretches import leaving_kind, netted
from keepwell.lib.days import FOREVER, NEVER

_ROW = list(SCHEMA.names)


def hold_for_grace(steps: Frame, days: int, merges: Frame) -> Frame:
    """Date each fall to nothing later: by `days`, or to the day the account pays again if that is sooner.

    Nothing is held past the day of a merger: by then it counts for the account merged into.
    """
    states = _account_days(_with_balances(steps, "account_id", "currency"))
    falls = (
        states.with_columns(
            next_day=nw.col("day").shift(-1).over("account_id", order_by="day").fill_null(FOREVER)
        )
        .filter(nw.col("running") == 0)
        .join(merges.select("account_id", "merged_day"), on="account_id", how="left")
        .with_columns(merged_day=nw.col("merged_day").fill_null(FOREVER))
        .with_columns(
            held_until=nw.when(nw.col("next_day") < nw.col("day") + days)
            .then(nw.col("next_day"))
            .otherwise(nw.col("day") + days)
        )
        .with_columns(
            held_until=nw.when(nw.col("merged_day") < nw.col("held_until"))
            .then(nw.col("merged_day"))
            .otherwise(nw.col("held_until"))
        )
        .filter(nw.col("held_until") > nw.col("day"))
        .select("account_id", "day", "held_until")
    )
    later = steps.join(falls, on=["account_id", "day"], how="left").with_columns(
        day=nw.when(nw.col("held_until").is_null()).then(nw.col("day")).otherwise(nw.col("held_until"))
    )
    return netted(later.select(*steps.collect_schema().names()))


def rows(steps: Frame, *, lone: bool, steady: bool) -> Frame:
    """The ledger's rows (see `keepwell.ledger.rows`) of netted steps.

    `lone` says that none of the accounts pays in more than one currency; then an account's state is the state of its
    one chain, and one sorting is enough. `steady` says that none of them ever came back after it had left; then there
    is one stretch of paying and nothing to number.
    """
    return _rows_of_lone_accounts(steps, steady=steady) if lone else _rows_of_any_accounts(steps)


def merged_on_the_day(rows: Frame, merges: Frame) -> Frame:
    """A departure dated the day of the account's merger is the merger's, whatever else ended that day."""
    merged = merges.select("account_id", day=nw.col("merged_day"), merged=nw.lit(True))
    left = (nw.col("kind") == "churn") & ~nw.col("merged").is_null()
    return (
        rows.join(merged, on=["account_id", "day"], how="left")
        .with_columns(
            leaving_kind=nw.when(left).then(nw.lit("closed_or_merged")).otherwise(nw.col("leaving_kind"))
        )
        .select(_ROW)
    )


def _with_balances(steps: Frame, *chain: str) -> Frame:
    """Each step with its chain: before, after, since, until, and how its currency's paying changes."""
    so_far = {"after": "change"}
    if "irregular_change" in steps.collect_schema().names():
        so_far["irregular_after"] = "irregular_change"
    with_chain = steps.with_columns(
        **{
            name: nw.col(c).cum_sum().over(*chain, order_by="day").cast(nw.Int64)
            for name, c in so_far.items()
        },
        until=nw.col("day").shift(-1).over(*chain, order_by="day").fill_null(FOREVER),
        since=nw.col("day").shift(1).over(*chain, order_by="day").fill_null(NEVER),
        oldest=nw.col("day").cum_min().over(*chain, order_by="day"),
    )
    before = nw.col("after") - nw.col("change")
    return with_chain.with_columns(
        before=before,
        turn=nw.when(before == 0).then(1).when(nw.col("after") == 0).then(-1).otherwise(0).cast(nw.Int64),
    )


def _account_days(chains: Frame) -> Frame:
    """One row for each account and day with a step: `turn` of its currencies and how many run from then on."""
    days = chains.group_by("account_id", "day").agg(
        turned=nw.col("turn").sum().cast(nw.Int64),
        bearer=nw.col("currency").min(),
        why=nw.col("why").max().cast(nw.Int64),
    )
    return days.with_columns(
        running=nw.col("turned").cum_sum().over("account_id", order_by="day").cast(nw.Int64)
    )


def _rows_of_lone_accounts(steps: Frame, *, steady: bool) -> Frame:
    chains = _with_balances(steps, "account_id")
    starts = nw.when(nw.col("turn") == 1).then(1).otherwise(0)
    numbered = starts.cum_sum().over("account_id", order_by="day").cast(nw.Int64)
    named = chains.with_columns(
        paying=nw.col("turn"),
        first_day=nw.col("oldest"),
        spell=nw.lit(1).cast(nw.Int64) if steady else numbered,
        lone=nw.lit(True),
    )
    return _named(named)


def _rows_of_any_accounts(steps: Frame) -> Frame:
    chains = _with_balances(steps, "account_id", "currency")
    days = _account_days(chains)
    was_running = nw.col("running") - nw.col("turned")
    turns = days.with_columns(
        turns=nw.when(was_running == 0, nw.col("running") > 0)
        .then(1)
        .when(was_running > 0, nw.col("running") == 0)
        .then(-1)
        .otherwise(0)
        .cast(nw.Int64)
    )
    starts = nw.when(nw.col("turns") == 1).then(1).otherwise(0)
    states = turns.with_columns(
        spell=starts.cum_sum().over("account_id", order_by="day").cast(nw.Int64),
        first_day=nw.col("day").cum_min().over("account_id", order_by="day"),
    ).select("account_id", "day", "turns", "spell", "first_day", "bearer", "why")
    currencies = chains.group_by("account_id").agg(several=nw.col("currency").n_unique())
    named = (
        chains.drop("why")
        .join(states, on=["account_id", "day"], how="inner")
        .join(currencies, on="account_id", how="inner")
        .with_columns(
            # On one row of the day only, so that a sum over rows counts an account once.
            paying=nw.when(nw.col("currency") == nw.col("bearer"))
            .then(nw.col("turns"))
            .otherwise(0)
            .cast(nw.Int64),
            turn=nw.col("turns"),
            lone=nw.col("several") == 1,
        )
    )
    return _named(named)


def _named(chains: Frame) -> Frame:
    turn, spell = nw.col("turn"), nw.col("spell")
    kind = (
        nw.when(turn == -1)
        .then(nw.lit("churn"))
        .when(turn == 1, spell == 1)
        .then(nw.lit("new"))
        .when(turn == 1)
        .then(nw.lit("reactivation"))
        .when(nw.col("change") > 0)
        .then(nw.lit("expansion"))
        .otherwise(nw.lit("contraction"))
    )
    kept_by: nw.Expr = nw.lit("contract")
    if "irregular_after" in chains.collect_schema().names():
        before = nw.col("irregular_after") - nw.col("irregular_change")
        irregular = (
            nw.when(nw.col("after") > 0)
            .then(nw.col("irregular_after") == nw.col("after"))
            .otherwise(before == nw.col("before"))
        )
        kept_by = nw.when(irregular).then(nw.lit("irregular")).otherwise(kept_by)
    return chains.with_columns(
        kind=kind,
        leaving_kind=nw.when(turn == -1).then(leaving_kind(nw.col("why"))).otherwise(nw.lit(None, nw.String)),
        kept_by=kept_by,
    ).select(_ROW)
