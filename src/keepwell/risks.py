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

from keepwell.lib.days import Period, add_months, number, parse_day
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from keepwell.book.book import Book
    from keepwell.book.engines import Engine, Frame
    from keepwell.ledger.ledger import Ledger
    from keepwell.risk.backtest import Backtest, Profit
    from keepwell.risk.causes.before import Before
    from keepwell.risk.causes.stated import Stated
    from keepwell.risk.causes.where import Leaving
    from keepwell.risk.drift import Drift
    from keepwell.risk.effects.effect import LearntEffect
    from keepwell.risk.effects.recording import Held, Recorded
    from keepwell.risk.health.checkup import CheckUp
    from keepwell.risk.health.judged import Judged
    from keepwell.risk.health.moving import Advice
    from keepwell.risk.health.results import Health
    from keepwell.risk.judging import Floats
    from keepwell.risk.keeping import KeptModel
    from keepwell.risk.observations import Observations
    from keepwell.risk.promotion import Retrained
    from keepwell.risk.said import Night, SaidJudged, Scores
    from keepwell.risk.trained import Trained
    from keepwell.risk.worth.assumptions import Assumptions
    from keepwell.risk.worth.judged import Acted
    from keepwell.risk.worth.worth import Way, Worth

Day = date | str
Progress = Callable[[int, int, str], None]  # steps done, steps in all, what is being done

