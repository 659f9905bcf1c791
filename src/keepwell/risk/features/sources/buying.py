"""What a model of buying says of accounts that buy without a contract, learnt of all that was bought by then.

For each day a model of its own is learnt, and judged on the last 90 days before it: so what it says of a day depends
on nothing that came later, nor on which other days are asked about. Where none can be trusted there are no rows, and
nothing is known.
"""

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Frame
from keepwell.lib.days import from_number
from keepwell.risk.buying import Refused, learn, summarise_days
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then, purchases

AHEAD = 90
_NOTHING = pa.schema(
    [
        ("account_id", pa.string()),
        ("age", pa.int64()),
        ("alive", pa.float64()),
        ("purchases_ahead", pa.float64()),
        ("spend_ahead", pa.float64()),
    ]
)


def rows(then: Then) -> Frame:
    """One row an account: age (days since its first purchase), alive (the chance that it still buys), and what is
    to be expected of it in the next 90 days: purchases_ahead (days of buying) and spend_ahead (minor units)."""
    as_of = from_number(then.day)
    days = then.engine.persist(_days(then))
    model = learn(then.engine, days, as_of)
    if isinstance(model, Refused):
        return then.engine.frame(_NOTHING.empty_table())
    known = summarise_days(then.engine, days, as_of)
    said = {
        "account_id": pa.array(known.accounts, pa.string()),
        "age": known.age,
        "alive": model.alive(known),
        "purchases_ahead": model.expected(known, AHEAD),
        "spend_ahead": model.value(known, AHEAD, discount=0.0),
    }
    # What is not a number is not known: engines tell the two apart.
    columns = [pa.array(said[field.name], field.type, from_pandas=True) for field in _NOTHING]
    return then.engine.frame(pa.table(columns, schema=_NOTHING))


def _days(then: Then) -> Frame:
    """The days on which accounts without a contract bought, as the ledger has them, with what was spent."""
    assert then.ledger.cycles is not None  # of what comes with purchases
    bought = then.ledger.cycles.filter(nw.col("day") < then.day).select("account_id", "day")
    spent = purchases.rows(then).select("account_id", "spend", day=then.day - nw.col("age"))
    unpriced = nw.when(nw.col("spend").is_null()).then(1).otherwise(0)
    return bought.join(spent, on=["account_id", "day"], how="left").with_columns(unpriced=unpriced)


SOURCE = Source("purchases", rows)

ALIVE = Part("buying", nw.col("alive").max())
PURCHASES_AHEAD = Part("buying", nw.col("purchases_ahead").max())
SPEND_AHEAD = Part("buying", nw.col("spend_ahead").max())
