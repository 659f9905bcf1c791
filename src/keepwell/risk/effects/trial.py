"""A trial: accounts when they were acted on or held out, what was known of them then, and what became of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risk.judging import Floats, numbered

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

RISK = "risk"  # the column that tells what a model learnt from all observed accounts expects
PART = "risk: "  # before a theme: the column that tells what the theme adds to the log-odds of risk
LEAST = 30  # accounts that each arm needs before anything is said of an effect


@dataclass(frozen=True)
class Column:
    """One thing known of accounts: a number, or where `words` are given a code into them; and its theme."""

    name: str
    words: tuple[str, ...] | None = None
    theme: str = ""


@dataclass(frozen=True)
class Trial:
    """One entry a treatment, (n,): an account acted on, or held out, on a day.

    happened: 1 where what is counted came about, 0 where it did not, NaN where that is not yet known. wished: whether
    it is wished for (a visit) or not (leaving). values: (n, f), NaN where not known. group: the kind of account, by
    which the difference is shown. contaminated: accounts in both arms, counted in that of their first treatment.
    unobserved: treatments of which nothing was known that day. outcome: what is counted, in words. baseline: gives
    the columns of risk, where there are any, for accounts and all other values.
    """

    action: str
    outcome: str
    wished: bool
    accounts: NDArray[Any]
    day: Ints
    treated: Flags
    happened: Floats
    values: Floats
    columns: tuple[Column, ...]
    group: NDArray[Any]
    contaminated: int = 0
    unobserved: int = 0
    baseline: Callable[[NDArray[Any], Floats], Floats] | None = None

    def __len__(self) -> int:
        return len(self.accounts)

    @cached_property
    def entries(self) -> Ints:
        """Each row's account as a number from 0."""
        return numbered(self.accounts)

    def where(self, rows: NDArray[Any]) -> "Trial":
        """Some of its rows: a mask, or places in order."""
        return replace(
            self,
            accounts=self.accounts[rows],
            day=self.day[rows],
            treated=self.treated[rows],
            happened=self.happened[rows],
            values=self.values[rows],
            group=self.group[rows],
        )

    def known(self) -> "Trial":
        """Only what became of whom is known."""
        return self.where(~np.isnan(self.happened))

    def needed(self) -> "Trial":
        """Its known rows. Raises KeepwellError where an arm is missing or too small to speak of an effect."""
        found = self.known()
        arms = (len(np.unique(found.entries[found.treated == done])) for done in (True, False))
        refuse_too_few(self.action, *arms, late=len(self) - len(found))
        return found


class TooFew(KeepwellError):
    """An arm is missing or too small to speak of an effect.

    `late` are rows beside the arms of which it is not yet known what became of them. `helps` are the ways out that
    need nothing but what has begun.
    """

    def __init__(self, action: str, *, treated: int, held_out: int, late: int = 0) -> None:
        self.treated, self.held_out, self.late = treated, held_out, late
        seen = ", ".join(f"{arm}: {n}" for arm, n in ((_("treated"), treated), (_("held out"), held_out)))
        seen += "; " + _("of {n} it is not yet known what became of them").format(n=late) if late else ""
        self.helps = (
            _("Each arm needs {least} accounts of which it is known what became of them.").format(
                least=LEAST
            ),
            _("Wait, or act on more accounts, keeping the hold-outs."),
        )
        wrong = _("Too few accounts were treated with or held out from “{action}” to speak of an effect.")
        ways = self.helps
        if not held_out:
            wrong = _("Nobody was held out from “{action}”, so nothing can be said of its effect.")
            ways = (
                _("Hold accounts out from now on and record them: keepwell effect hold-out."),
                _("Load whom you treated and whom not: keepwell import treatments FILE."),
            )
        assume = _(
            "Or state what you assume, and have it said beside each figure: keepwell worth --assume FILE."
        )
        super().__init__(wrong.format(action=action), seen=seen, ways=[*ways, assume])


def refuse_too_few(action: str, treated: int, held_out: int, *, late: int = 0) -> None:
    """Raise TooFew where an arm of so many accounts is missing or too small to speak of an effect."""
    if min(treated, held_out) < LEAST:
        raise TooFew(action, treated=treated, held_out=held_out, late=late)
