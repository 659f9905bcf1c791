"""How an account pays its bills."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.ledger.past_due import NOT_OWED
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then

REACH = 500


def rows(then: Then) -> Frame:
    """Invoices owed: age, late (days from due to paid, below 0 where paid early; of those past due and unpaid the
    days so far), owed (1 where past due and unpaid)."""
    status = nw.col("status").fill_null("").str.to_lowercase()
    found = then.frame("invoices", "issued_on", REACH).filter(~status.is_in(list(NOT_OWED)))
    paid = nw.col("paid_on") < then.day
    past = (nw.col("due_on") < then.day) & (nw.col("paid_on").is_null() | ~paid)
    return found.select(
        "account_id",
        "age",
        late=nw.when(paid)
        .then(nw.col("paid_on") - nw.col("due_on"))
        .otherwise(nw.when(past).then(then.day - nw.col("due_on"))),
        owed=nw.when(past).then(1).otherwise(0),
    )


SOURCE = Source("invoices", rows)

OWED = Part("invoices", nw.col("owed").sum().cast(nw.Int64))
LONGEST_OWED = Part("invoices", nw.when(nw.col("owed") == 1).then(nw.col("late")).max())


def late(newest: int, oldest: int) -> Part:
    """How many days late the invoices issued from `oldest` to `newest` days ago were paid, on average."""
    meant = (nw.col("age") > newest) & (nw.col("age") <= oldest)
    return Part("invoices", nw.when(meant).then(nw.col("late")).mean())
