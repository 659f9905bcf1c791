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

from collections.abc import Mapping
from dataclasses import dataclass, replace

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.book.engines import Frame
from keepwell.lib.money import Rate
from keepwell.risk.differing import Column, Words, encoded
from keepwell.risk.features.sources import Then
from keepwell.risk.tallies import Found, Tallies, Tally

_LARGEST = 2**61
ATTRIBUTES = ("segment", "salesperson", "channel", "country", "industry", "language")


@dataclass(frozen=True)
class Roster:
    """The accounts observed, in order, each with its place from 0 on.

    accounts: their ids. kind: what their MRR comes from. columns: the numbers of the base, by name.
    """

    accounts: pa.Array
    kind: pa.DictionaryArray
    columns: Mapping[str, Found]

    def __len__(self) -> int:
        return len(self.accounts)

    def places(self, then: Then) -> Frame:
        """account_id and place."""
        places = pa.array(np.arange(len(self), dtype=np.int32))
        return then.engine.frame(pa.table({"account_id": self.accounts, "place": places}))


def roster(then: Then) -> Roster:
    """Who is observed, with the numbers that the ledger has of them."""
    found = _today(then)
    return replace(found, columns={**found.columns, **_before(then, found)})


def _today(then: Then) -> Roster:
    """Who is observed, with what they pay today and since when they are customers."""
    paying = _paying(then)
    accounts = paying["account_id"].combine_chunks()
    begins = np.ones(len(accounts), bool)
    if len(accounts):
        begins[1:] = np.asarray(pc.not_equal(accounts[1:], accounts[:-1]))
    place, starts = np.cumsum(begins) - 1, np.flatnonzero(begins)
    n = len(starts)
    irregular = np.zeros(n, np.int8)
    np.maximum.at(irregular, place, paying["irregular"].to_numpy())
    first = np.full(n, then.day, np.int64)
    np.minimum.at(first, place, paying["first_day"].to_numpy())
    paid = _paid(then.ledger.reporting, then.rates, paying)
    columns = {
        # Whole numbers below 2**53 are exact in a double.
        "mrr": Found(np.bincount(place, paid.to_numpy(), n).astype(np.int64)),
        "tenure": Found(then.day - first),
    }
    kind = pa.DictionaryArray.from_arrays(irregular, ["contract", "irregular"])
    return Roster(accounts.take(pa.array(starts)), kind, columns)


def attributes(then: Then, roster: Roster) -> Mapping[str, pa.Array]:
    """The attributes of the accounts observed, in their order, as texts that are kept once each."""
    known = then.moment.frame("accounts").select("account_id", *ATTRIBUTES)
    rows = known.join(roster.places(then), on="account_id", how="inner").drop("account_id")
    words = {name: Words() for name in ATTRIBUTES}
    numbers = {name: np.full(len(roster), -1, np.int32) for name in ATTRIBUTES}
    for batch in then.engine.batches(rows):
        place = batch["place"].to_numpy()
        for name in ATTRIBUTES:
            numbers[name][place] = words[name].of(encoded(batch[name]))
    return {
        name: pa.DictionaryArray.from_arrays(
            pa.array(numbers[name], mask=numbers[name] < 0), pa.array(list(words[name].numbers), pa.string())
        )
        for name in ATTRIBUTES
    }


def _paying(then: Then) -> pa.Table:
    """What accounts pay on the day, a row for each currency, in order of account; without those that are leaving."""
    day, ledger = then.day, then.ledger
    irregular = nw.when(nw.col("after") > 0, nw.col("kept_by") == "irregular").then(1).otherwise(0)
    rows = ledger.rows.filter(_held(day), nw.col("after") != 0).select(
        "account_id",
        "currency",
        "after",
        irregular=irregular.cast(nw.Int8),
        first_day=nw.col("first_day").cast(nw.Int64),
    )
    leaving = ledger.known_leavers().filter(nw.col("day") < day, nw.col("until") >= day)
    rows = rows.join(leaving.select("account_id").unique(), on="account_id", how="anti")
    return then.engine.collect(rows).sort_by("account_id")


def _before(then: Then, roster: Roster) -> dict[str, Found]:
    """What the accounts paid before, and since when they pay."""
    day, ledger, rates = then.day, then.ledger, then.rates
    starts, ago = nw.col("paying") == 1, (day - nw.col("day")).cast(nw.Int32)
    rows = (
        ledger.rows.filter(nw.col("day") < day, starts | (nw.col("until") >= day - 365))
        # Not an inner join: of that an engine may keep the rows in memory, and not the places, which are fewer.
        .join(roster.places(then), on="account_id", how="left")
        .select(
            "place",
            "currency",
            "after",
            age=ago,
            started=nw.when(starts).then(ago),
            **{
                f"held_{days}": nw.when(_held(day - days)).then(1).otherwise(0).cast(nw.Int8)
                for days in (90, 365)
            },
        )
    )
    tallies = Tallies(_BEFORE, len(roster))
    for batch in then.engine.batches(rows):
        tallies.add(batch.append_column("paid", _paid(ledger.reporting, rates, batch)))
    return {name: Found(found.values.round().astype(np.int64)) for name, found in tallies.found()}


_BEFORE = {
    "mrr_90": Tally("sum", "paid", where="held_90"),
    "mrr_365": Tally("sum", "paid", where="held_365"),
    "stay": Tally("least", "started"),
    "spell": Tally("known", "started"),
}


def _paid(reporting: str, rates: Mapping[str, Rate], rows: pa.RecordBatch | pa.Table) -> pa.Array:
    """What rows of the ledger say was paid, in minor units of the reporting currency.

    The same as `money_in`, whose expression would cost the engine more to plan than most companies have rows.
    """
    coded = encoded(rows["currency"])
    currency, paid = np.asarray(coded.indices), rows["after"].to_numpy().copy()
    for place, code in enumerate(coded.dictionary.to_pylist()):
        if code != reporting:
            here = currency == place
            paid[here] = _converted(paid[here], rates[code])
    return pa.array(paid)


def _converted(amounts: Column, rate: Rate) -> Column:
    """As `Rate.convert` does it, rounded half-even."""
    if np.abs(amounts).max(initial=0) > _LARGEST // rate.num or rate.den > _LARGEST:
        return np.array([rate.convert(int(amount)) for amount in amounts], np.int64)
    whole, rest = np.divmod(amounts * rate.num, rate.den)
    half = 2 * rest - rate.den
    rounded: Column = whole + ((half > 0) | ((half == 0) & (whole % 2 == 1)))
    return rounded


def _held(day: int) -> nw.Expr:
    """Whether a row of the ledger says what was paid at a day."""
    return (nw.col("day") < day) & (nw.col("until") >= day)
