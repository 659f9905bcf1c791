"""The people at an account, as they were known then."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then

DECIDING = ("executive", "manager")
DECIDING_ROLES = "champion|sponsor|decision|owner|head of|director|chief"


def rows(then: Then) -> Frame:
    """Contacts: here (1 or 0), age (days since one left, else missing), decides (1 or 0)."""
    left = nw.when(nw.col("left_on") < then.day).then(then.day - nw.col("left_on"))
    role = nw.col("role").fill_null("").str.to_lowercase().str.contains(DECIDING_ROLES)
    decides = nw.col("seniority").fill_null("").is_in(list(DECIDING)) | role
    return (
        then.standing("contacts")
        .select("account_id", age=left.cast(nw.Int64), decides=nw.when(decides).then(1).otherwise(0))
        .with_columns(here=nw.when(nw.col("age").is_null()).then(1).otherwise(0))
    )


SOURCE = Source("contacts", rows)

_DECIDES = nw.col("decides") == 1
HERE = Part("contacts", nw.col("here").sum().cast(nw.Int64))
LEFT_180 = Part("contacts", nw.when(nw.col("age") <= 180).then(1).otherwise(0).sum().cast(nw.Int64))
DECIDERS = Part("contacts", nw.when(_DECIDES).then(nw.col("here")).otherwise(0).sum().cast(nw.Int64))
DECIDERS_LEFT_180 = Part(
    "contacts", nw.when(_DECIDES, nw.col("age") <= 180).then(1).otherwise(0).sum().cast(nw.Int64)
)
