"""A fitted model of buying: what it says of accounts, and the model as text."""

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.risk.buying.fitting import Likelihood
from keepwell.risk.buying.gamma_gamma import GammaGamma
from keepwell.risk.buying.geometric import Geometric
from keepwell.risk.buying.judged import Judged
from keepwell.risk.buying.pareto import Pareto
from keepwell.risk.buying.refused import Refused
from keepwell.risk.buying.summaries import Floats, Groups, Summaries

FORMAT = 1
_STEP = 30.0  # days between two payments when value is discounted
_YEAR = 365.25


class Family(Likelihood[Groups], Protocol):
    """A model of buying, apart from its parameters."""

    @property
    def name(self) -> str:
        """As kept: "bg_nbd"."""

    @property
    def regularity(self) -> int:
        """How regular purchases are: 1 at random times, more the more even."""

    def alive(self, at: Floats, x: Floats, recency: Floats, age: Floats) -> Floats:
        """Chance of not having left, (n,)."""

    def sure_of(self, x: Floats) -> NDArray[np.bool_]:
        """Whose being alive it takes for granted, (n,)."""

    def expected(self, at: Floats, x: Floats, recency: Floats, age: Floats, days: float) -> Floats:
        """Purchases to expect in the next `days`, (n,)."""


BG_NBD = Geometric("bg_nbd", leaves_at_first=False)
MBG_NBD = Geometric("mbg_nbd")
PARETO_NBD = Pareto()


def mbg_cnbd(k: int) -> Geometric:
    """MBG/CNBD-k: as MBG/NBD, with gaps that are Erlang-k."""
    return Geometric("mbg_cnbd_k", k)


@dataclass(frozen=True)
class BuyingModel:
    """A model that was fitted, judged on later purchases beside the plain rate, and found to be closer."""

    family: Family
    parameters: tuple[float, ...]  # in the order of family.parameters, in days
    log_likelihood: float
    accounts: int  # learnt from
    spend: GammaGamma | Refused
    judged: tuple[Judged, ...] = field(default=())

    def alive(self, summaries: Summaries) -> Floats:
        """Chance that each account has not left for good, (n,).

        NaN (not known) where the model takes it for granted: BG/NBD says 1 of everybody who bought on one day only,
        however long ago, and that is no sign of anything.
        """
        x, recency, age = summaries.numbers
        return np.where(self.family.sure_of(x), np.nan, self.family.alive(self._at, x, recency, age))

    def expected(self, summaries: Summaries, days: float) -> Floats:
        """Purchase days to expect of each account in the next `days`, (n,)."""
        return self.family.expected(self._at, *summaries.numbers, days)

    def value(self, summaries: Summaries, days: float, *, discount: float = 0.1) -> Floats:
        """Spend to expect of each account in the next `days`, minor units of today, (n,).

        `discount` is what money loses in worth in a year. NaN where no spend could be learnt.
        """
        if isinstance(self.spend, Refused):
            return np.full(len(summaries), np.nan)
        ends = np.append(np.arange(_STEP, days, _STEP), days) if days > 0 else np.zeros(0)
        total, before, begin = np.zeros(len(summaries)), np.zeros(len(summaries)), 0.0
        for end in ends:
            by_then = self.expected(summaries, float(end))
            total += (by_then - before) * (1 + discount) ** (-(begin + end) / 2 / _YEAR)
            before, begin = by_then, float(end)
        return total * self.spend.expected(summaries)

    @property
    def _at(self) -> Floats:
        return np.array(self.parameters)

    def to_text(self) -> str:
        """The model as JSON, to be kept and read by `from_text`."""
        spend = None if isinstance(self.spend, Refused) else asdict(self.spend)
        reasons = self.spend.reasons if isinstance(self.spend, Refused) else ()
        named = dict(zip(self.family.parameters, self.parameters, strict=True))
        kept = {
            "format": FORMAT,
            "model": self.family.name,
            "regularity": self.family.regularity,
            "parameters": named,
            "log_likelihood": self.log_likelihood,
            "accounts": self.accounts,
            "spend": spend,
            "spend_refused": reasons,
            "judged": [asdict(row) for row in self.judged],
        }
        return json.dumps(kept, indent=1, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "BuyingModel":
        """The model that was kept.

        Raises BadInput where the text is not one, of another version, or has parameters that none can have.
        """
        try:
            kept = json.loads(text)
            version = kept["format"]
        except (ValueError, TypeError, KeyError):
            raise _unreadable(text[:40]) from None
        if version != FORMAT:
            raise BadInput(
                _("This model of buying was kept by another version."),
                seen=f"{version!r}",
                ways=[_("Train it again."), _("This version reads format {n}.").format(n=FORMAT)],
            )
        try:
            return cls._read(kept)
        except (ValueError, TypeError, KeyError) as wrong:
            raise _unreadable(f"{type(wrong).__name__}: {wrong}") from None

    @classmethod
    def _read(cls, kept: dict[str, Any]) -> "BuyingModel":
        family = _family(kept["model"], int(kept["regularity"]))
        numbers = [float(kept["parameters"][name]) for name in family.parameters]
        spend: GammaGamma | Refused = Refused(tuple((n, r) for n, r in kept["spend_refused"]))
        if kept["spend"] is not None:
            spend = GammaGamma(**kept["spend"])
            numbers += [spend.p, spend.q, spend.v]
        if not all(math.isfinite(n) and n > 0 for n in numbers):
            raise ValueError(str(numbers))
        return cls(
            family,
            tuple(numbers[: len(family.parameters)]),
            float(kept["log_likelihood"]),
            int(kept["accounts"]),
            spend,
            tuple(Judged(**row) for row in kept["judged"]),
        )


def _family(name: str, k: int) -> Family:
    named: dict[str, Family] = {f.name: f for f in (BG_NBD, MBG_NBD, PARETO_NBD)}
    if name == "mbg_cnbd_k" and k > 0:
        return mbg_cnbd(k)
    return named[name]


def _unreadable(seen: str) -> BadInput:
    return BadInput(
        _("This is not a model of buying."),
        seen=seen,
        ways=[_("Train one again; a model's text is not edited by hand.")],
    )
