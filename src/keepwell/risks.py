"""Who may leave, why and what to do, from Python: all that can be asked of a book about risk.

>>> import keepwell as kw                                       # doctest: +SKIP
>>> with kw.risks("~/keepwell") as risks:                       # doctest: +SKIP
...     risks.health().to_polars()
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from keepwell.lib.days import Period, number, parse_day
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from keepwell.book.book import Book
    from keepwell.book.engines import Engine, Frame
    from keepwell.ledger.ledger import Ledger
    from keepwell.risk.backtest import Backtest
    from keepwell.risk.causes.before import Before
    from keepwell.risk.causes.stated import Stated
    from keepwell.risk.causes.where import Leaving
    from keepwell.risk.drift import Drift
    from keepwell.risk.effects.effect import LearntEffect
    from keepwell.risk.health.checkup import CheckUp
    from keepwell.risk.health.judged import Judged
    from keepwell.risk.health.moving import Advice
    from keepwell.risk.health.results import Health
    from keepwell.risk.keeping import KeptModel
    from keepwell.risk.observations import Observations
    from keepwell.risk.promotion import Retrained
    from keepwell.risk.said import Night, SaidJudged, Scores
    from keepwell.risk.trained import Trained
    from keepwell.risk.worth.assumptions import Assumptions
    from keepwell.risk.worth.worth import Worth

Day = date | str
Progress = Callable[[int, int, str], None]  # steps done, steps in all, what is being done

HORIZON = 90  # days ahead for which a risk is said, unless asked otherwise
MONTHS = 36  # month-ends looked back at, unless asked otherwise
LOOK_BACK = 360  # days before leaving in which signals are looked for


class Risks:
    """Everything that can be asked of one book about leaving. Days are dates or text such as 2026-01-31."""

    def __init__(self, book: "Book", engine: "Engine", progress: Progress | None = None) -> None:
        from keepwell.ledger.opening import open_ledger

        self.book, self.engine, self._progress = book, engine, progress
        self.ledger: Ledger = open_ledger(book, engine)

    @property
    def covered(self) -> date:
        """The day before which everything is known."""
        return self.ledger.covered

    def observe(self, days: "Sequence[date]", *, horizon: int = HORIZON) -> "Observations":
        """Observations of every eligible account on each of the days."""
        from keepwell.risk.observations import observe

        return observe(self.book, self.engine, days, horizon=horizon, progress=self._progress)

    def past(self, *, months: int = MONTHS, horizon: int = HORIZON) -> "Observations":
        """Observations of the newest `months` month-ends of which it is known what became of them."""
        from keepwell.risk.observations import month_ends

        days = [
            day for day in month_ends(self.ledger, months + horizon // 28 + 1) if self._matured(day, horizon)
        ]
        return self.observe(days[-months:], horizon=horizon)

    def _matured(self, day: date, horizon: int) -> bool:
        return number(day) + horizon <= number(self.covered)

    # --- the model ------------------------------------------------------------------------------------------

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
        tops: Sequence[float] = (10, 0.05, 0.10),
        seed: int = 0,
    ) -> "Backtest":
        """What would have been said each past month by a model that knew only what was known then."""
        from keepwell.risk.backtest import backtest

        seen = self.past(months=months, horizon=horizon)
        return backtest(seen, seed=seed, tops=tops, progress=self._progress)

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

    def judge_said(self, *, horizon: int = HORIZON) -> "SaidJudged":
        """What was really said, beside what happened."""
        from keepwell.risk.said import judge_said

        return judge_said(self.book.moment(self.engine), self.ledger, horizon)

    def drift(self, *, horizon: int = HORIZON) -> "Drift":
        """How the company has changed since the model in use was learnt, and whether to learn again."""
        from keepwell.risk.drift import drift
        from keepwell.risk.observations import month_ends

        _number, trained = self._in_use(horizon)
        newest = [day for day in month_ends(self.ledger) if number(day) >= trained.learnt_until]
        seen = self.observe(newest or [self.covered], horizon=horizon)
        return drift(trained.profile, seen, trained.chances(seen))

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

    # --- worth and effects ----------------------------------------------------------------------------------

    def worth(
        self,
        assumed: "Assumptions | None" = None,
        *,
        budget: int | None = None,
        action: str = "",
        horizon: int = HORIZON,
    ) -> "Worth":
        """What acting on each account is worth, and the list for a budget (minor units of the reporting currency).

        With an `action` that the book has treatments and hold-outs of, its learnt effect is used; else what is
        assumed.
        """
        from keepwell.risk.worth.assumptions import assumptions
        from keepwell.risk.worth.gathering import lives_of, standing_of
        from keepwell.risk.worth.worth import worth

        scored, said = self.score(horizon=horizon), assumed or assumptions(action=action)
        learnt = self.effect(action) if action else None
        effect = None
        if learnt is not None:
            effect = learnt.benefits_of(scored.obs)
            said = said.learnt(*learnt.off, learnt.said())
        standing = standing_of(scored, self.book.moment(self.engine), self.ledger, effect=effect)
        return worth(
            standing,
            lives_of(self.ledger),
            said,
            currency=self.ledger.reporting,
            budget=budget,
            learnt=learnt.said() if learnt is not None else "",
        )

    def effect(
        self, action: str, *, by: Literal["segment", "kind"] = "segment", seed: int = 0
    ) -> "LearntEffect":
        """What an action did, from its treatments and hold-outs, and on whom it works.

        Raises KeepwellError where nobody was held out: then there is no word of an effect.
        """
        from keepwell.risk.effects.effect import learnt_effect
        from keepwell.risk.effects.gathering import trial_of

        trial = trial_of(self.book, self.engine, action, by=by, progress=self._progress)
        return learnt_effect(trial, seed=seed)

    # --- the check-up ---------------------------------------------------------------------------------------

    def checkup(self, text: str = "") -> "CheckUp":
        """The check-up that `text` says; without it the book's own, or the one that ships."""
        from keepwell.risk.features import all_features
        from keepwell.risk.health.checkup import default_text, read

        return read(text or self.book.settings.checkup or default_text(), all_features())

    def use_checkup(self, text: str) -> "CheckUp":
        """Make `text` the book's check-up from now on. Raises BadInput where it makes none."""
        checkup = self.checkup(text)
        self.book.change_settings(checkup=text)
        return checkup

    def health(self, day: Day | None = None, *, checkup: "CheckUp | None" = None) -> "Health":
        """How every account stands at the end of the day before `day`; by default the covered day."""
        from keepwell.risk.health.results import Health

        on = self._day(day)
        return Health.of(self.observe([on]), checkup or self.checkup(), on)

    def judge_health(
        self, *, months: int = MONTHS, horizon: int = HORIZON, checkup: "CheckUp | None" = None
    ) -> "tuple[list[Judged], list[Advice]]":
        """The check-up beside silence alone on what happened, and the thresholds to move."""
        from keepwell.risk.health.judged import judge
        from keepwell.risk.health.moving import advise
        from keepwell.risk.health.standing import standing
        from keepwell.risk.models.silence import Silence

        asked, seen = checkup or self.checkup(), self.past(months=months, horizon=horizon)
        silence = Silence.fit(seen.where(seen.outcomes.matured)).chances(seen)
        return judge(seen, standing(asked, seen), {Silence.name: silence}), advise(asked, seen)

    # --- causes ---------------------------------------------------------------------------------------------

    def leaving_by(self, by: str, period: Period | None = None, *, kinds: Sequence[str] = ()) -> "Leaving":
        """Where accounts leave; by default over all days covered."""
        from keepwell.risk.causes.where import OFFER, leaving_by

        offers = self._offers() if by == OFFER else None
        whole = period or Period(self._first_day(), self.covered)
        return leaving_by(self.ledger, by, whole, offers=offers, kinds=kinds)

    def before_leaving(self, *, months: int = MONTHS, segment: str | None = None) -> "Before":
        """Which signals move before leaving, and how many days before."""
        from keepwell.risk.causes.before import before_leaving

        return before_leaving(self.past(months=months, horizon=LOOK_BACK), segment=segment)

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

    def _first_day(self) -> date:
        import narwhals as nw

        from keepwell.lib.days import from_number

        first = self.engine.collect(self.ledger.rows.select(day=nw.col("day").min()))["day"].to_pylist()[0]
        return self.covered if first is None else from_number(first)

    def _day(self, day: Day | None) -> date:
        asked = parse_day(day) if isinstance(day, str) else day or self.covered
        if number(asked) > number(self.covered):
            raise KeepwellError(
                _("{day} has not come yet: everything is known only before {covered}.").format(
                    day=asked, covered=self.covered
                ),
                ways=[_("Ask for {covered} or an earlier day.").format(covered=self.covered)],
            )
        return asked

    def close(self) -> None:
        """Give the engine's memory and files back."""
        self.engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def risks(home: str | Path, *, engine: "str | Engine" = "duckdb", progress: Progress | None = None) -> Risks:
    """What can be asked about leaving of the book at `home`. Raises BadBook where there is none."""
    from keepwell.book.book import Book
    from keepwell.book.engines import engine_named

    book = Book.open(Path(home).expanduser() if "://" not in str(home) else str(home))
    return Risks(book, engine_named(engine) if isinstance(engine, str) else engine, progress)
