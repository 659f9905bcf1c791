"""The policy under which an account stops paying so many days past due, until it has paid."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.ledger.stretches import WHY
from keepwell.lib.days import FOREVER

# An invoice that was taken back is owed by nobody.
NOT_OWED = ("void", "voided", "cancelled", "canceled", "credited", "draft", "written_off")


def unpaid_days(invoices: Frame, days: int, covered: int) -> Frame:
    """The stretches over which an account is past due, open while it still owes; their amount says nothing.

    An invoice not yet past due on the covered day says nothing yet.
    """
    owed = ~nw.col("status").str.to_lowercase().is_in(list(NOT_OWED)) | nw.col("status").is_null()
    none = nw.lit(0).cast(nw.Int64)
    return (
        invoices.filter(~nw.col("due_on").is_null(), owed)
        .select(
            "account_id",
            currency=nw.lit(""),
            start=(nw.col("due_on") + days).cast(nw.Int64),
            end=nw.col("paid_on").fill_null(FOREVER).cast(nw.Int64),
            amount=none,
            irregular=none,
            why=none,
            noticed=nw.lit(None, nw.Int64),
        )
        .filter(nw.col("end") > nw.col("start"), nw.col("start") < covered)
    )


def stop_past_due(steps: Frame, unpaid: Frame) -> Frame:
    """Steps of accounts that pay nothing while past due. `unpaid` comes from `unpaid_days`."""
    columns = ["account_id", "currency", "day", "change", "irregular_change", "why"]
    if "irregular_change" not in steps.collect_schema().names():
        steps = steps.with_columns(irregular_change=nw.lit(0).cast(nw.Int64))
    steps = steps.select(columns)
    late = unpaid.select("account_id").unique()
    chains = steps.join(late, on="account_id", how="semi").select("account_id", "currency").unique()
    one = nw.lit(1).cast(nw.Int64)
    opens = unpaid.select("account_id", day=nw.col("start"), owing=one)
    closes = unpaid.filter(nw.col("end") < FOREVER).select("account_id", day=nw.col("end"), owing=-one)
    zero = nw.lit(0).cast(nw.Int64)
    owing = nw.concat([opens, closes], how="vertical").join(chains, on="account_id", how="inner")
    both = nw.concat(
        [
            steps.join(late, on="account_id", how="semi").select(*columns, owing=zero),
            owing.select(
                "account_id",
                "currency",
                "day",
                change=zero,
                irregular_change=zero,
                why=zero,
                owing=nw.col("owing"),
            ),
        ],
        how="vertical",
    )
    daily = both.group_by("account_id", "currency", "day").agg(
        *[nw.col(c).sum().cast(nw.Int64) for c in ("change", "irregular_change", "owing")],
        why=nw.col("why").max().cast(nw.Int64),
    )
    states = daily.with_columns(
        lapsing=nw.col("irregular_change"),
        runs=_so_far("change"),
        pays=_so_far("change"),
        irregular=_so_far("irregular_change"),
        owes=_so_far("owing"),
    ).with_columns(
        pays=nw.when(nw.col("owes") > 0).then(0).otherwise(nw.col("pays")).cast(nw.Int64),
        irregular=nw.when(nw.col("owes") > 0).then(0).otherwise(nw.col("irregular")).cast(nw.Int64),
    )
    stopped = (
        states.with_columns(
            change=nw.col("pays") - _before("pays"),
            irregular_change=nw.col("irregular") - _before("irregular"),
            # What still runs stops for the unpaid invoice, and so does a run-rate that lapses while it is owed.
            why=nw.when(
                nw.col("owes") > 0,
                (nw.col("runs") > 0) | (nw.col("lapsing") < 0),
                nw.col("why") < WHY["failed_payment"],
            )
            .then(nw.lit(WHY["failed_payment"]))
            .otherwise(nw.col("why"))
            .cast(nw.Int64),
        )
        .filter(nw.col("change") != 0)
        .select(columns)
    )
    untouched = steps.join(late, on="account_id", how="anti")
    return nw.concat([untouched, stopped], how="vertical")


def _so_far(column: str) -> nw.Expr:
    return nw.col(column).cum_sum().over("account_id", "currency", order_by="day").cast(nw.Int64)


def _before(column: str) -> nw.Expr:
    return nw.col(column).shift(1).over("account_id", "currency", order_by="day").fill_null(0)
