"""Money of many currencies in the reporting currency, exact on every engine.

A rate is a fraction of whole numbers, and `amount * num` soon leaves 64 bits, while engines offer no
integer division they agree on. So the quotient is guessed with a double, which may be one off; what the guess
leaves over is worked out exactly in integers, as on paper, and puts it right.

A converted balance is the sum of `money_in(after) - money_in(before)` along its chain of rows, to the last
cent, because the same balance is always rounded to the same amount.
"""

from collections.abc import Mapping

import narwhals as nw

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
            result = nw.when(nw.col(currency) == code).then(_converted(value, rate)).otherwise(result)
    return nw.when(nw.col(currency) == reporting).then(value).otherwise(result).cast(nw.Int64)


def without_rate(rates: Mapping[str, Rate], reporting: str, currency: str = "currency") -> nw.Expr:
    """1 on a row whose currency cannot be converted, else 0 (Int64), to be summed."""
    known = nw.col(currency).is_in(sorted({*rates, reporting}))
    return nw.when(known).then(nw.lit(0)).otherwise(nw.lit(1)).cast(nw.Int64)


def _converted(value: nw.Expr, rate: Rate) -> nw.Expr:
    if rate.num <= 0 or rate.den <= 0 or rate.den > 2**60:
        raise KeepwellError(
            _("The exchange rate of {currency} cannot be used.").format(currency=rate.currency),
            seen=f"{rate.num}/{rate.den}",
            ways=[_("A rate is above zero and has at most 15 decimals.")],
        )
    whole, part = divmod(rate.num, rate.den)
    if part == 0:
        return value * whole
    return (
        nw.when(value >= 0, value < _DOUBLE // rate.num)
        .then(_converted_in_one_go(value, rate))
        .otherwise(_converted_with_care(value, rate, whole, part))
    )


def _converted_in_one_go(value: nw.Expr, rate: Rate) -> nw.Expr:
    """Where the product fits a double exactly, as it does for nearly every amount, one division is enough."""
    product = value * rate.num
    left = product % rate.den
    floor = ((product - left) / rate.den).cast(nw.Int64)
    up = (left * 2 > rate.den) | ((left * 2 == rate.den) & (floor % 2 == 1))
    return nw.when(up).then(floor + 1).otherwise(floor)


def _converted_with_care(value: nw.Expr, rate: Rate, whole: int, part: int) -> nw.Expr:
    guess = (value * (part / rate.den) + 0.5).floor().cast(nw.Int64)
    floor = value * whole + guess
    twice = _left_over(value, part, guess, rate.den) * 2
    # Rare, so worked out apart: a half goes to the even side, and a guess that is one off is put right.
    odd = floor - (floor * 0.5).floor().cast(nw.Int64) * 2
    up, down = twice > rate.den - odd, twice < odd - rate.den
    step = nw.when(up).then(nw.lit(1)).otherwise(nw.when(down).then(nw.lit(-1)).otherwise(nw.lit(0)))
    certain = (twice < rate.den) & (twice > -rate.den)
    return nw.when(value == 0).then(nw.lit(0)).otherwise(nw.when(certain).then(floor).otherwise(floor + step))


def _left_over(value: nw.Expr, part: int, guess: nw.Expr, den: int) -> nw.Expr:
    """value * part - guess * den, from the highest binary digits of `part` and `den` down."""
    result: nw.Expr | None = None
    for place in reversed(range(0, den.bit_length(), _DIGIT)):
        first, second = (part >> place) % 2**_DIGIT, (den >> place) % 2**_DIGIT
        here = value * first - guess * second
        result = here if result is None else result * 2**_DIGIT + here
    assert result is not None
    return result
