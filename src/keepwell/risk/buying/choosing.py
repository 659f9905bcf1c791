"""Which model of buying to use, if any: fitted on what was known, judged on what came after, refused if it fails."""

from datetime import date, timedelta

import numpy as np

from keepwell.book.engines import Engine, Frame
from keepwell.lib.text import gettext as _
from keepwell.risk.buying.fitting import Fit, fit
from keepwell.risk.buying.gamma_gamma import fit_spend
from keepwell.risk.buying.judged import Judged, judged, why_no_better
from keepwell.risk.buying.model import BG_NBD, MBG_NBD, PARETO_NBD, BuyingModel, Family, mbg_cnbd
from keepwell.risk.buying.refused import Refused
from keepwell.risk.buying.summaries import Floats, Groups, Held, Summaries, hold_back_days, summarise_days

_FEWEST = 100  # accounts that bought again, to learn how buyers differ
_EVERYONE = 0.99  # mean chance of being alive, of those of whom it is learnt, above which it says nothing
_MOST_REGULAR = 12
_ENOUGH = 20_000  # accounts show how regular all are
_LEARNT = 50_000  # accounts a model is learnt from: more change its third digit at most
_SLACK = 1.01  # of the smallest later error: models as close as this are told apart by their likelihood
_EVER_TRIED: tuple[Family, ...] = (BG_NBD, MBG_NBD, PARETO_NBD)
PLAIN_RATE, NOTHING = "plain_rate", "nothing"


def learn(engine: Engine, days: Frame, as_of: date, *, judge_days: int = 90) -> BuyingModel | Refused:
    """The best model of what was bought before `as_of`, judged on the last `judge_days` before it.

    `days` as `summarise_days` takes them, as they were known by the end of the day before `as_of`. Of many accounts
    an even part is learnt from.
    """
    held = hold_back_days(engine, days, as_of - timedelta(days=judge_days), as_of)
    return fit_best(summarise_days(engine, days, as_of).sample(_LEARNT), held.sample(_LEARNT))


def fit_best(summaries: Summaries, held: Held) -> BuyingModel | Refused:
    """The model to use for these accounts, or why there is none.

    Each model is fitted twice: on `held`, an earlier state of the same purchases, to be judged by what came after it,
    and then on `summaries`. It is refused where either fit collapses or the first does not beat the plain rate. Of
    those left the likeliest is taken, but none whose later root mean square error is over a hundredth above the best.
    """
    groups = Groups.of(summaries)
    few = _too_few(groups) or _too_few(Groups.of(held.summaries))
    if few:
        return Refused(tuple((family.name, few) for family in _EVER_TRIED))
    tried = _judged(held)
    left: list[tuple[Family, Fit]] = []
    reasons = []
    closest = np.inf
    for family, row in sorted(tried, key=lambda one: one[1].rmse):
        if row.rmse > closest * _SLACK:
            break
        reason = row.refused
        if not reason:
            found = fit(family, groups)
            reason = why_collapsed(family, found, groups)
            if not reason:
                closest = min(closest, row.rmse)
                left.append((family, found))
        reasons += [(family.name, reason)] if reason else []
    if not left:
        return Refused(tuple((family.name, dict(reasons)[family.name]) for family, _row in tried))
    family, found = max(left, key=lambda one: one[1].log_likelihood)
    return BuyingModel(
        family,
        tuple(map(float, found.parameters)),
        found.log_likelihood,
        len(summaries),
        fit_spend(summaries),
        (*(row for _family, row in tried), *_naive(held)),
    )


def holdout(held: Held) -> tuple[Judged, ...]:
    """How each model, fitted before the cut, foresaw the purchases after it; the plain rate and nothing at all below.

    A model that is refused is shown all the same, with the reason. Too few buyers to fit any leave only the other
    two; no accounts at all leave nothing.
    """
    if not len(held.summaries):
        return ()
    return (*(row for _family, row in _judged(held)), *_naive(held))


def _judged(held: Held) -> list[tuple[Family, Judged]]:
    known, rate = Groups.of(held.summaries), held.summaries.plain_rate(held.days)
    rows: list[tuple[Family, Judged]] = []
    if _too_few(known):
        return rows
    for family, found in _fitted(known):
        expected = family.expected(found.parameters, *held.summaries.numbers, held.days)
        reason = why_collapsed(family, found, known) or why_no_better(expected, rate, held.bought)
        rows.append((family, judged(family.name, expected, held.bought, reason)))
    return rows


def _naive(held: Held) -> list[Judged]:
    rate = held.summaries.plain_rate(held.days)
    return [judged(PLAIN_RATE, rate, held.bought), judged(NOTHING, np.zeros(len(rate)), held.bought)]


def why_collapsed(family: Family, found: Fit, groups: Groups) -> str:
    """Why a fit is not to be used whatever it foresees; empty where it may be."""
    if found.running:
        return _("it runs away ({parameters}): the purchases do not show who has left.").format(
            parameters=", ".join(found.running)
        )
    if not found.arrived:
        return _("its likelihood has no peak: the purchases do not tell its parameters apart.")
    if _mean_alive(family, found.parameters, groups) > _EVERYONE:
        return _("it holds everyone to be still buying, however long silent.")
    return ""


def _mean_alive(family: Family, at: Floats, groups: Groups) -> float:
    alive = family.alive(at, groups.frequency, groups.recency, groups.age)
    weight = np.where(family.sure_of(groups.frequency), 0.0, groups.weight)
    return float(alive @ weight / max(weight.sum(), 1.0))


def _too_few(groups: Groups) -> str:
    again = int(groups.weight[groups.frequency > 0].sum())
    if again >= _FEWEST:
        return ""
    return _("{accounts} accounts bought again; it takes {fewest} to learn how buyers differ.").format(
        accounts=again, fewest=_FEWEST
    )


def _fitted(groups: Groups) -> list[tuple[Family, Fit]]:
    """All models; of MBG/CNBD-k the one with the likeliest k, where that is above 1, which is MBG/NBD."""
    sample = groups.sample(_ENOUGH)
    fits = _by_regularity(sample)
    k = _likeliest(fits)
    found: dict[str, Fit] = {}
    if sample is groups:  # what was fitted to all of them is not fitted again
        found = {MBG_NBD.name: fits[0], mbg_cnbd(k).name: fits[k - 1]}
    families: list[Family] = [*_EVER_TRIED, mbg_cnbd(k)] if k > 1 else [*_EVER_TRIED]
    return [(family, found.get(family.name) or fit(family, groups)) for family in families]


def regularity(groups: Groups) -> int:
    """How regular purchases are: the k under which MBG/CNBD-k is likeliest; 1 where they come at random times."""
    return _likeliest(_by_regularity(groups.sample(_ENOUGH)))


def _by_regularity(groups: Groups) -> list[Fit]:
    """Fits of MBG/CNBD-k for k from 1 on, up to the first that is no likelier than the one before it."""
    fits: list[Fit] = []
    for k in range(1, _MOST_REGULAR + 1):
        fits.append(fit(mbg_cnbd(k), groups))
        if k > 1 and fits[-1].log_likelihood <= fits[-2].log_likelihood:
            break
    return fits


def _likeliest(fits: list[Fit]) -> int:
    return 1 + int(np.argmax([one.log_likelihood for one in fits]))
