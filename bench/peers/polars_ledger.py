"""The same ledger, series and triangle from raw subscriptions, in Polars as well as we can write it.

One lazy plan on the streaming engine. Accounts in one currency, nearly all, are followed by comparing each sorted row
with its neighbours, which costs Polars much less than windows over groups; the others go a longer way of their own.
The ledger is written by the same run that sums the series and the triangle: the plans share its rows.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

FOREVER, NEVER = 2**31 - 1, -(2**31)
RANKS = {"closed_or_merged": 1, "lapse": 2, "failed_payment": 3, "by_choice": 4}
KINDS = ("unknown", *RANKS)
STATED = ("account_id", "currency", "day", "until", "since", "before", "after", "kind", "paying")
ROW = (*STATED, "first_day", "lone", "leaving_kind", "kept_by")
EPOCH = date(1970, 1, 1)

account, currency, day, since, until = (
    pl.col(c) for c in ("account_id", "currency", "day", "since", "until")
)
before, after, change, turn, paying = (pl.col(c) for c in ("before", "after", "change", "turn", "paying"))
first_day = pl.col("first_day")


def post(files: Sequence[Path], out: Path) -> None:
    """Write the ledger."""
    ledger(files).sink_parquet(out, compression="zstd", engine="streaming")


def figures(
    posted: Path, rates: Mapping[str, Fraction], months: Sequence[date], covered: date
) -> dict[str, Any]:
    """The series over `months` (their first days, and the last one's end) and the triangle, of a ledger written."""
    rows = pl.scan_parquet(posted)
    plans = [_flows(rows, rates, months), _before(rows, rates, months[0]), _triangle(rows, covered)]
    return _answer(*pl.collect_all(plans, engine="streaming"), months=months, covered=covered)


def ledger(files: Sequence[Path]) -> pl.LazyFrame:
    """The rows of the ledger, as `keepwell.ledger.rows` describes them."""
    # Held in memory, not planned as one: asked three times, a plan of its own would be computed three times.
    steps = _net(files).sort("account_id", "currency", "day").collect(engine="streaming").lazy()
    second = (account == account.shift(1)) & (currency != currency.shift(1))
    mixed = steps.filter(second).select("account_id").unique().collect().lazy()
    chains = _chains(steps)
    lone = chains.join(mixed, on="account_id", how="anti").with_columns(paying=turn, lone=pl.lit(True))
    return pl.concat(
        [
            _named(lone),
            _named(_mixed(_chains(steps.join(mixed, on="account_id", how="semi", maintain_order="left")))),
        ]
    )


def _net(files: Sequence[Path]) -> pl.LazyFrame:
    stretches = (
        pl.scan_parquet(files)
        .filter(pl.col("mrr") > 0)
        .select(
            "account_id",
            "currency",
            "mrr",
            start=_number("started_on"),
            end=_number("ended_on").fill_null(FOREVER),
            why=pl.col("end_reason").replace_strict(RANKS, default=0, return_dtype=pl.Int8),
        )
        .filter(pl.col("end") > pl.col("start"))
    )
    starts = stretches.select(account, currency, day="start", change="mrr", why=pl.lit(0, pl.Int8))
    ends = stretches.filter(pl.col("end") < FOREVER).select(
        account, currency, day="end", change=-pl.col("mrr"), why="why"
    )
    net = pl.concat([starts, ends]).group_by("account_id", "currency", "day")
    return net.agg(change=change.sum(), why=pl.col("why").max()).filter(change != 0)


def _number(name: str) -> pl.Expr:
    return pl.col(name).to_physical().cast(pl.Int64)


def _chains(steps: pl.LazyFrame) -> pl.LazyFrame:
    """Sorted steps with what lies before and after each in the chain of its account and currency."""
    same = ((account == account.shift(1)) & (currency == currency.shift(1))).fill_null(value=False)
    first = pl.col("first")
    return (
        steps.with_columns(first=~same, run=change.cum_sum())
        .with_columns(
            last=first.shift(-1, fill_value=True),
            base=pl.when(first).then(pl.col("run") - change).forward_fill(),
            first_day=pl.when(first).then(day).forward_fill(),
        )
        .with_columns(
            after=pl.col("run") - pl.col("base"),
            until=pl.when("last").then(FOREVER).otherwise(day.shift(-1)),
            since=pl.when(first).then(NEVER).otherwise(day.shift(1)),
        )
        .with_columns(before=after - change)
        .with_columns(turn=(before == 0).cast(pl.Int64) - (after == 0).cast(pl.Int64))
    )


def _mixed(chains: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of accounts in several currencies, with the state of the account as a whole."""
    running, turned = pl.col("running"), pl.col("turned")
    states = (
        chains.group_by("account_id", "day")
        .agg(turned=turn.sum(), bearer=currency.min(), why=pl.col("why").max())
        .sort("account_id", "day")
        .with_columns(running=turned.cum_sum().over("account_id"), first_day=day.min().over("account_id"))
        .with_columns(
            turn=((running - turned == 0) & (running > 0)).cast(pl.Int64)
            - ((running - turned > 0) & (running == 0)).cast(pl.Int64)
        )
    )
    kept = chains.select("account_id", "currency", "day", "until", "since", "before", "after", "change")
    return kept.join(states, on=["account_id", "day"]).with_columns(
        paying=pl.when(currency == pl.col("bearer")).then(turn).otherwise(0), lone=pl.lit(False)
    )


def _named(chains: pl.LazyFrame) -> pl.LazyFrame:
    kind = (
        pl.when(turn == -1)
        .then(pl.lit("churn"))
        .when((turn == 1) & (day == first_day))
        .then(pl.lit("new"))
        .when(turn == 1)
        .then(pl.lit("reactivation"))
        .when(change > 0)
        .then(pl.lit("expansion"))
        .otherwise(pl.lit("contraction"))
    )
    named = pl.when(turn == -1).then(
        pl.col("why").replace_strict(dict(enumerate(KINDS)), return_dtype=pl.String)
    )
    return chains.with_columns(kind=kind, leaving_kind=named, kept_by=pl.lit("contract")).select(ROW)


def _converted(rates: Mapping[str, Fraction], name: str) -> pl.Expr:
    """Minor units of the reporting currency, rounded half-even, exactly."""
    result, amount = pl.col(name), pl.col(name)
    for code, rate in rates.items():
        product, den = amount * rate.numerator, rate.denominator
        whole, twice = product // den, product % den * 2
        up = (twice > den) | ((twice == den) & (whole % 2 == 1))
        result = pl.when(currency == code).then(whole + up.cast(pl.Int64)).otherwise(result)
    return result


def _account_chains(rows: pl.LazyFrame, rates: Mapping[str, Fraction]) -> pl.LazyFrame:
    """A row a day on which an account's amount changes: converted, and unconverted to see whether it pays."""
    columns = [
        "account_id",
        "day",
        "since",
        "until",
        "o",
        "c",
        "own_o",
        "own_c",
        "paying",
        "first_day",
        "leaving_kind",
    ]
    money = rows.with_columns(
        own_o=before, own_c=after, o=_converted(rates, "before"), c=_converted(rates, "after")
    )
    lone = money.filter("lone").select(columns)
    mixed = (
        money.filter(~pl.col("lone"))
        .group_by("account_id", "day")
        .agg(
            (pl.col("c") - pl.col("o")).sum().alias("change"),
            (pl.col("own_c") - pl.col("own_o")).sum().alias("own_change"),
            paying.sum(),
            first_day.min(),
            pl.col("leaving_kind").max(),
        )
        .sort("account_id", "day")
        .with_columns(
            c=change.cum_sum().over("account_id"),
            own_c=pl.col("own_change").cum_sum().over("account_id"),
            since=day.shift(1).over("account_id").fill_null(NEVER),
            until=day.shift(-1).over("account_id").fill_null(FOREVER),
        )
        .with_columns(o=pl.col("c") - change, own_o=pl.col("own_c") - pl.col("own_change"))
        .select(columns)
    )
    return pl.concat([lone, mixed])


def _flows(rows: pl.LazyFrame, rates: Mapping[str, Fraction], months: Sequence[date]) -> pl.LazyFrame:
    """By month and line: accounts, opening and closing MRR, of the accounts with a change in the month."""
    inside = rows.filter(day < _days(months[-1]), (day >= _days(months[0])) | ~pl.col("lone"))
    moves = (
        _account_chains(inside, rates)
        .filter(day >= _days(months[0]))
        .with_columns(on=day.cast(pl.Int32).cast(pl.Date))
        .with_columns(month=pl.col("on").dt.year() * 12 + pl.col("on").dt.month() - 1)
        .with_columns(
            opens=since < pl.col("on").dt.month_start().to_physical(),
            closes=until > pl.col("on").dt.month_end().to_physical(),
            is_new=(paying == 1) & (day == first_day),
            came_back=(paying == 1) & (day > first_day),
            left=paying == -1,
            why=pl.when(paying == -1)
            .then(day * 8 + pl.col("leaving_kind").replace_strict(RANKS, default=0, return_dtype=pl.Int64))
            .otherwise(0),
        )
    )
    flags = ["is_new", "came_back", "left", "why"]
    columns = ["month", "o", "c", "own_o", "own_c", *flags]
    alone = pl.col("opens") & pl.col("closes")
    several = (
        moves.filter(~alone)
        .group_by("account_id", "month")
        .agg(
            *[pl.when("opens").then(n).otherwise(0).sum().alias(n) for n in ("o", "own_o")],
            *[pl.when("closes").then(n).otherwise(0).sum().alias(n) for n in ("c", "own_c")],
            *[pl.col(n).max() for n in flags],
        )
    )
    both = pl.concat([moves.filter(alone).select(columns), several.select(columns)])
    return _lines(both)


def _lines(ends: pl.LazyFrame) -> pl.LazyFrame:
    opened, closed, grew = pl.col("own_o") > 0, pl.col("own_c") > 0, pl.col("c") - pl.col("o")
    line = (
        pl.when(opened & ~closed)
        .then(pl.lit("churned"))
        .when(opened & (grew > 0))
        .then(pl.lit("expansion"))
        .when(opened & (grew < 0))
        .then(pl.lit("contraction"))
        .when(opened)
        .then(pl.lit("unchanged"))
        .when(closed & pl.col("is_new"))
        .then(pl.lit("new"))
        .when(closed)
        .then(pl.lit("reactivated"))
        .when("is_new")
        .then(pl.lit("passed_through"))
        .otherwise(pl.lit("came_back_and_left"))
    )
    interrupted = opened & closed & pl.col("left")
    why = pl.when(opened & ~closed).then(pl.col("why") % 8)
    return (
        ends.with_columns(line=line, interrupted=interrupted, why=why)
        .group_by("month", "line", "interrupted", "why")
        .agg(accounts=pl.len().cast(pl.Int64), o=pl.col("o").sum(), c=pl.col("c").sum())
    )


def _before(rows: pl.LazyFrame, rates: Mapping[str, Fraction], start: date) -> pl.LazyFrame:
    grown = _converted(rates, "after") - _converted(rates, "before")
    return rows.filter(day < _days(start)).select(accounts=paying.sum(), mrr=grown.sum())


def _triangle(rows: pl.LazyFrame, covered: date) -> pl.LazyFrame:
    turns = rows.filter(paying != 0, day < _days(covered))
    return turns.group_by(cohort=_month("first_day"), month=_month("day")).agg(accounts=paying.sum())


def _month(name: str) -> pl.Expr:
    on = pl.col(name).cast(pl.Int32).cast(pl.Date)
    return on.dt.year() * 12 + on.dt.month() - 1


def _days(on: date) -> int:
    return (on - EPOCH).days


def _answer(
    flows: pl.DataFrame, opening: pl.DataFrame, counts: pl.DataFrame, *, months: Sequence[date], covered: date
) -> dict[str, Any]:
    by_month: dict[int, list[dict[str, Any]]] = {}
    for row in flows.to_dicts():
        by_month.setdefault(row["month"], []).append(row)
    accounts, mrr = opening.row(0)
    series = []
    for start in months[:-1]:
        said = _statement(by_month.get(start.year * 12 + start.month - 1, []), accounts, mrr)
        series.append({"from": start.isoformat(), **said})
        accounts, mrr = said["accounts"]["closing"], said["mrr"]["closing"]
    last = covered.year * 12 + covered.month - 2
    triangle: dict[str, list[int]] = {}
    for cohort in sorted({row["cohort"] for row in counts.to_dicts()}):
        own = {r["month"]: r["accounts"] for r in counts.filter(pl.col("cohort") == cohort).to_dicts()}
        left, cells = 0, []
        for month in range(cohort, last + 1):
            left += own.get(month, 0)
            cells.append(left)
        triangle[f"{cohort // 12}-{cohort % 12 + 1:02d}-01"] = cells
    return {"series": series, "triangle": triangle}


def _statement(rows: list[dict[str, Any]], accounts: int, mrr: int) -> dict[str, Any]:
    def total(what: str, *lines: str, **also: Any) -> int:
        return sum(r[what] for r in rows if r["line"] in lines and all(r[k] == v for k, v in also.items()))

    counts = {
        line: total("accounts", line)
        for line in (
            "new",
            "reactivated",
            "churned",
            "expansion",
            "contraction",
            "passed_through",
            "came_back_and_left",
        )
    }
    everything = ("expansion", "contraction", "unchanged")
    counts["interrupted"] = total("accounts", *everything, interrupted=True)
    counts["opening"] = accounts
    counts["closing"] = accounts + counts["new"] + counts["reactivated"] - counts["churned"]
    money = {
        "opening": mrr,
        "new": total("c", "new"),
        "reactivated": total("c", "reactivated"),
        "expansion": total("c", "expansion") - total("o", "expansion"),
        "contraction": total("o", "contraction") - total("c", "contraction"),
        "churned": total("o", "churned"),
    }
    money["closing"] = (
        mrr
        + money["new"]
        + money["reactivated"]
        + money["expansion"]
        - money["contraction"]
        - money["churned"]
    )
    by_kind = {kind: total("accounts", "churned", why=rank) for rank, kind in enumerate(KINDS)}
    mrr_by_kind = {kind: total("o", "churned", why=rank) for rank, kind in enumerate(KINDS)}
    return {
        "accounts": {**counts, "churned_by_kind": by_kind},
        "mrr": {**money, "churned_by_kind": mrr_by_kind},
    }
