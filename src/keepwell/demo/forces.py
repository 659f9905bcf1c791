"""What moves an account: hidden states that change a little every step, and the chance of leaving they make.

All states are linear in what came before, so the same function carries one history forward with its
shocks (the simulation) and the expectation of all histories without them (the truth).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from keepwell.demo.clock import STEPS_A_YEAR, Flags, Floats


@dataclass(frozen=True)
class Parameters:
    """The causal model's numbers, per step (a quarter of a month) where nothing else is said."""

    value_of_fit: float = 0.60  # where realised value settles, for each unit of fit
    value_pull: float = 0.06
    value_noise: float = 0.110
    load_level: float = 1.5  # how bad service gets in an overloaded region
    load_starts: float = 0.011  # an overload every two years or so, in each region
    load_ends: float = 0.085  # lasting about three months
    burden_pull: float = 0.15
    burden_noise: float = 0.07
    champion_leaves: float = 0.0042  # about one in five a year
    champion_found: float = 0.055  # a new one after about four and a half months
    bond_with: float = 0.25
    bond_without: float = -1.30
    bond_pull: float = 0.22
    bond_noise: float = 0.05
    rival_starts: float = 0.008
    rival_ends: float = 0.06
    rival_push: float = 0.065
    price_jump: float = 0.75  # when an increase is announced, for one of the average size
    squeeze_ebb: float = 0.08
    squeeze_noise: float = 0.03
    of_fit: float = 0.25
    of_value: float = 0.85
    of_burden: float = 0.70
    of_bond: float = 0.70
    of_squeeze: float = 0.70
    resolve_pull: float = 0.12  # leaving follows what is felt by about two months
    slope: float = 1.25  # what one unit of resolve adds to the logarithm of the chance of leaving
    relief_ebb: float = 0.04  # an action's effect halves in about four months
    leaves_monthly: float = 0.0026
    leaves_annual: float = 0.0097  # only while the door is open: 150 days before the term's end to the notice
    leaves_irregular: float = 0.0021
    door_opens: int = 150  # days before the term's end
    announced: int = 90  # days before the term's end at which an increase is announced
    card_fails: float = 0.30  # of cards that expire
    failing_fixed: float = 0.22
    failing_leaves: float = 0.05  # from the third failed step on
    merges: float = 0.008 / STEPS_A_YEAR
    merger_steps: int = 8  # from being talked about to being done
    returns_contract: float = 0.0016
    returns_irregular: float = 0.0030
    regularity: float = 2.2  # Weibull shape of the gaps between purchases


P = Parameters()


@dataclass(frozen=True)
class State:
    """Hidden states, one number an account.

    value: realised return against what was promised. burden: bad service felt. champion: 1 present, 0 gone
    (or the chance of it). bond: relationship. squeeze: price pressure. resolve: how far the account has
    made up its mind to leave. relief: what actions have done to resolve (negative helps).
    """

    value: Floats
    burden: Floats
    champion: Floats
    bond: Floats
    squeeze: Floats
    resolve: Floats
    relief: Floats

    def put(self, at: Flags, other: "State") -> "State":
        """This state, with the `other`'s numbers for the accounts flagged in `at`."""
        return State(**{k: np.where(at, getattr(other, k), v) for k, v in vars(self).items()})


def newcomers(fit: Floats) -> State:
    """How accounts begin: full of hope, with a champion, and with most of their fit still to show."""
    zero = np.zeros_like(fit)
    return State(
        value=0.25 + 0.25 * fit, burden=zero, champion=zero + 1, bond=zero + P.bond_with, squeeze=zero,
        resolve=-0.25 - 0.25 * fit, relief=zero,
    )  # fmt: skip


@dataclass(frozen=True)
class Weather:
    """What blows on many accounts at once, one number an account: its region's overload (0 to 1), its
    segment's rival campaign (0 to 1), the size of a price increase announced to it in this step."""

    overload: Floats
    rival: Floats
    increase: Floats


@dataclass(frozen=True)
class Shocks:
    """The unforeseen of one step, standard normal, one number an account."""

    value: Floats
    burden: Floats
    bond: Floats
    squeeze: Floats


def strain(s: State, fit: Floats) -> Floats:
    """All that speaks for leaving, as felt now: it shows at once in use, tickets, touches and words."""
    against = P.of_burden * s.burden + P.of_squeeze * s.squeeze
    return np.asarray(against - P.of_fit * fit - P.of_value * s.value - P.of_bond * s.bond)


def advance(
    s: State, *, fit: Floats, touchy: Floats, weather: Weather, champion: Floats, shocks: Shocks | None
) -> State:
    """The states one step later. `champion` is the new step's; without `shocks` this is the expectation."""
    value = s.value + P.value_pull * (P.value_of_fit * fit - s.value)
    burden = s.burden + P.burden_pull * (P.load_level * touchy * weather.overload - s.burden)
    bond = s.bond + P.bond_pull * (champion * P.bond_with + (1 - champion) * P.bond_without - s.bond)
    squeeze = s.squeeze * (1 - P.squeeze_ebb) + P.rival_push * weather.rival + P.price_jump * weather.increase
    if shocks is not None:
        value += P.value_noise * shocks.value
        burden += P.burden_noise * shocks.burden
        bond += P.bond_noise * shocks.bond
        squeeze += P.squeeze_noise * shocks.squeeze
    new = replace(
        s, value=value, burden=burden, champion=champion, bond=bond, squeeze=squeeze,
        relief=s.relief * (1 - P.relief_ebb),
    )  # fmt: skip
    return replace(new, resolve=s.resolve + P.resolve_pull * (strain(new, fit) - s.resolve))


def pressure(s: State) -> Floats:
    """By how much the states multiply the base chance of leaving."""
    return np.asarray(np.exp(np.clip(P.slope * (s.resolve + s.relief), -4.0, 3.2)))


def expected_champion(now: Floats) -> Floats:
    """The chance that there is a champion one step later."""
    return np.asarray(now * (1 - P.champion_leaves) + (1 - now) * P.champion_found)


def expected_switch(now: Floats, starts: float, ends: float) -> Floats:
    """The chance that an overload or a rival's campaign is on one step later."""
    return np.asarray(now * (1 - ends) + (1 - now) * starts)


def spread(steps: int) -> NDArray[np.float64]:
    """Variance of resolve k steps ahead (k = 1 to `steps`), from the shocks still to come.

    The mean of an exponential is above the exponential of the mean by half of it (times the slope squared).
    """
    keep = np.array([1 - P.value_pull, 1 - P.burden_pull, 1 - P.bond_pull, 1 - P.squeeze_ebb])
    weight = np.array([-P.of_value, P.of_burden, -P.of_bond, P.of_squeeze])
    noise = np.array([P.value_noise, P.burden_noise, P.bond_noise, P.squeeze_noise])
    carry = np.zeros((5, 5))
    carry[:4, :4] = np.diag(keep)
    carry[4, :4] = P.resolve_pull * weight * keep
    carry[4, 4] = 1 - P.resolve_pull
    enter = np.vstack([np.diag(noise), P.resolve_pull * weight * noise])
    covariance = np.zeros((5, 5))
    out = []
    for _ in range(steps):
        covariance = carry @ covariance @ carry.T + enter @ enter.T
        out.append(covariance[4, 4])
    return np.array(out)
