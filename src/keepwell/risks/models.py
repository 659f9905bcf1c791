"""Asking models: learn them, score by them, and judge them by what happened."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from keepwell.lib.days import add_months, number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risks.asked import HORIZON, MONTHS, Asked, Day

if TYPE_CHECKING:
    import pyarrow as pa

    from keepwell.risk.backtest import Backtest, Profit
    from keepwell.risk.drift import Drift
    from keepwell.risk.judging import Floats
    from keepwell.risk.keeping import KeptModel
    from keepwell.risk.observations import Observations
    from keepwell.risk.promotion import Retrained
    from keepwell.risk.said import Night, SaidJudged, Scores
    from keepwell.risk.trained import Trained


class Models(Asked):
    """Who may leave, by models that learnt of the past."""

    def train(
        self, *, now: datetime, months: int = MONTHS, horizon: int = HORIZON, seed: int = 0
    ) -> "Retrained":
        """Learn a model from the past and keep it; it is put to use if it is the first, or wins on the newest slice.

        Raises `keepwell.risk.enough.NotEnough` where the past cannot carry one.
        """
        from keepwell.risk.promotion import retrain

        moment = self.book.moment(self.engine)
        seen = self.past(months=months, horizon=horizon)
        return retrain(self.book, self.engine, seen, moment=moment, now=now, seed=seed)

    def backtest(
        self,
        *,
        months: int = MONTHS,
        horizon: int = HORIZON,
        month: Day | None = None,
        tops: Sequence[float] = (10, 0.05, 0.10),
        seed: int = 0,
    ) -> "Backtest":
        """What would have been said each past month by a model that knew only what was known then.

        With `month` (any day of one) only at that month's end, by what the `months` month-ends up to it had taught.
        """
        from keepwell.risk.backtest import backtest

        if month is not None:
            return self._backtest_of(self._day(month), months, horizon, tops, seed)
        seen = self.past(months=months, horizon=horizon)
        return backtest(seen, seed=seed, tops=tops, profit=self._earning(), progress=self._progress)

    def _earning(self) -> "Profit | None":
        """What acting would have earned under the usual assumptions; None where too few have a past to weigh."""
        from keepwell.risk.worth.assumptions import assumptions
        from keepwell.risk.worth.gathering import lives_of
        from keepwell.risk.worth.judged import earning

        try:
            return earning(lives_of(self.ledger), assumptions(), currency=self.ledger.reporting)
        except KeepwellError:
            return None

    def said_then(self, months: int) -> "tuple[Observations, Floats]":
        """The newest `months` month-ends and what the model in use would have said at them: quick, no judge of it."""
        from keepwell.risk.looking_back import said_of

        return said_of(self._in_use(HORIZON)[1], self._past_days(MONTHS, HORIZON), months, self.observe)

    def _backtest_of(
        self, day: date, months: int, horizon: int, tops: Sequence[float], seed: int
    ) -> "Backtest":
        from keepwell.risk.backtest import backtest
        from keepwell.risk.observations import month_ends

        end = add_months(day.replace(day=1), 1)
        ends = month_ends(self.ledger, most=10**6)
        if end not in ends or not self._matured(end, horizon):
            raise KeepwellError(
                _("The end of {month:%Y-%m} cannot be looked back at.").format(month=day),
                seen=_(
                    "known are month-ends from {first:%Y-%m} on, and what came of them until {covered}"
                ).format(first=ends[0] if ends else self.covered, covered=self.covered),
                ways=[_("Choose a month of which {days} days have passed since.").format(days=horizon)],
            )
        before = [one for one in ends if one <= end][-months:]
        return backtest(
            self.observe(before, horizon=horizon),
            seed=seed,
            tops=tops,
            profit=self._earning(),
            only=[end],
            progress=self._progress,
        )

    def models(self) -> "list[KeptModel]":
        """Every model ever learnt, oldest first, and which is in use."""
        from keepwell.risk.keeping import kept_models

        return kept_models(self.book.moment(self.engine))

    def use_model(self, number: int, *, now: datetime, why: str) -> "KeptModel":
        """Let scores come from that model from now on: how one goes back."""
        from keepwell.risk.keeping import use

        return use(self.book, self.engine, number, now=now, why=why)

    def score(self, day: Day | None = None, *, horizon: int = HORIZON) -> "Scores":
        """The chance of leaving of every account, its interval, coverage and reasons, by the model in use."""
        from keepwell.risk.said import scores

        _number, trained = self._in_use(horizon)
        seen = self.observe([self._day(day)], horizon=horizon)
        return scores(trained, seen)

    def say(self, scored: "Scores", *, now: datetime) -> "Night":
        """Freeze what `score` gave as said, to be judged later; a day already said stays as it was said."""
        from keepwell.risk.said import say

        model, _trained = self._in_use(scored.obs.outcomes.horizon)
        return say(self.book, self.engine, scored, model=model, now=now)

    def said_of(self, account: str, *, horizon: int = HORIZON) -> "list[dict[str, Any]]":
        """All that was ever said of an account, oldest first."""
        from keepwell.risk.said import said_of

        return said_of(self.book.moment(self.engine), account, horizon)

    def said_since(self, since: date, *, horizon: int = HORIZON) -> "pa.Table":
        """What was ever said on a day and since: account_id, as_of, chance, by account and oldest first."""
        from keepwell.risk.said import said_since

        return said_since(self.book.moment(self.engine), since, horizon)

    def judge_said(self, *, horizon: int = HORIZON) -> "SaidJudged":
        """What was really said, beside what happened."""
        from keepwell.risk.said import judge_said

        return judge_said(self.book.moment(self.engine), self.ledger, horizon)

    def drift(self, *, horizon: int = HORIZON) -> "Drift":
        """How the company has changed since the model in use was learnt, and whether to learn again.

        Month-ends are held against month-ends; the newest day there is stands in only where no month ended since.
        """
        from keepwell.risk.drift import drift
        from keepwell.risk.observations import month_ends

        _number, trained = self._in_use(horizon)
        ends = month_ends(self.ledger)
        judged = [day for day in ends if number(day) >= trained.learnt_until]
        later = [day for day in ends if number(day) > trained.learnt_until - horizon]
        seen = self.observe(judged or later[-1:] or [self.covered], horizon=horizon)
        known = [number(day) + horizon for day in ends if self._matured(day, horizon)]
        found = drift(trained.profile, seen, trained.chances(seen))
        return replace(found, newer=max(known, default=0) > trained.learnt_until)

    def _in_use(self, horizon: int) -> "tuple[int, Trained]":
        from keepwell.risk.keeping import in_use, stored_model

        moment = self.book.moment(self.engine)
        kept = in_use(moment, horizon)
        if kept is None:
            raise KeepwellError(
                _("There is no model yet for leaving within {days} days.").format(days=horizon),
                ways=[
                    _("Learn one: keepwell risk train."),
                    _("Or go by the check-up, which needs no history: keepwell health show."),
                ],
            )
        return kept.number, stored_model(moment, kept.number)
