"""The facts of a book, as the ledger wants them."""

from datetime import UTC

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Frame
from keepwell.book.moment import Moment
from keepwell.ledger import facts as f
from keepwell.ledger.facts import Facts, shaped, versions
from keepwell.lib.days import NEVER, number

_NO_ATTRIBUTES = {
    "account_id",
    "known_at",
    "load",
    "gone",
    "parent_id",
    "merged_into",
    "merged_on",
}


def facts_of(moment: Moment) -> Facts:
    """What the ledger is posted from, as it was known at the moment."""
    accounts = moment.frame("accounts")
    blank = nw.col("excluded").is_null() | (nw.col("excluded") == "")
    merged = accounts.filter(~nw.col("merged_into").is_null(), nw.col("merged_into") != "")
    return Facts(
        subscriptions=_of(moment, "subscriptions", f.SUBSCRIPTIONS),
        purchases=_of(moment, "purchases", f.PURCHASES),
        invoices=_of(moment, "invoices", f.INVOICES),
        segments=_segments(moment),
        merges=merged.select(
            "account_id",
            survivor=nw.col("merged_into"),
            merged_day=nw.col("merged_on").fill_null(NEVER).cast(nw.Int64),
        ),
        excluded=accounts.filter(~blank).select("account_id", "excluded"),
    )


def _of(moment: Moment, name: str, schema: pa.Schema) -> Frame:
    """The rows of a table as the ledger wants them; of one that holds nothing, nothing is asked."""
    if not moment.has(name):
        return moment.engine.frame(schema.empty_table())
    rows = moment.frame(name)
    return shaped(rows.with_columns(day=nw.col("occurred_on")) if "day" in schema.names else rows, schema)


def _segments(moment: Moment) -> Frame:
    """Segments over time; only purchases are read by them."""
    if not moment.has("purchases"):
        return moment.engine.frame(f.SEGMENTS.empty_table())
    return versions(attributes_of(moment), "segment")


def attributes_of(moment: Moment) -> Frame:
    """Columns of accounts over time: account_id, known_on (company day number), and each column as text."""
    rows = moment.versions("accounts")
    names = [n for n in rows.collect_schema().names() if n not in _NO_ATTRIBUTES]
    moments = moment.engine.collect(rows.select("known_at").unique())["known_at"].to_pylist()
    zone = moment.settings.zone
    days = [number(at.replace(tzinfo=UTC).astimezone(zone).date()) for at in moments]
    calendar = moment.engine.frame(
        pa.table({"known_at": pa.array(moments, pa.timestamp("us")), "known_on": pa.array(days, pa.int64())})
    )
    # Of several versions of one day the last one holds at its end.
    daily = (
        rows.filter(~nw.col("gone"))
        .join(calendar, on="known_at", how="inner")
        .unique(subset=["account_id", "known_on"], keep="last", order_by=["known_at", "load"])
    )
    return daily.select("account_id", "known_on", *[nw.col(n).cast(nw.String()) for n in names])


def merger_pairs(moment: Moment) -> list[tuple[str, str]]:
    """Every pair of accounts that are or ever were merged: what happens to one changes the rows of the other."""
    rows = moment.versions("accounts").filter(~nw.col("merged_into").is_null())
    found = moment.engine.collect(rows.select("account_id", "merged_into").unique()).to_pylist()
    return [(r["account_id"], r["merged_into"]) for r in found if r["merged_into"]]


def countable(moment: Moment) -> Frame:
    """The ids of the accounts that figures can count: neither left out on purpose nor merged into another."""
    kept = [nw.col(name).is_null() | (nw.col(name) == "") for name in ("excluded", "merged_into")]
    return moment.frame("accounts").filter(*kept).select("account_id")
