"""Who sold to the account."""

import narwhals as nw

from keepwell.risk.features import Feature

FEATURE = Feature(
    name="salesperson",
    label="Salesperson",
    meaning="Who sold to the account.",
    unit="",
    direction=0,
    table="accounts",
    value=nw.col("salesperson"),
    categories=(),
)
