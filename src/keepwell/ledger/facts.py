"""What the ledger is posted from, as frames with exactly the columns it needs."""

from dataclasses import dataclass, replace

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Engine, Frame
from keepwell.lib.days import FOREVER, NEVER

_TEXT, _DAY, _MONEY = pa.string(), pa.int64(), pa.int64()

SUBSCRIPTIONS = pa.schema(
    [
        ("account_id", _TEXT),
        ("currency", _TEXT),
        ("mrr", _MONEY),
        ("started_on", _DAY),
        ("ended_on", _DAY),
        ("cancelled_on", _DAY),
        ("end_reason", _TEXT),
        ("renewal_on", _DAY),
    ]
)
PURCHASES = pa.schema([("account_id", _TEXT), ("day", _DAY), ("currency", _TEXT), ("amount", _MONEY)])
INVOICES = pa.schema([("account_id", _TEXT), ("due_on", _DAY), ("paid_on", _DAY), ("status", _TEXT)])
# An account's segment from `valid_from` to `valid_until` (not included), in days; the oldest is valid from NEVER.
SEGMENTS = pa.schema([("account_id", _TEXT), ("segment", _TEXT), ("valid_from", _DAY), ("valid_until", _DAY)])
MERGES = pa.schema([("account_id", _TEXT), ("survivor", _TEXT), ("merged_day", _DAY)])
EXCLUDED = pa.schema([("account_id", _TEXT), ("excluded", _TEXT)])


@dataclass(frozen=True)
class Facts:
    """Frames with the columns of the schemas above; days are numbers, money is in minor units."""

    subscriptions: Frame
    purchases: Frame
    invoices: Frame
    segments: Frame
    merges: Frame
    excluded: Frame

    @classmethod
    def none(cls, engine: Engine) -> "Facts":
        """No facts at all, to be replaced by those there are."""
        return cls(
            **{
                name: engine.frame(schema.empty_table())
                for name, schema in (
                    ("subscriptions", SUBSCRIPTIONS),
                    ("purchases", PURCHASES),
                    ("invoices", INVOICES),
                    ("segments", SEGMENTS),
                    ("merges", MERGES),
                    ("excluded", EXCLUDED),
                )
            }
        )

    def of(self, accounts: Frame, engine: Engine) -> "Facts":
        """The facts of these accounts only, found once. `accounts` has account_id."""
        return replace(
            self,
            **{
                name: engine.persist(getattr(self, name).join(accounts, on="account_id", how="semi"))
                for name in ("subscriptions", "purchases", "invoices")
            },
        )


def shaped(frame: Frame, schema: pa.Schema) -> Frame:
    """The frame with exactly the columns of `schema`; one that it lacks reads as missing."""
    present = set(frame.collect_schema().names())
    return frame.select(
        *[
            (nw.col(f.name) if f.name in present else nw.lit(None))
            .cast(nw.String() if f.type == pa.string() else nw.Int64())
            .alias(f.name)
            for f in schema
        ]
    )


def versions(frame: Frame, column: str) -> Frame:
    """Values of an account's attribute over time, from rows account_id, known_on (day), and the column.

    What is known first holds for all days before it too: a company that loads its accounts today wants last
    year's statement by segment. Returns the columns of SEGMENTS, the value as `segment`.
    """
    over = {"order_by": "known_on"}
    older = nw.col("known_on").shift(1).over("account_id", **over)
    newer = nw.col("known_on").shift(-1).over("account_id", **over)
    daily = frame.select("account_id", "known_on", nw.col(column).cast(nw.String).alias("segment"))
    return daily.with_columns(older=older, newer=newer).select(
        "account_id",
        "segment",
        valid_from=nw.when(nw.col("older").is_null())
        .then(nw.lit(NEVER))
        .otherwise(nw.col("known_on"))
        .cast(nw.Int64),
        valid_until=nw.col("newer").fill_null(FOREVER).cast(nw.Int64),
    )
