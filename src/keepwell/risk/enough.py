"""Whether there is enough to learn from, which models so much can carry, and what to do where it is not."""

import numpy as np

from keepwell.lib.days import from_number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext
from keepwell.risk.judging import Floats
from keepwell.risk.models import Model, learners
from keepwell.risk.models.apart import Apart
from keepwell.risk.models.boosted import Boosted
from keepwell.risk.observations import Observations
from keepwell.risk.splitting import Bools

LEAST_ACCOUNTS = 30
LEAST_LEAVERS = 20  # accounts that left; under so many a model would learn their names
FOR_BOOSTED = 60  # accounts that left; under so many trees learn little but single accounts
FOR_CALIBRATION = 30  # leaving rows


class NotEnough(KeepwellError):
    """Not enough to go on: no model is to be had, and health alone has to do."""


def checked(obs: Observations) -> Bools:
    """Which observations may be learnt from: the matured ones. Raises NotEnough where they cannot carry a model."""
    matured = obs.outcomes.matured
    if not len(obs):
        raise _not_enough(
            _("there is no observation whose outcome could be known yet"),
            _("Load subscriptions or purchases that reach further back."),
        )
    if not matured.any():
        first, horizon = int(obs.as_of.min()), obs.outcomes.horizon
        raise _not_enough(
            _(
                "of no observation it is known yet what became of it; the oldest is of {day}, known on {then}"
            ).format(day=from_number(first), then=from_number(first + horizon)),
            _("Observe days that lie at least {days} days before the day the book is complete to.").format(
                days=horizon
            ),
            _("Take a shorter horizon."),
        )
    left, accounts = obs.outcomes.left[matured], obs.accounts[matured].astype(str)
    everyone, leavers = len(np.unique(accounts)), len(np.unique(accounts[left > 0]))
    if everyone < LEAST_ACCOUNTS:
        text = ngettext(
            "{n} account; at least {least} are needed", "{n} accounts; at least {least} are needed", everyone
        )
        raise _not_enough(text.format(n=everyone, least=LEAST_ACCOUNTS))
    if not leavers:
        raise _not_enough(_("nobody has left yet, so there is nothing to tell leavers by"), *_more_history())
    if left.all():
        raise _not_enough(
            _("every account observed left, so there is nobody to tell leavers from"),
            _("Observe accounts that stayed too: take earlier days, or a shorter horizon."),
        )
    if leavers < LEAST_LEAVERS:
        text = ngettext(
            "{n} account that left; at least {least} are needed",
            "{n} accounts that left; at least {least} are needed",
            leavers,
        )
        raise _not_enough(text.format(n=leavers, least=LEAST_LEAVERS), *_more_history())
    if not np.isfinite(obs.values[matured]).any():
        raise _not_enough(
            _("no feature is known of any account"),
            _("Load what tells how they fare: events, tickets, touches, answers or purchases."),
        )
    return matured


def both(left: Floats, *, least: int = LEAST_LEAVERS) -> bool:
    """Whether at least so many rows left and so many did not."""
    gone = left.sum()
    return bool(least <= gone <= len(left) - least)


def kinds_for(known: Observations) -> tuple[list[type[Model]], list[str]]:
    """The kinds of model that so many leavers can carry, the simplest first, and why others are left out."""
    kinds = learners()
    leavers = len(np.unique(known.accounts[known.outcomes.left > 0].astype(str)))
    if Boosted.name not in kinds:
        said = _(
            "Boosted trees were left out: the system's library libgomp is missing (apt-get install libgomp1)."
        )
        return list(kinds.values()), [said]
    if leavers < FOR_BOOSTED:
        text = _("Boosted trees were left out: {leavers} accounts left, and they need {least}.")
        del kinds[Boosted.name], kinds[Apart.name]
        return list(kinds.values()), [text.format(leavers=leavers, least=FOR_BOOSTED)]
    if min(leavers_by_kind(known).values()) < FOR_BOOSTED or len(leavers_by_kind(known)) < 2:
        del kinds[Apart.name]  # there is one kind of account, or too little to learn each by itself
    return list(kinds.values()), []


def leavers_by_kind(known: Observations) -> dict[str, int]:
    """Accounts that left, by the kind of account they were."""
    gone = known.where(known.outcomes.left > 0)
    return {
        str(kind): len(np.unique(gone.accounts[gone.kind == kind].astype(str)))
        for kind in np.unique(known.kind.astype(str))
    }


def _not_enough(seen: str, *ways: str) -> NotEnough:
    return NotEnough(
        _("There is not enough to go on for a model of leaving."),
        seen=seen,
        ways=[*ways, _("Until then go by the check-up, which needs no history: keepwell health show.")],
    )


def _more_history() -> tuple[str, str]:
    return (
        _("Look at more months (--months), load a longer history, or wait until more of it has matured."),
        _("Take a longer horizon."),
    )
