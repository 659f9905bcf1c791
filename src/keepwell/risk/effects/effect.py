"""What an action does: on average, whom it helps, and how far either can be trusted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from keepwell.lib.text import gettext as _
from keepwell.risk.effects.difference import Difference, differences
from keepwell.risk.effects.gathering import known_of
from keepwell.risk.effects.learners import ON_RISK, Effect, Learner, learners, out_of_fold, response
from keepwell.risk.effects.qini import Curve, Ranking
from keepwell.risk.effects.trial import RISK, Trial
from keepwell.risk.judging import DRAWS, Estimate, Floats, Measure, estimates
from keepwell.risk.observations import Observations

RESPONSE, RANDOM = "response", "random"
TOPS = (0.1, 0.2, 0.3)
_SPREAD = 0.3  # share acted on first, over which learnt benefits are held against what happened


@dataclass(frozen=True)
class Ranked:
    """An order in which accounts may be acted on, judged on accounts it was not learnt from.

    qini: the coefficient. over_response: by how much it passes the response model's (risk's), on the same draws.
    benefit: among the first 10, 20 and 30%, in chance points. curve: for the picture.
    """

    name: str
    qini: Estimate
    over_response: Estimate
    benefit: Mapping[float, Estimate]
    curve: Curve

    def to_json(self) -> dict[str, Any]:
        """As plain values; the curve in 101 points."""
        share = np.linspace(0, 1, 101)
        return {
            "name": self.name,
            "qini": asdict(self.qini),
            "over_response": asdict(self.over_response),
            "benefit": {f"{top:.0%}": asdict(found) for top, found in self.benefit.items()},
            "curve": {
                "share": share.tolist(),
                "gain": np.interp(share, self.curve.share, self.curve.gain).tolist(),
            },
        }


@dataclass(frozen=True)
class LearntEffect:
    """What an action did in a trial, and what it would do on other accounts.

    differences: first that of all, then by kind of account. rankings: the learnt ones, then response and random.
    best: the way that benefits are learnt by: on risk where that is known, unless another is better beyond chance;
    else that with the highest Qini coefficient. off: by how much (times, low and high) its benefits may be off, from
    what happened among the 30% it puts first. ways: the ways of learning that were tried.
    """

    trial: Trial
    differences: list[Difference]
    rankings: list[Ranked]
    best: str
    off: tuple[float, float]
    learn: Effect
    ways: Mapping[str, Learner]

    @property
    def speaks(self) -> bool:
        """Whether it is shown that acting on some helps more than on others."""
        return self._ranked(self.best).qini.above_zero

    def benefits(self, values: Floats) -> Floats:
        """The benefit of acting on accounts, in chance points; below 0 where it harms. (n, f) values as the trial's.

        What is learnt on risk departs from risk only as far as the trial shows. Without risk, and where it is not
        shown whom it helps, all have that of all.
        """
        if self.speaks or self.best == ON_RISK:
            return self.learn(values)
        return np.full(len(values), self.differences[0].benefit.value or 0.0)

    def benefits_of(self, seen: Observations) -> Floats:
        """`benefits` of accounts observed on any day, the newest included."""
        return self.benefits(known_of(seen, self.trial))

    def rows(self) -> list[dict[str, Any]]:
        """One row a kind of account: both arms' shares and the benefit with its interval."""
        return [
            {
                "group": one.group or _("all"),
                "treated": one.treated.accounts,
                "held_out": one.held_out.accounts,
                "treated_share": one.treated.share,
                "held_out_share": one.held_out.share,
                "benefit": one.benefit.value,
                "low": one.benefit.low,
                "high": one.benefit.high,
                "small": one.small,
            }
            for one in self.differences
        ]

    def to_json(self) -> dict[str, Any]:
        """action, outcome, differences, rankings, best, speaks, off and notes, as plain values."""
        return {
            "action": self.trial.action,
            "outcome": self.trial.outcome,
            "wished": self.trial.wished,
            "differences": [asdict(one) for one in self.differences],
            "rankings": [one.to_json() for one in self.rankings],
            "best": self.best,
            "speaks": self.speaks,
            "off": list(self.off),
            "notes": self.notes(),
        }

    def said(self) -> str:
        """Where the effect comes from, in words, for what is built on it."""
        whole = self.differences[0]
        return _("{action}: {treated:,} accounts treated, {held_out:,} held out").format(
            action=self.trial.action, treated=whole.treated.accounts, held_out=whole.held_out.accounts
        )

    def notes(self) -> list[str]:
        """What must be said beside the figures."""
        whole, best = self.differences[0].benefit, self._ranked(self.best)
        found = []
        if whole.above_zero:
            found.append(_("On average it helps."))
        elif whole.below_zero:
            found.append(_("On average it harms."))
        else:
            found.append(_("On average no effect is shown: the interval holds 0."))
        if not self.speaks:
            found.append(_("Whom it helps more than others is not shown; that takes more held-out accounts."))
            found.append(
                _(
                    "Until then each is taken to gain about the average, in proportion to its risk where known."
                )
            )
        elif best.over_response.above_zero:
            found.append(_("Whom to treat is learnt, and better than treating those at risk."))
        else:
            found.append(
                _("Whom to treat is learnt; that it is better than treating those at risk is not shown.")
            )
        found.append(
            _("Each order is judged on accounts it was not learnt from; the best of several flatters itself.")
        )
        if self.trial.contaminated:
            found.append(
                _("{n} accounts were both held out and treated; only their first arm counts.").format(
                    n=self.trial.contaminated
                )
            )
        if self.trial.unobserved:
            found.append(
                _(
                    "{n} treatments of accounts that did not pay then or had given notice are in neither arm."
                ).format(n=self.trial.unobserved)
            )
        return found

    def _ranked(self, name: str) -> Ranked:
        return next(one for one in self.rankings if one.name == name)


