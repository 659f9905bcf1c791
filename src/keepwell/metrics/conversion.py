"""Money of many currencies in the reporting currency, exact on every engine.

A rate is a fraction of whole numbers, and `amount * num` soon leaves 64 bits, while engines offer no
integer division they agree on. So the quotient is guessed with a double, which may be one off; what the guess
leaves over is worked out exactly in integers, as on paper, and puts it right. An engine plans an expression for
longer than it computes it where rows are few, so each says no more than it must.

A converted balance is the sum of `money_in(after) - money_in(before)` along its chain of rows, to the last
cent, because the same balance is always rounded to the same amount.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import narwhals as nw
import numpy as np

from keepwell.ledger.neighbours import Column
from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import Rate
from keepwell.lib.text import gettext as _

# The largest amount in minor units that is certain to be exact; one far beyond makes the engine raise.
LARGEST = 2**44
# So that a product of an amount and a digit of the rate, with a carry, stays within 62 bits.
_DIGIT = 16
_DOUBLE = (
    2**52
)  # whole numbers below it are exact in a double, and so are their quotients that leave nothing over


def money_in(
    rates: Mapping[str, Rate], reporting: str, amount: str = "after", currency: str = "currency"
) -> nw.Expr:
    """The amount in minor units of `reporting`, Int64, rounded half-even: equal to `Rate.convert`.

    `amount` names a column of Int64 minor units of the currency in column `currency`, at most LARGEST either
    way. The reporting currency needs no rate. A currency without a rate reads as missing, so whoever sums
    must count the missing: see `without_rate`.

    Raises KeepwellError where a rate is not positive or too fine to be worked with in 64 bits.
    """
    value = nw.col(amount)
    result: nw.Expr = nw.lit(None, dtype=nw.Int64)
    for code, rate in sorted(rates.items(), reverse=True):
        if code != reporting:
            result = (
                nw.when(nw.col(currency) == code).then(_converted(value, _Terms.of(rate))).otherwise(result)
            )
    return nw.when(nw.col(currency) == reporting).then(value).otherwise(result).cast(nw.Int64)


def without_rate(rates: Mapping[str, Rate], reporting: str, currency: str = "currency") -> nw.Expr:
    """1 on a row whose currency cannot be converted, else 0 (Int64), to be summed."""
    known = nw.col(currency).is_in(sorted({*rates, reporting}))
    return nw.when(known).then(nw.lit(0)).otherwise(nw.lit(1)).cast(nw.Int64)


@dataclass(frozen=True)
class Prices:
    """The rates of periods, for columns of amounts held in memory: equal to `Rate.convert`, as `money_in` is.

    `eras` are the rates of periods that follow one another with the same ones; a currency goes by its place among
    `currencies`.
    """

    eras: tuple[Mapping[str, Rate], ...]
    currencies: tuple[str, ...]

    @classmethod
    def of(cls, eras: Sequence[Mapping[str, Rate]], reporting: str) -> "Prices":
        """Those of each era. Raises KeepwellError where a rate cannot be used."""
        own = {reporting: Rate(reporting, 1, 1)}
        known = tuple({**one, **own} for one in eras)
        for one in known:
            for rate in one.values():
                _refuse_unusable(rate)
        return cls(known, tuple(sorted(known[0])))

    @cached_property
    def _rates(self) -> list[Rate]:
        return [one[code] for one in self.eras for code in self.currencies]

    @cached_property
    def _foreign(self) -> Column:
        return np.array([(rate.num, rate.den) != (1, 1) for rate in self._rates])

    @cached_property
    def _terms(self) -> tuple[Column, Column, Column]:
        """num (its lowest 64 bits), den, and the quotient of both, of each currency, era by era."""
        num = np.array([rate.num % 2**64 for rate in self._rates], np.uint64).view(np.int64)
        den = np.array([rate.den for rate in self._rates], np.int64)
        return num, den, np.array([rate.num / rate.den for rate in self._rates])

    def priced(self, amounts: Column, currency: Column | int, era: Column | int = 0) -> Column:
        """Amounts in minor units of the reporting currency."""
        first = np.multiply(
            era, len(self.currencies), dtype=np.int64
        )  # there are more rates than an int8 counts
        rate = np.broadcast_to(currency + first, amounts.shape)
        foreign = np.flatnonzero(self._foreign[rate])
        found = amounts.copy()
        found[foreign] = self._converted(amounts[foreign], rate[foreign])
        return found

    def _converted(self, amounts: Column, rate: Column) -> Column:
        num, den, share = (term[rate] for term in self._terms)
        guess = amounts * share
        found: Column = np.rint(guess).astype(np.int64)
        # What the guess leaves over is small, and so it is right although the products may leave 64 bits.
        left = amounts * num - found * den
        twice = np.abs(left) * 2
        doubtful = np.flatnonzero(twice >= den)
        one_off, odd = twice[doubtful] > den[doubtful], found[doubtful] % 2 == 1
        found[doubtful] += np.sign(left[doubtful]) * (one_off | odd)  # a half goes to the even side
        for row in np.flatnonzero(np.abs(guess) >= _GUESSED).tolist():
            found[row] = self._rates[rate[row]].convert(int(amounts[row]))
        return found


_GUESSED = 2.0**50  # quotients below it are guessed to less than one by a double


@dataclass(frozen=True)
class _Terms:
    """A rate taken apart: num / den = whole + part / den; `digits` are those of part and den, lowest first."""

    num: int
    den: int
    whole: int
    part: int
    share: float  # part / den, nearly
    limit: int  # amounts below it are converted in one go
    digits: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, rate: Rate) -> "_Terms":
        """Raises KeepwellError where the rate is not positive or too fine to be worked with in 64 bits."""
        _refuse_unusable(rate)
        whole, part = divmod(rate.num, rate.den)
        places = range(0, max(rate.den.bit_length(), 1), _DIGIT)
        digits = tuple(((part >> p) % 2**_DIGIT, (rate.den >> p) % 2**_DIGIT) for p in places)
        limit = max(0, _DOUBLE - rate.den) // rate.num
        return cls(rate.num, rate.den, whole, part, part / rate.den, limit, digits)


def _refuse_unusable(rate: Rate) -> None:
    if rate.num <= 0 or rate.den <= 0 or rate.den > 2**60:
        raise KeepwellError(
            _("The exchange rate of {currency} cannot be used.").format(currency=rate.currency),
            seen=f"{rate.num}/{rate.den}",
            ways=[_("A rate is above zero and has at most 15 decimals.")],
        )


def _converted(value: nw.Expr, terms: _Terms) -> nw.Expr:
    careful = _with_care(value, terms)
    if not terms.limit:
        return careful
    small = nw.when(value >= 0, value < terms.limit).then(_in_one_go(value, terms))
    return small.otherwise(careful).cast(nw.Int64)


def _in_one_go(value: nw.Expr, terms: _Terms) -> nw.Expr:
    """Where twice the product fits a double exactly, as it does for nearly every amount, one division is enough.

    Half of the denominator is added before it, so that a half goes up only where what lies below it is odd.
    """
    odd = (value * terms.num / terms.den).floor() % 2
    return ((value * (2 * terms.num) + odd + (terms.den - 1)) / (2 * terms.den)).floor().cast(nw.Int64)


def _with_care(value: nw.Expr, terms: _Terms) -> nw.Expr:
    guess = (value * terms.share).floor().cast(nw.Int64)
    floor = value * terms.whole + guess
    # A guess is one off only next to a whole number, far from the half that decides, which goes to the even side.
    up = _left_over(value, guess, terms) * 2 + (floor % 2).abs() > terms.den
    return floor + nw.when(up).then(1).otherwise(0)


def _left_over(value: nw.Expr, guess: nw.Expr, terms: _Terms) -> nw.Expr:
    """value * part - guess * den, from the highest digits of `part` and `den` down."""
    result: nw.Expr | None = None
    for part, den in reversed(terms.digits):
        here = value * part - guess * den
        result = here if result is None else result * 2**_DIGIT + here
    assert result is not None
    return result
