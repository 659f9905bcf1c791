"""Where each account stood at the opening and at the closing of a period: what every statement is counted from.

Columns of a frame of positions, one row an account that paid on any day of the period or up to its opening:

    account_id
    opening, closing  what it pays a month, reporting currency, minor units
    line              "new", "reactivated", "expansion", "contraction", "churned", "unchanged", or, in none of the
                      sums, "passed_through" and "came_back_and_left"
    interrupted       1 where it pays at both ends and not throughout, else 0
    leaving_kind      of the churned: by choice, failed payment, lapse, closed or merged, unknown
    kept_by           what its MRR comes from: "contract" or "irregular"
    target            day number at whose end its segment is read
"""

from collections.abc import Mapping

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.ledger.ledger import Ledger
from keepwell.ledger.stretches import WHY, leaving_kind
from keepwell.lib.days import Period, number
from keepwell.lib.money import Rate
from keepwell.metrics.conversion import priced

COLUMNS = ["account_id", "opening", "closing", "line", "interrupted", "leaving_kind", "kept_by", "target"]


# What `lines` decides by: one row an account (and period), whatever it was worked out from.
ENDS = (
    "account_id",
    "opening",
    "closing",
    "own_opening",
    "own_closing",
    "is_new",
    "came_back",
    "left",
    "last_leaving",
    "first_day",
    "kept_by",
)


def positions(ledger: Ledger, period: Period, rates: Mapping[str, Rate]) -> Frame:
    """The positions of every account in a period, at the given rates."""
    start, end = number(period.start), number(period.end)
    opened, closed = nw.lit(start), nw.lit(end)
    # Each part is asked of the ledger by itself, so that the files' statistics and columns are made use of.
    lone = ledger.rows.filter(nw.col("lone"))
    still = lone.filter(nw.col("day") < start, nw.col("until") >= end, nw.col("after") > 0)
    # Few of the ledger's rows lie inside: taken out first, all that follows is worked out on full batches.
    taken = ledger.engine.persist(lone.filter(nw.col("day") >= start, nw.col("day") < end))
    only = only_row(opened, closed)
    together = [taken.filter(~only)]
    if len(ledger.currencies) > 1:
        together.append(ledger.rows.filter(~nw.col("lone"), nw.col("day") < end, nw.col("until") >= start))
    several = nw.concat(together, how="vertical") if len(together) > 1 else together[0]
    ends = [
        decided_by_one_row(in_reporting(ledger, taken.filter(only), rates)),
        ends_of_chains(in_reporting(ledger, several, rates), opened, closed),
    ]
    moved = lines(nw.concat([part.select(*ENDS) for part in ends], how="vertical"), opened).select(COLUMNS)
    # Worked out once, and small; the untouched are most of the company and are only ever counted on the way.
    moved = ledger.engine.persist(moved)
    return nw.concat([_untouched(ledger, still, rates, start), moved], how="vertical")


def _untouched(ledger: Ledger, still: Frame, rates: Mapping[str, Rate], start: int) -> Frame:
    """Positions of accounts that pay at both ends and have no row in between."""
    valued = priced(still, rates, ledger.reporting, ledger.engine, {"after": "opening"})
    return valued.select(
        "account_id",
        "opening",
        closing=nw.col("opening"),
        line=nw.lit("unchanged"),
        interrupted=nw.lit(0).cast(nw.Int64),
        leaving_kind=nw.lit(None, nw.String),
        kept_by=nw.col("kept_by"),
        target=nw.lit(start - 1).cast(nw.Int64),
    )


def only_row(start: nw.Expr, end: nw.Expr) -> nw.Expr:
    """Whether a row of an account in one currency is the account's only one in its period: most are."""
    return (nw.col("since") < start) & (nw.col("until") >= end)


def decided_by_one_row(rows: Frame) -> Frame:
    """Openings and closings of accounts by their only (`in_reporting`) row: nothing has to be grouped by account."""
    return rows.with_columns(
        opening=nw.col("before_in"),
        closing=nw.col("after_in"),
        own_opening=nw.col("before"),
        own_closing=nw.col("after"),
        **_turns(nw.col("paying")),
    )


