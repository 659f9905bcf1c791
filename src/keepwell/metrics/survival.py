"""How long accounts stay: Kaplan-Meier of the first stretch of paying, and whether groups differ.

The engine only counts: accounts by first day, departures by age. The curves are worked out from those counts.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import narwhals as nw

from keepwell.book.engines import Engine, Frame
from keepwell.lib.days import number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import Rate
from keepwell.lib.text import gettext as _
from keepwell.metrics.conversion import money_in, without_rate
from keepwell.metrics.curves import Curve, Life, Survival, curve_of, log_rank
from keepwell.metrics.cuts import NO_VALUE


def survival(
    rows: Frame,
    engine: Engine,
    *,
    covered: date,
    by: Frame | None = None,
    data_from: date | None = None,
    rates: Mapping[str, Rate] | None = None,
    reporting: str | None = None,
) -> Survival:
    """Curves of the ledger's `rows` as known before the day `covered`: one, or one for each value in `by`.

    An account's life is the days from its first paying day to its first departure. One that still pays is
    followed up to the last covered day and no further. One that first paid before `data_from` counts only from
    the age it had on that day, and only if it then still paid: others like it had left unseen. How many are
    left out for it is said in the answer. `by` has account_id and value; none is "(none)".

    With `reporting` (and `rates` for other currencies) there is a lifetime value for each group: its mean MRR
    over all days paid in the first stretch, times its mean life. An account's age at a change of price is not
    looked at.

    Raises KeepwellError where a row's currency has no rate.
    """
    end, start = number(covered), number(data_from) if data_from else number(date.min)
    known = _grouped(_first_stretches(rows.filter(nw.col("day") < end), engine), by)
    paid = _paid_days(known, start, end)
    lives, left_out = _lives(known, engine, start, end)
    money = _worth(paid, engine, rates or {}, reporting) if reporting else {}
    curves: list[Curve] = []
    for name, life in sorted(lives.items()):
        curves.append(curve_of(life, group=name if by is not None else None, worth=money.get(name)))
    test = log_rank([lives[name] for name in sorted(lives)]) if by is not None else None
    return Survival(tuple(curves), test, covered, left_out, reporting)


def _first_stretches(known: Frame, engine: Engine) -> Frame:
    """Rows up to each account's first departure: all there are, but for the few who came back."""
    returns = known.filter(nw.col("paying") == 1, nw.col("day") > nw.col("first_day"))
    back = engine.persist(returns.group_by("account_id").agg(back=nw.col("day").min()))
    return known.join(back, on="account_id", how="left").filter(
        nw.col("back").is_null() | (nw.col("day") < nw.col("back"))
    )


def _grouped(rows: Frame, by: Frame | None) -> Frame:
    if by is None:
        return rows.with_columns(group=nw.lit(""))
    values = by.select("account_id", nw.col("value").cast(nw.String).alias("value"))
    none = nw.col("value").is_null() | (nw.col("value") == "")
    return rows.join(values, on="account_id", how="left").with_columns(
        group=nw.when(none).then(nw.lit(NO_VALUE)).otherwise(nw.col("value"))
    )


def _one_if(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def _lives(known: Frame, engine: Engine, start: int, end: int) -> tuple[dict[str, Life], int]:
    """The counts of each group's lives, and how many accounts had no day on which they were watched."""
    turns = known.filter(nw.col("paying") != 0).with_columns(
        joined=_one_if(nw.col("paying") == 1),
        left=_one_if(nw.col("paying") == -1),
        unseen=_one_if((nw.col("paying") == -1) & (nw.col("day") <= start)),
        age=(nw.col("day") - nw.col("first_day")).cast(nw.Int64),
    )
    sums = [nw.col(c).sum().cast(nw.Int64) for c in ("joined", "left", "unseen")]
    lives: dict[str, Life] = defaultdict(Life)
    left_out = 0
    for found in engine.collect(turns.group_by("group", "first_day").agg(*sums)).to_pylist():
        life, staying = lives[found["group"]], found["joined"] - found["left"]
        late, last = start - found["first_day"], end - 1 - found["first_day"]
        left_out += found["unseen"]
        if last <= late:  # nothing of the data is known yet
            left_out += staying
            staying = 0
        # Someone who starts within the data is at risk from the first day on, the age of 0 included.
        life.entered[late if late > 0 else -1] += staying + found["left"] - found["unseen"]
        life.censored[last] += staying
    departures = turns.filter(nw.col("left") == 1, nw.col("unseen") == 0)
    counted = departures.group_by("group", "age").agg(nw.col("left").sum().cast(nw.Int64))
    for found in engine.collect(counted).to_pylist():
        lives[found["group"]].left[found["age"]] += found["left"]
    return {name: life.without_zeros() for name, life in lives.items() if life.size}, left_out


def _paid_days(known: Frame, start: int, end: int) -> Frame:
    """Rows with an amount, and on how many days of the first stretch and of the data it was paid."""
    since = nw.when(nw.col("day") > start).then(nw.col("day")).otherwise(nw.lit(start))
    until = nw.when(nw.col("until") < end).then(nw.col("until")).otherwise(nw.lit(end))
    within = known.filter(nw.col("after") > 0, nw.col("until") > start, nw.lit(start) < end)
    return within.with_columns(days=(until - since).cast(nw.Int64))


def _worth(paid: Frame, engine: Engine, rates: Mapping[str, Rate], reporting: str) -> dict[str, int]:
    """By group: MRR times days, minor units."""
    paid = paid.with_columns(
        worth=(money_in(rates, reporting) * nw.col("days")).cast(nw.Int64),
        unrated=without_rate(rates, reporting),
    )
    sums = [nw.col(c).sum().cast(nw.Int64) for c in ("worth", "unrated")]
    found = engine.collect(paid.group_by("group").agg(*sums)).to_pylist()
    if any(f["unrated"] for f in found):
        raise KeepwellError(
            _("Some of the ledger's currencies have no exchange rate."),
            ways=[_("Load the rates into {reporting} and ask again.").format(reporting=reporting)],
        )
    return {f["group"]: f["worth"] for f in found}
