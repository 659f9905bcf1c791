"""What worth is weighed from, out of the book: who stands where, what they cost to serve, how long others stayed."""

from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from keepwell.book.engines import Frame
from keepwell.book.moment import Moment
from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import from_number
from keepwell.metrics.conversion import money_in
from keepwell.metrics.curves import Curve
from keepwell.metrics.cuts import cut_by
from keepwell.metrics.survival import survival
from keepwell.risk.worth.ahead import Floats, Life, lives
from keepwell.risk.worth.profit import Standing

if TYPE_CHECKING:
    from keepwell.risk.said import Scores

_MONTHS = 3  # newest months over which the cost to serve is averaged
_DAYS = 31 * (_MONTHS + 1)


def standing_of(
    scores: "Scores", moment: Moment, ledger: Ledger, *, effect: Floats | None = None
) -> Standing:
    """The accounts that were scored on a day, with what it costs to serve them, as known by then."""
    seen = scores.obs
    serving = _serving(moment, ledger, int(seen.as_of[0]))
    return Standing(
        accounts=seen.accounts,
        risk=scores.chances,
        mrr=seen.mrr,
        age=np.nan_to_num(seen.column("tenure")).astype(np.int64),
        serving=np.array([serving.get(str(account), np.nan) for account in seen.accounts]),
        group=seen.segment,
        effect=effect,
    )


def lives_of(ledger: Ledger) -> dict[str, Life]:
    """How long accounts stay, by segment where a segment has enough history, and of the company as a whole."""

    def stayed(by: Frame | None) -> tuple[Curve, ...]:
        return survival(
            ledger.rows, ledger.engine, covered=ledger.covered, by=by, data_from=ledger.data_from
        ).curves

    (whole,) = stayed(None)
    if "segment" not in ledger.attribute_names:
        return lives((), whole)
    first = ledger.rows.filter(nw.col("kind") == "new", nw.col("paying") == 1)
    begun = first.select("account_id", target=nw.col("first_day"))
    by = cut_by(ledger, begun, "segment").select("account_id", value=nw.col("segment"))
    return lives(stayed(by), whole)


def _serving(moment: Moment, ledger: Ledger, day: int) -> dict[str, float]:
    """Cost to serve a month, minor units of the reporting currency, on average over the newest months known."""
    if not moment.has("costs"):
        return {}
    rows = moment.frame("costs").filter(nw.col("month") < day, nw.col("month") >= day - _DAYS)
    known = rows.with_columns(currency=nw.col("currency").fill_null(ledger.reporting))
    rates = ledger.rates(from_number(day - 1))
    cost = known.with_columns(cost=money_in(rates, ledger.reporting, "cost_to_serve"))
    each = cost.filter(~nw.col("cost").is_null()).group_by("account_id").agg(cost=nw.col("cost").mean())
    found = ledger.engine.collect(each)
    return dict(zip(found["account_id"].to_pylist(), map(float, found["cost"].to_pylist()), strict=True))