def learnt_effect(
    trial: Trial,
    *,
    beside: Mapping[str, Floats] | None = None,
    by: Mapping[str, Learner] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> LearntEffect:
    """Learn what an action does from a trial, the difference first.

    `by` are the ways of learning (default all); `beside` are other orders of the trial's rows to be judged with them,
    such as risk as it was said then. Intervals come from drawing accounts, with the orders as they are. Raises
    KeepwellError where an arm is missing or too small: without held-out accounts there is no word of an effect.
    """
    kept = ~np.isnan(trial.happened)
    trial = trial.needed()
    risk_known = any(column.name == RISK for column in trial.columns)
    ways = dict(learners(risk_known=risk_known) if by is None else by)
    scores = {name: out_of_fold(trial, learner, seed) for name, learner in ways.items()}
    others = {name: order[kept] for name, order in (beside or {}).items()}
    others[RESPONSE] = out_of_fold(trial, response, seed)
    others[RANDOM] = np.random.default_rng(seed).random(len(trial))
    ranked = _judged(trial, scores | others, draws=draws, seed=seed)
    better = {ON_RISK, *_better(trial, scores, draws=draws, seed=seed)} if ON_RISK in ways else set(ways)
    best = max((one for one in ranked if one.name in better), key=_height)
    return LearntEffect(
        trial=trial,
        differences=differences(trial),
        rankings=ranked,
        best=best.name,
        off=_off(scores[best.name], best.benefit[_SPREAD]),
        learn=ways[best.name](trial, seed),
        ways=ways,
    )


def _better(trial: Trial, scores: Mapping[str, Floats], *, draws: int, seed: int) -> list[str]:
    """The ways that order accounts better than what is learnt on risk, beyond chance."""
    orders = {name: Ranking(trial, order) for name, order in scores.items()}
    on_risk = orders.pop(ON_RISK)
    gaps = {name: _gap(order.coefficient, on_risk.coefficient) for name, order in orders.items()}
    found = estimates(gaps, trial.entries, draws=draws, seed=seed)
    return [name for name, gap in found.items() if gap.above_zero]


def _height(one: "Ranked") -> float:
    """A ranking's Qini, the lowest of all where it has none; 0 is that of one that sees no difference."""
    return -np.inf if one.qini.value is None else one.qini.value


def _judged(trial: Trial, scores: Mapping[str, Floats], *, draws: int, seed: int) -> list[Ranked]:
    orders = {name: Ranking(trial, order) for name, order in scores.items()}
    measures: dict[str, Measure] = {}
    for name, order in orders.items():
        measures[name] = order.coefficient
        measures |= {f"{name} {top}": order.benefit_at(top) for top in TOPS}
        measures[f"{name} over"] = _gap(order.coefficient, orders[RESPONSE].coefficient)
    found = estimates(measures, trial.entries, draws=draws, seed=seed)
    return [
        Ranked(
            name,
            found[name],
            found[f"{name} over"],
            {top: found[f"{name} {top}"] for top in TOPS},
            order.curve(),
        )
        for name, order in orders.items()
    ]


def _gap(ours: Measure, theirs: Measure) -> Measure:
    def measure(weights: Floats) -> float | None:
        here, there = ours(weights), theirs(weights)
        return None if here is None or there is None else here - there

    return measure


def _off(benefits: Floats, happened: Estimate) -> tuple[float, float]:
    """How far, in times, what happened among those put first may lie from what was learnt of them."""
    first = benefits[np.argsort(-benefits, kind="stable")[: max(1, round(_SPREAD * len(benefits)))]].mean()
    if not first > 0 or happened.low is None or happened.high is None:
        return 0.0, 2.0
    return max(0.0, min(1.0, happened.low / first)), max(1.0, happened.high / first)
