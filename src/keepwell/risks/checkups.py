"""Asking the check-up: how accounts stand, and how well that foretold who left."""

from typing import TYPE_CHECKING

from keepwell.risks.asked import HORIZON, MONTHS, Asked, Day

if TYPE_CHECKING:
    from keepwell.risk.health.checkup import CheckUp
    from keepwell.risk.health.judged import Judged
    from keepwell.risk.health.moving import Advice
    from keepwell.risk.health.results import Health


class CheckUps(Asked):
    """How accounts stand, signal by signal, whether or not a model could be learnt."""

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
