"""Asking what to do: what acting is worth, and what it did."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from keepwell.risks.asked import HORIZON, MONTHS
from keepwell.risks.models import Models

if TYPE_CHECKING:
    from collections.abc import Callable

    from keepwell.risk.effects.effect import LearntEffect
    from keepwell.risk.effects.recording import Held, Recorded
    from keepwell.risk.said import Scores
    from keepwell.risk.worth.assumptions import Assumptions
    from keepwell.risk.worth.judged import Acted
    from keepwell.risk.worth.worth import Way, Worth

EFFECT_HORIZON = 180  # days in which an action shows, unless asked otherwise


class Acting(Models):
    """On whom to act, by which action, and whether it helps."""

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
        self, action: str, *, now: datetime, share: float | None = None, among: Sequence[str] | None = None
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
