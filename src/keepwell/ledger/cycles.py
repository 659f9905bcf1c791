"""How long an irregular account's silence may last before it means that the account has left.

Cycle and limit are fixed on each purchase day from what was known by then, and what was read once is not
rewritten by what came later. All arithmetic is on whole numbers, so that every engine agrees on every day:
a cycle is the fraction cycle_num / cycle_den, in days.
"""

from datetime import date

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Engine, Frame
from keepwell.ledger.policies import Policies
from keepwell.lib.days import Grain, number, periods

# Figures of a segment and of the company ("company"), frozen at each quarter's start and never changed again.
FIGURES = pa.schema(
    [
        ("scope", pa.string()),  # "segment" or "company"
        ("segment", pa.string()),  # the segment's name; empty for the company
        ("quarter", pa.int64()),  # day number of the quarter's first day; only gaps ended before it are in
        ("gaps", pa.int64()),  # how many gaps the figures rest on
        ("median_fourfold", pa.int64()),  # four times the median gap in days, a whole number
        (
            "first_limit",
            pa.int64(),
        ),  # day by which 90% of second-time buyers had bought again; missing if none
    ]
)

# What was fixed on each purchase day, see `cycles`.
SCHEMA = pa.schema(
    [
        ("account_id", pa.string()),
        ("day", pa.int64()),
        ("place", pa.int64()),
        ("next_day", pa.int64()),
        ("segment", pa.string()),
        ("cycle_num", pa.int64()),
        ("cycle_den", pa.int64()),
        ("limit", pa.int64()),
        ("lapse_day", pa.int64()),
    ]
)

_BY_ACCOUNT = {"order_by": "day"}


def purchase_days(purchases: Frame, beside: Frame | None = None) -> Frame:
    """Net spend by account, day and currency, and whether the account bought on that day.

    `purchases` has account_id, day, currency, amount (negative: a return). Days on which a stretch of `beside`
    (subscriptions) runs are left out. Returns account_id, day, currency, spend, bought (1 or 0).
    """
    rows = purchases.select("account_id", "day", "currency", "amount")
    if beside is not None:
        running = (
            rows.select("account_id", "day")
            .join(beside.select("account_id", "start", "end"), on="account_id", how="inner")
            .filter(nw.col("start") <= nw.col("day"), nw.col("day") < nw.col("end"))
            .select("account_id", "day")
        )
        rows = rows.join(running, on=["account_id", "day"], how="anti")
    return rows.group_by("account_id", "day", "currency").agg(
        spend=nw.col("amount").sum().cast(nw.Int64),
        bought=nw.when(nw.col("amount") > 0).then(1).otherwise(0).max().cast(nw.Int64),
    )


def gaps(days: Frame, segments: Frame) -> Frame:
    """Each account's purchase days in order, with the gap to the one before.

    `segments` has account_id, segment, valid_from, valid_until: the account's segment over time, in days.
    Returns account_id, day, place (1, 2, …), gap (missing at the first), next_day (missing at the last), segment.
    """
    bought = days.filter(nw.col("bought") == 1).select("account_id", "day").unique()
    placed = bought.with_columns(
        place=nw.col("day").cum_count().over("account_id", **_BY_ACCOUNT).cast(nw.Int64),
        gap=nw.col("day") - nw.col("day").shift(1).over("account_id", **_BY_ACCOUNT),
        next_day=nw.col("day").shift(-1).over("account_id", **_BY_ACCOUNT),
    )
    return in_segment(placed, segments, nw.col("day"))


def in_segment(rows: Frame, segments: Frame, day: nw.Expr) -> Frame:
    """Rows with the `segment` that their account had on a day of each; empty where it had none."""
    held = (nw.col("valid_from") <= day) & (day < nw.col("valid_until"))
    return (
        rows.join(segments, on="account_id", how="left")
        .filter(nw.col("valid_from").is_null() | held)
        .with_columns(segment=nw.col("segment").fill_null(""))
        .drop("valid_from", "valid_until")
    )


def quarters(first: date, covered: date) -> list[int]:
    """Day numbers of the starts of all quarters that begin after `first` and not after `covered`."""
    starts = (number(p.start) for p in periods(Grain.QUARTER, first, covered))
    return [q for q in starts if number(first) < q <= number(covered)]


