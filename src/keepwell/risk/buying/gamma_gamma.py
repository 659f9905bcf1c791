"""What a purchase is worth: Gamma-Gamma.

The spend of a purchase is Gamma(p, ν) for an account, and ν is Gamma(q, v) over accounts, whatever the account's
rate of buying. With x purchases after the first and their mean spend z:

    L = Γ(px+q) / (Γ(px) Γ(q)) · v^q · z^(px-1) · x^px / (v + xz)^(px+q)
    mean spend expected = p (v + xz) / (px + q - 1)

an average of the account's own and everybody's, by how much is known of the account. Source: Fader and Hardie (2013),
note 025. v is in minor units.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, psi

from keepwell.lib.text import gettext as _
from keepwell.risk.buying.fitting import fit
from keepwell.risk.buying.refused import Refused
from keepwell.risk.buying.summaries import Floats, Summaries

NAME = "gamma_gamma"
_FEWEST = 100  # accounts with a spend to learn from


@dataclass(frozen=True)
class Spends:
    """How often accounts bought again (n,), above 0, and for how much on the mean (n,), above 0."""

    frequency: Floats
    spend: Floats

    @property
    def accounts(self) -> float:
        """How many accounts there are."""
        return float(len(self.spend))

    def sample(self, size: int) -> "Spends":
        """Every so many-th account in the order of spend."""
        if len(self.spend) <= size:
            return self
        picks = np.argsort(self.spend, kind="stable")[:: len(self.spend) // size]
        return Spends(self.frequency[picks], self.spend[picks])


@dataclass(frozen=True)
class GammaGamma:
    """A fitted model of spend. `correlation` of frequency and spend should be near 0: the model takes it to be."""

    p: float
    q: float
    v: float
    log_likelihood: float
    accounts: int
    correlation: float

    def expected(self, summaries: Summaries) -> Floats:
        """Mean spend of a future purchase, minor units, (n,); everybody's for who has none of its own yet."""
        known = ~np.isnan(summaries.spend)
        x = np.where(known, summaries.frequency, 0)
        spent = x * np.where(known, summaries.spend, 0.0)
        expected: Floats = self.p * (self.v + spent) / (self.p * x + self.q - 1)
        return expected


class _Likelihood:
    parameters = ("p", "q", "v")

    def starts(self, rows: Spends) -> list[Floats]:
        middle = float(np.median(rows.spend))
        return [
            np.array([p, q, middle * max(q - 1, 0.5) / p]) for p, q in ((2.0, 3.0), (6.0, 4.0), (1.0, 1.5))
        ]

    def log_likelihood(self, at: Floats, rows: Spends) -> tuple[float, Floats]:
        p, q, v = at
        x, z = rows.frequency, rows.spend
        xs, place = np.unique(x, return_inverse=True)
        both, own = p * xs + q, p * xs
        log_all, log_own = np.log(v + x * z), np.log(x * z)
        value = (
            (gammaln(both) - gammaln(own))[place] - both[place] * log_all + own[place] * log_own - np.log(z)
        )
        value = value.sum() + len(x) * (q * np.log(v) - gammaln(q))
        slope = np.array(
            [
                (x * ((psi(both) - psi(own))[place] + log_own - log_all)).sum(),
                (psi(both)[place] - log_all).sum() + len(x) * (np.log(v) - psi(q)),
                (q / v - both[place] / (v + x * z)).sum(),
            ]
        )
        return float(value), slope


def fit_spend(summaries: Summaries) -> GammaGamma | Refused:
    """What purchases are worth, learnt from who bought again; refused where the spends cannot carry it."""
    known = ~np.isnan(summaries.spend)
    rows = Spends(summaries.frequency[known].astype(np.float64), summaries.spend[known])
    if rows.accounts < _FEWEST:
        return Refused.of(
            NAME,
            _("{accounts} accounts bought again for money; it takes {fewest}.").format(
                accounts=int(rows.accounts), fewest=_FEWEST
            ),
        )
    found = fit(_Likelihood(), rows)
    p, q, v = map(float, found.parameters)
    if found.running or not found.arrived:
        return Refused.of(NAME, _("the spends have no likeliest form: too alike, or too far apart."))
    if q <= 1:
        return Refused.of(
            NAME, _("a few accounts spend so much more than all others that no mean can be stated.")
        )
    with np.errstate(invalid="ignore"):
        correlation = float(np.nan_to_num(np.corrcoef(rows.frequency, rows.spend)[0, 1]))
    return GammaGamma(p, q, v, found.log_likelihood, int(rows.accounts), correlation)