HORIZON = 90  # days ahead for which a risk is said, unless asked otherwise
MONTHS = 36  # month-ends looked back at, unless asked otherwise
EFFECT_HORIZON = 180  # days in which an action shows, unless asked otherwise
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
        return self.observe(self._past_days(months, horizon), horizon=horizon)

    def _past_days(self, months: int, horizon: int) -> "list[date]":
        from keepwell.risk.observations import month_ends

        ends = month_ends(self.ledger, months + horizon // 28 + 1)
        if not (days := [day for day in ends if self._matured(day, horizon)]):
            raise self._too_short(horizon)
        return days[-months:]

    def _too_short(self, horizon: int) -> KeepwellError:
        from keepwell.risk.enough import NotEnough

        return NotEnough(
            _("There is no month's end yet of which it is known what became of the accounts."),
            seen=_("the ledger knows the days from {first} to before {covered}").format(
                first=self._first_day(), covered=self.covered
            ),
            ways=[
                _(
                    "Say up to which day the files hold everything: keepwell import TABLE FILE --complete-to DAY."
                ),
                _("Load a longer history, or ask for fewer days ahead than {days}: --horizon.").format(
                    days=horizon
                ),
                _("Until then go by the check-up, which needs no history: keepwell health show."),
            ],
        )

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
        assumed: "Callable[[str], Assumptions] | None" = None,
        *,
        budget: int | None = None,
        actions: Sequence[str] = (),
        horizon: int = HORIZON,
    ) -> "Worth":
        """What acting on each account is worth, and the list for a budget (minor units of the reporting currency).

        Of `actions` that the book has treatments and hold-outs of, the learnt effects are used, counted over the
        days that the risk is of, and each account gets the one that brings most; without any, what is assumed.
        `assumed` gives the assumptions of an action, of "" for any.
        """
        from keepwell.risk.worth.assumptions import assumptions
        from keepwell.risk.worth.gathering import lives_of
        from keepwell.risk.worth.worth import worth

        said = assumed or (lambda action: assumptions(action=action))
        scored = self.score(horizon=horizon)
        ways = self._ways(scored, actions, said, horizon)
        return worth(ways, lives_of(self.ledger), currency=self.ledger.reporting, budget=budget)

    def _ways(
        self,
        scored: "Scores",
        actions: Sequence[str],
        said: "Callable[[str], Assumptions]",
        horizon: int,
    ) -> "list[Way]":
        from keepwell.risk.effects.gathering import settled
        from keepwell.risk.worth.gathering import standing_of
        from keepwell.risk.worth.worth import Way

        moment = self.book.moment(self.engine)
        if not actions:
            return [Way(standing_of(scored, moment, self.ledger), said(""))]
        ways = []
        for action, learnt in self.effects(actions, horizon=horizon).items():
            standing = standing_of(scored, moment, self.ledger, effect=learnt.benefits_of(scored.obs))
            known = said(action).learnt(*learnt.off, learnt.said())
            ways.append(Way(standing, known, learnt.said(), settled(moment, action)[0]))
        return ways

    def worth_judged(
        self,
        assumed: "Assumptions | None" = None,
        *,
        months: int = MONTHS,
        horizon: int = HORIZON,
        seed: int = 0,
    ) -> "list[Acted]":
        """What acting by what would have been said in the past would have saved, by model, beside the baselines."""
        from keepwell.risk.worth.assumptions import assumptions
        from keepwell.risk.worth.gathering import lives_of
        from keepwell.risk.worth.judged import judged

        found = self.backtest(months=months, horizon=horizon, seed=seed)
        return judged(found, lives_of(self.ledger), assumed or assumptions(), currency=self.ledger.reporting)

    def effect(
        self,
        action: str,
        *,
        by: Literal["segment", "kind"] = "segment",
        horizon: int = EFFECT_HORIZON,
        seed: int = 0,
    ) -> "LearntEffect":
        """What an action did within `horizon` days, from its treatments and hold-outs, and on whom it works.

        Raises KeepwellError where nobody was held out: then there is no word of an effect.
        """
        return self.effects([action], by=by, horizon=horizon, seed=seed)[action]

    def effects(
        self,
        actions: Sequence[str],
        *,
        by: Literal["segment", "kind"] = "segment",
        horizon: int = EFFECT_HORIZON,
        seed: int = 0,
    ) -> "dict[str, LearntEffect]":
        """As `effect`, of several actions, in their order."""
        from keepwell.risk.effects.effect import learnt_effect
        from keepwell.risk.effects.gathering import trials_of

        trials = trials_of(
            self.book,
            self.engine,
            list(dict.fromkeys(actions)),
            horizon=horizon,
            by=by,
            seed=seed,
            progress=self._progress,
        )
        return {action: learnt_effect(trial, seed=seed) for action, trial in trials.items()}

    def actions(self) -> "list[Recorded]":
        """The actions that the book has treatments or hold-outs of."""
        from keepwell.risk.effects.recording import actions

        return actions(self.book.moment(self.engine))

    def hold_out(
        self, action: str, *, now: datetime, share: float | None = None, among: Sequence[str] = ()
    ) -> "Held":
        """Draw who is held out from an action for ever, and record it.

        It is drawn among all accounts that pay and are not known to leave, or those of them named in `among`: the
        ones you mean to act on, so that like is compared with like.
        """
        from keepwell.risk.effects.recording import hold_out, paying

        chosen = paying(self.book, self.engine, self.covered, among)
        return hold_out(self.book, self.engine, action, chosen, now=now, share=share)

    def held_out(self, action: str = "") -> list[dict[str, Any]]:
        """Who is held out from an action, or from any, and since when."""
        from keepwell.risk.effects.recording import held_out

        return held_out(self.book.moment(self.engine), action)

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
        return Health.of(self.observe([on]), checkup or self.checkup(), on, self.ledger.reporting)

    def judge_health(
        self, *, months: int = MONTHS, horizon: int = HORIZON, checkup: "CheckUp | None" = None
    ) -> "tuple[list[Judged], list[Advice]]":
        """The check-up beside the model, and beside silence and the base rate, on what happened; thresholds to move.

        Each month's model knew only what was known then. Where none could be learnt yet, months are left out for all
        alike; where there never was enough to learn one, the check-up stands beside silence alone.
        """
        from keepwell.risk.backtest import backtest
        from keepwell.risk.enough import NotEnough
        from keepwell.risk.health.judged import judge
        from keepwell.risk.health.moving import advise
        from keepwell.risk.health.standing import standing
        from keepwell.risk.models.silence import Silence

        asked, seen = checkup or self.checkup(), self.past(months=months, horizon=horizon)
        advice = advise(asked, seen)
        try:
            past = backtest(seen, progress=self._progress)
        except NotEnough:
            silence = Silence.fit(seen.where(seen.outcomes.matured)).chances(seen)
            return judge(seen, standing(asked, seen), {Silence.name: silence}), advice
        told = past.obs.where(past.said)
        ways = {name: past.chances[name][past.said] for name in ("model", "silence", "base_rate")}
        return judge(told, standing(asked, told), ways), advice

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