def _turns(turn: nw.Expr) -> dict[str, nw.Expr]:
    """What a row says of starting and stopping to pay, `turn` being 1, -1 or 0."""
    first = nw.col("day") == nw.col("first_day")
    return {
        "is_new": nw.when(turn == 1, first).then(1).otherwise(0).cast(nw.Int64),
        "came_back": nw.when(turn == 1, ~first).then(1).otherwise(0).cast(nw.Int64),
        "left": nw.when(turn == -1).then(1).otherwise(0).cast(nw.Int64),
        "last_leaving": nw.when(turn == -1).then(leaving_rank()).otherwise(0).cast(nw.Int64),
    }


def in_reporting(ledger: Ledger, rows: Frame, rates: Mapping[str, Rate]) -> Frame:
    """Rows of the ledger with `before_in` and `after_in`: what was and is paid, in the reporting currency."""
    amounts = {"before": "before_in", "after": "after_in"}
    return priced(rows, rates, ledger.reporting, ledger.engine, amounts)


def ends_of_chains(rows: Frame, start: nw.Expr, end: nw.Expr, *by: str) -> Frame:
    """Opening and closing of each account (and `by`) from its rows of one period, and what happened inside.

    The rows are `in_reporting`. Of an account in one currency the rows inside the period are enough; of others all
    rows in force at the opening are needed too, as a currency that does not move says nothing inside.
    """
    moves = nw.col("day") >= start
    first_move = nw.col("lone") & moves & (nw.col("since") < start)
    turn = nw.when(moves).then(nw.col("paying")).otherwise(0)

    def at_opening(before: str, after: str) -> nw.Expr:
        was = nw.when(first_move).then(nw.col(before)).when(~moves).then(nw.col(after))
        return was.otherwise(0).cast(nw.Int64)

    def at_closing(after: str) -> nw.Expr:
        return nw.when(nw.col("until") >= end).then(nw.col(after)).otherwise(0).cast(nw.Int64)

    return (
        rows.with_columns(
            own_opening=at_opening("before", "after"),
            own_closing=at_closing("after"),
            opening=at_opening("before_in", "after_in"),
            closing=at_closing("after_in"),
            **_turns(turn),
        )
        .group_by("account_id", *by)
        .agg(
            *[nw.col(c).sum().cast(nw.Int64) for c in ("opening", "closing", "own_opening", "own_closing")],
            *[nw.col(c).max().cast(nw.Int64) for c in ("is_new", "came_back", "left", "last_leaving")],
            first_day=nw.col("first_day").min(),
            # An account counts with the contracts where any of what it pays in the period comes from one.
            kept_by=nw.col("kept_by").min(),
        )
    )


def leaving_rank() -> nw.Expr:
    """Day and reason of a departure in one number: the largest is why the account left last."""
    rank = nw.lit(0)
    for name, place in WHY.items():
        rank = nw.when(nw.col("leaving_kind") == name).then(nw.lit(place)).otherwise(rank)
    return nw.col("day") * 8 + rank


def lines(ends: Frame, start: nw.Expr) -> Frame:
    """Positions from openings and closings: the one place where a line of the statement is decided."""
    # Whether it pays is asked of its own money: a forint a month is a paying account, and rounds to no euro cent.
    opened, closed = nw.col("own_opening") > 0, nw.col("own_closing") > 0
    grew, new, back = nw.col("closing") - nw.col("opening"), nw.col("is_new") == 1, nw.col("came_back") == 1
    line = (
        nw.when(opened, ~closed)
        .then(nw.lit("churned"))
        .when(opened, grew > 0)
        .then(nw.lit("expansion"))
        .when(opened, grew < 0)
        .then(nw.lit("contraction"))
        .when(opened)
        .then(nw.lit("unchanged"))
        .when(closed, new)
        .then(nw.lit("new"))
        .when(closed)
        .then(nw.lit("reactivated"))
        .when(new)
        .then(nw.lit("passed_through"))
        .when(back)
        .then(nw.lit("came_back_and_left"))
        .otherwise(nw.lit("none"))
    )
    joined = nw.col("first_day") >= start
    return ends.with_columns(
        line=line,
        interrupted=nw.when(opened, closed, nw.col("left") == 1).then(1).otherwise(0).cast(nw.Int64),
        leaving_kind=nw.when(opened, ~closed)
        .then(leaving_kind(nw.col("last_leaving") % 8))
        .otherwise(nw.lit(None, nw.String)),
        target=nw.when(joined).then(nw.col("first_day")).otherwise(start - 1).cast(nw.Int64),
    ).filter(nw.col("line") != "none")