def figures(gaps_: Frame, segments: Frame, starts: list[int], engine: Engine) -> Frame:
    """Figures of every segment and of the company at the given quarter starts (see FIGURES).

    An account counts, with all its gaps so far, in the segment it had at the end of the day before the quarter.
    """
    cuts = engine.frame(pa.table({"quarter": pa.array(starts, pa.int64())}))
    known = (
        gaps_.filter(~nw.col("gap").is_null())
        .select("account_id", "day", "gap", "place")
        .join(cuts, how="cross")
        .filter(nw.col("day") < nw.col("quarter"))
    )
    known = in_segment(known, segments, nw.col("quarter") - 1)
    both = nw.concat(
        [
            known.select("quarter", "account_id", "gap", "place", "segment", scope=nw.lit("segment")),
            known.select(
                "quarter", "account_id", "gap", "place", segment=nw.lit(""), scope=nw.lit("company")
            ),
        ],
        how="vertical",
    )
    first_gap = nw.when(nw.col("place") == 2).then(nw.col("gap")).otherwise(nw.lit(None, nw.Int64))
    scope = ["scope", "segment", "quarter"]
    # One voice an account: else the few who buy every week would speak for all.
    by_account = (
        both.with_columns(first_gap=first_gap)
        .group_by(*scope, "account_id")
        .agg(
            gaps=nw.col("gap").count().cast(nw.Int64),
            median=nw.col("gap").median(),
            first_gap=nw.col("first_gap").max(),
        )
    )
    summed = by_account.group_by(*scope).agg(
        gaps=nw.col("gaps").sum().cast(nw.Int64),
        median=nw.col("median").median(),
        first_limit=nw.col("first_gap").quantile(0.9, interpolation="linear"),
    )
    # A median of halves is a quarter at most, a 90% quantile of whole numbers a tenth: exact after scaling.
    return summed.select(
        *scope,
        "gaps",
        median_fourfold=(nw.col("median") * 4 + 0.5).floor().cast(nw.Int64),
        first_limit=_whole_up((nw.col("first_limit") * 10 + 0.5).floor().cast(nw.Int64), 10),
    )


def cycles(gaps_: Frame, frozen: Frame, policies: Policies, engine: Engine, span: tuple[int, int]) -> Frame:
    """Cycle and limit as fixed on each purchase day.

    `frozen` has the columns of FIGURES; `span` is the first day number and the one after the last. Returns
    account_id, day, place, next_day, segment, cycle_num, cycle_den, limit (days of silence allowed)
    and lapse_day (the day on which a silence from here on becomes a lapse).
    """
    own = _own_figures(gaps_)
    base = (
        gaps_.join(_quarter_of(span, engine), on="day", how="left")
        .join(own, on=["account_id", "place"], how="left")
        .join(_enough(frozen, "segment", policies), on=["segment", "quarter"], how="left")
        .join(
            _enough(frozen, "company", policies).drop("segment"), on="quarter", how="left", suffix="_company"
        )
    )
    median_fourfold = (
        nw.col("median_fourfold")
        .fill_null(nw.col("median_fourfold_company"))
        .fill_null(4 * policies.first_cycle_days)
    )
    first_limit = (
        nw.col("first_limit").fill_null(nw.col("first_limit_company")).fill_null(policies.first_limit_days)
    )
    n = nw.col("place") - 1
    fixed = base.with_columns(
        cycle_num=(2 * n * nw.col("own_median_twice").fill_null(0) + 3 * median_fourfold).cast(nw.Int64),
        cycle_den=(4 * (n + 3)).cast(nw.Int64),
        first_limit=first_limit.cast(nw.Int64),
    )
    three_cycles = _whole_up(3 * nw.col("cycle_num"), nw.col("cycle_den"))
    own_limit = _whole_up(nw.col("own_ninth_tenths"), 10)
    limit = (
        nw.when(nw.col("place") == 1)
        .then(nw.col("first_limit"))
        .when(own_limit > three_cycles)
        .then(own_limit)
        .otherwise(three_cycles)
        .cast(nw.Int64)
    )
    return fixed.with_columns(limit=limit, lapse_day=nw.col("day") + limit + 1).select(*SCHEMA.names)


def _own_figures(gaps_: Frame) -> Frame:
    """Median and 90% quantile of each account's own gaps up to each of its purchases, in whole numbers."""
    known = gaps_.filter(~nw.col("gap").is_null())
    pairs = (
        known.select("account_id", "place")
        .join(known.select("account_id", earlier="place", known_gap="gap"), on="account_id", how="inner")
        .filter(nw.col("earlier") <= nw.col("place"))
    )
    return (
        pairs.group_by("account_id", "place")
        .agg(
            median=nw.col("known_gap").median(),
            ninth=nw.col("known_gap").quantile(0.9, interpolation="linear"),
        )
        .select(
            "account_id",
            "place",
            own_median_twice=(nw.col("median") * 2 + 0.5).floor().cast(nw.Int64),
            own_ninth_tenths=(nw.col("ninth") * 10 + 0.5).floor().cast(nw.Int64),
        )
    )


def _enough(frozen: Frame, scope: str, policies: Policies) -> Frame:
    return frozen.filter(nw.col("scope") == scope, nw.col("gaps") >= policies.enough_gaps).select(
        "segment", "quarter", "median_fourfold", "first_limit"
    )


def _quarter_of(span: tuple[int, int], engine: Engine) -> Frame:
    """A calendar: each day number with the day number of its quarter's first day."""
    import numpy as np

    days = np.arange(span[0], span[1], dtype=np.int64)
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    starts = (months - months % 3).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return engine.frame(pa.table({"day": days, "quarter": starts}))


def _whole_up(num: nw.Expr, den: nw.Expr | int) -> nw.Expr:
    return (num + den - 1) // den
