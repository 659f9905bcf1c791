"""Who is observed on a day, and what the ledger knew of them.

Columns of the base, one row an account that pays and is not known to leave:

    account_id
    kind                        "contract" or "irregular": what its MRR comes from
    mrr, mrr_90, mrr_365        what it paid a month then, 90 and 365 days before; minor units of the reporting
                                currency, all at the rates of the day, so that rates moving is not the account moving
    tenure                      days since its first paying day
    stay                        days since it last started to pay
    spell                       which of its stretches of paying it is in: 1, 2, …
    segment, salesperson, …     attributes as known then, missing where they were not
"""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.metrics.conversion import money_in
from keepwell.risk.features.sources import Then

ATTRIBUTES = ("segment", "salesperson", "channel", "country", "industry", "language")


def base(then: Then) -> Frame:
    """The accounts observed, with the columns above."""
    day, ledger = then.day, then.ledger
    rows = ledger.rows.filter(nw.col("day") < day)
    valued = rows.with_columns(after_in=money_in(then.rates, ledger.reporting))
    irregular = nw.when(_at(day), nw.col("after") > 0, nw.col("kept_by") == "irregular").then(1).otherwise(0)
    paying = (
        valued.group_by("account_id")
        .agg(
            pays=nw.col("paying").sum().cast(nw.Int64),
            mrr=_paid(day),
            mrr_90=_paid(day - 90),
            mrr_365=_paid(day - 365),
            irregular=irregular.max(),
            tenure=(day - nw.col("first_day").min()).cast(nw.Int64),
            stay=(day - nw.when(nw.col("paying") == 1).then(nw.col("day")).max()).cast(nw.Int64),
            spell=nw.when(nw.col("paying") == 1).then(1).otherwise(0).sum().cast(nw.Int64),
        )
        .filter(nw.col("pays") > 0)
        .with_columns(
            kind=nw.when(nw.col("irregular") > 0).then(nw.lit("irregular")).otherwise(nw.lit("contract"))
        )
        .drop("pays", "irregular")
    )
    leaving = ledger.known_leavers().filter(nw.col("day") < day, nw.col("until") >= day)
    eligible = paying.join(leaving.select("account_id").unique(), on="account_id", how="anti")
    known = then.moment.frame("accounts").select("account_id", *ATTRIBUTES)
    return eligible.join(known, on="account_id", how="left")


def _at(day: int) -> nw.Expr:
    """Whether a row of the ledger says what was paid at a day."""
    return (nw.col("day") < day) & (nw.col("until") >= day)


def _paid(day: int) -> nw.Expr:
    return nw.when(_at(day)).then(nw.col("after_in")).otherwise(0).sum().cast(nw.Int64)
