"""What one row of the ledger is.

A row says: from `day` on, the account pays `after` in `currency`, where it paid `before`. There is one row for
each account, currency and day on which that amount differs from the day before, and one for each account and day
on which the account as a whole starts or stops paying. Rows of one account and currency form a chain
without holes: `until` is the day of the next row (FOREVER for the last), `since` the day of the one before (NEVER
for the first). So the balance at any day D (the state at the end of the day before) is the `after` of the rows
with day < D <= until: found by a filter, with no sorting and no grouping.
"""

import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("account_id", pa.string()),
        ("currency", pa.string()),
        ("day", pa.int64()),  # day number on which the amount first differs
        ("until", pa.int64()),  # day of this account and currency's next row, else FOREVER
        ("since", pa.int64()),  # day of this account and currency's row before, else NEVER
        ("before", pa.int64()),  # minor units a month, up to the day before
        ("after", pa.int64()),  # minor units a month, from the day on
        ("kind", pa.string()),  # what it is for the account: one of KINDS
        (
            "paying",
            pa.int64(),
        ),  # +1 the account starts paying, -1 it stops, 0; on one row of an account's day
        ("first_day", pa.int64()),  # day number of the account's first paying day
        ("lone", pa.bool_()),  # whether the account only ever pays in this one currency
        ("leaving_kind", pa.string()),  # on churn rows one of LEAVING_KINDS, else missing
        ("kept_by", pa.string()),  # "contract" or "irregular": what the account's MRR comes from on this row
    ]
)

# By what it does to the account as a whole on that day. A change of currency is a contraction and an expansion.
KINDS = ("new", "reactivation", "expansion", "contraction", "churn")

# What MRR comes from. An account with both counts with the first.
KEPT_BY = ("contract", "irregular")

LEAVING_KINDS = ("by_choice", "failed_payment", "lapse", "closed_or_merged", "unknown")

# A stored row also bears the number of the posting that wrote it.
POSTING = pa.field("posting", pa.int64())
