"""Asking why accounts leave: where, after which signals, and for which stated reasons."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from keepwell.lib.days import Period
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risks.asked import MONTHS, Asked

if TYPE_CHECKING:
    from keepwell.book.engines import Frame
    from keepwell.risk.causes.before import Before
    from keepwell.risk.causes.stated import Stated
    from keepwell.risk.causes.where import Leaving

LOOK_BACK = 360  # days before leaving in which signals are looked for


class Causes(Asked):
    """Why accounts left, as far as the past can tell."""

    def leaving_by(self, by: str, period: Period | None = None, *, kinds: Sequence[str] = ()) -> "Leaving":
        """Where accounts leave; by default over all days covered."""
        from keepwell.risk.causes.where import OFFER, leaving_by

        offers = self._offers() if by == OFFER else None
        first = self._first_day()
        if period is None and first >= self.covered:
            raise KeepwellError(
                _("Nobody pays before {covered}, up to which everything is known.").format(
                    covered=self.covered
                ),
                seen=_("the first day that anybody pays is {first}").format(first=first),
                ways=[
                    _(
                        "Say up to which day the files hold everything: keepwell import TABLE FILE --complete-to DAY."
                    )
                ],
            )
        whole = period or Period(first, self.covered)
        return leaving_by(self.ledger, by, whole, offers=offers, kinds=kinds)

    def before_leaving(self, *, months: int = MONTHS, segment: str | None = None) -> "Before":
        """Which signals move before leaving, and how many days before.

        Raises KeepwellError where too few left, or the book does not reach back far enough to look.
        """
        from keepwell.risk.causes.before import before_leaving
        from keepwell.risk.enough import NotEnough

        try:
            seen = self.past(months=months, horizon=LOOK_BACK)
        except NotEnough as why:
            raise NotEnough(
                _("The book does not reach back far enough to look at {days} days before leaving.").format(
                    days=LOOK_BACK
                ),
                seen=why.seen,
                ways=[_("Load a longer history.")],
            ) from None
        return before_leaving(seen, segment=segment)

    def stated_reasons(self, *, months: int = MONTHS) -> "list[Stated]":
        """What those who left said was the reason, beside how they behaved."""
        from keepwell.risk.causes.stated import stated_beside_behaviour

        moment = self.book.moment(self.engine)
        rows = (
            moment.frame("reasons").select("account_id", "left_on", "code") if moment.has("reasons") else None
        )
        found = self.engine.collect(rows).to_pylist() if rows is not None else []
        codes = {(row["account_id"], row["left_on"]): row["code"] for row in found}
        return stated_beside_behaviour(self.past(months=months), codes)

    def _offers(self) -> "Frame":
        """What each account first paid for: account_id, value. Raises KeepwellError where that was never said."""
        import narwhals as nw

        moment = self.book.moment(self.engine)
        if not moment.has("subscriptions"):
            raise KeepwellError(
                _("The book has no subscriptions, so it cannot be told which offer an account began with."),
                ways=[_("Ask by another column: --by salesperson.")],
            )
        paid = moment.frame("subscriptions").filter(nw.col("mrr") > 0, ~nw.col("product").is_null())
        first = paid.unique(subset=["account_id"], keep="first", order_by=["started_on", "subscription_id"])
        return first.select("account_id", value=nw.col("product"))
