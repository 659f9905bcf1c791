"""Money of many currencies in the reporting currency, exact on every engine.

A rate is a fraction of whole numbers, and `amount * num` soon leaves 64 bits, while engines offer no
integer division they agree on. So the quotient is guessed with a double, which may be one off; what the guess
leaves over is worked out exactly in integers, as on paper, and puts it right.

A converted balance is the sum of `money_in(after) - money_in(before)` along its chain of rows, to the last
cent, because the same balance is always rounded to the same amount.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Engine, Frame
from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import Rate
from keepwell.lib.text import gettext as _

# The largest amount in minor units that is certain to be exact; one far beyond makes the engine raise.
LARGEST = 2**44
# So that a product of an amount and a digit of the rate, with a carry, stays within 62 bits.
_DIGIT = 16
_PLACES = 4  # digits that a denominator may have
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


# Rates of up to six decimals: an amount that overflows 64 bits with one of them is beyond all MRR, and raises.
_PLAIN = 2**20


@dataclass(frozen=True)
class Prices:
    """The rates of periods as a small table, for engines to look them up in.

    The same as `money_in` for amounts from 0 on; of many currencies its expression would be as many times as long,
    and long expressions cost the engine more than the rows of a company do.
    """

    table: Frame | None  # None where all is in the reporting currency
    on: tuple[str, ...] = ()  # by currency, and where rates move by `place`, that of the period
    plain: bool = True

    @classmethod
    def of(cls, rates: Sequence[Mapping[str, Rate]], reporting: str, engine: Engine) -> "Prices":
        """Those of the rates of each period."""
        if not set().union(*rates) - {reporting}:
            return cls(None)
        moving = any(one != rates[0] for one in rates)
        known = [{**one, reporting: Rate(reporting, 1, 1)} for one in (rates if moving else rates[:1])]
        plain = all(rate.den < _PLAIN for one in known for rate in one.values())
        terms = [
            {"currency": code, "place": place, **_Terms.of(rate).named(plain=plain)}
            for place, one in enumerate(known)
            for code, rate in sorted(one.items())
        ]
        table = pa.Table.from_pylist(terms)
        if moving:
            return cls(engine.frame(table), ("currency", "place"), plain)
        return cls(engine.frame(table.drop_columns("place")), ("currency",), plain)

    def priced(self, rows: Frame, columns: Mapping[str, str]) -> Frame:
        """Rows with each amount named in `columns` in the reporting currency too, under the new name."""
        if self.table is None:
            return rows.with_columns(**{new: nw.col(amount) for amount, new in columns.items()})
        terms, convert = _Terms.by_columns(), _plainly if self.plain else _converted
        converted = {new: convert(nw.col(amount), terms) for amount, new in columns.items()}
        return rows.join(self.table, on=[*self.on], how="left").with_columns(**converted)


# A number of the rate: known when the expression is written, or found in a column of the row.
_Number = int | nw.Expr


@dataclass(frozen=True)
class _Terms:
    """A rate taken apart: num / den = whole + part / den; `digits` are those of part and den, lowest first."""

    num: _Number
    den: _Number
    whole: _Number
    part: _Number
    share: float | nw.Expr  # part / den, nearly
    limit: _Number  # amounts below it are converted in one go
    digits: tuple[tuple[_Number, _Number], ...]

    @classmethod
    def of(cls, rate: Rate) -> "_Terms":
        """Raises KeepwellError where the rate is not positive or too fine to be worked with in 64 bits."""
        if rate.num <= 0 or rate.den <= 0 or rate.den > 2**60:
            raise KeepwellError(
                _("The exchange rate of {currency} cannot be used.").format(currency=rate.currency),
                seen=f"{rate.num}/{rate.den}",
                ways=[_("A rate is above zero and has at most 15 decimals.")],
            )
        whole, part = divmod(rate.num, rate.den)
        places = range(0, _DIGIT * _PLACES, _DIGIT)
        digits = tuple(((part >> p) % 2**_DIGIT, (rate.den >> p) % 2**_DIGIT) for p in places)
        return cls(rate.num, rate.den, whole, part, part / rate.den, _DOUBLE // rate.num, digits)

    def named(self, *, plain: bool) -> dict[str, Any]:
        """The numbers by the names of columns; the few that are enough for a plain rate."""
        if plain:
            return {"__rate_den": self.den, "__rate_whole": self.whole, "__rate_part": self.part}
        found: dict[str, Any] = {f"__rate_{name}": getattr(self, name) for name in _SINGLE}
        for place, (part, den) in enumerate(self.digits):
            found |= {f"__rate_part_{place}": part, f"__rate_den_{place}": den}
        return found

    @classmethod
    def by_columns(cls) -> "_Terms":
        """The numbers of each row's own rate."""
        single = {name: nw.col(f"__rate_{name}") for name in _SINGLE}
        digits = tuple((nw.col(f"__rate_part_{p}"), nw.col(f"__rate_den_{p}")) for p in range(_PLACES))
        return cls(**single, digits=digits)


_SINGLE = ("num", "den", "whole", "part", "share", "limit")


def _converted(value: nw.Expr, terms: _Terms) -> nw.Expr:
    small = nw.when(value >= 0, value < terms.limit).then(_in_one_go(value, terms))
    return small.otherwise(_with_care(value, terms)).cast(nw.Int64)


def _plainly(value: nw.Expr, terms: _Terms) -> nw.Expr:
    """Of an amount from 0 on at a rate of few decimals: its product with `part` stays within 64 bits."""
    product = value * terms.part
    left = product % terms.den
    # The quotient is whole; the half makes up for the last binary digit of a double.
    floor = value * terms.whole + ((product - left) / terms.den + 0.5).floor().cast(nw.Int64)
    twice = left * 2
    up = (twice > terms.den) | ((twice == terms.den) & (floor % 2 == 1))
    return (floor + nw.when(up).then(1).otherwise(0)).cast(nw.Int64)


def _in_one_go(value: nw.Expr, terms: _Terms) -> nw.Expr:
    """Where the product fits a double exactly, as it does for nearly every amount, one division is enough."""
    product = value * terms.num
    left = product % terms.den
    floor = ((product - left) / terms.den).cast(nw.Int64)
    up = (left * 2 > terms.den) | ((left * 2 == terms.den) & (floor % 2 == 1))
    return nw.when(up).then(floor + 1).otherwise(floor)


def _with_care(value: nw.Expr, terms: _Terms) -> nw.Expr:
    guess = (value * terms.share + 0.5).floor().cast(nw.Int64)
    floor = value * terms.whole + guess
    twice = _left_over(value, guess, terms) * 2
    # Rare, so worked out apart: a half goes to the even side, and a guess that is one off is put right.
    odd = floor - (floor * 0.5).floor().cast(nw.Int64) * 2
    up, down = twice + odd > terms.den, twice + terms.den < odd
    step = nw.when(up).then(nw.lit(1)).otherwise(nw.when(down).then(nw.lit(-1)).otherwise(nw.lit(0)))
    certain = (twice < terms.den) & (twice + terms.den > 0)
    return nw.when(value == 0).then(nw.lit(0)).otherwise(nw.when(certain).then(floor).otherwise(floor + step))


def _left_over(value: nw.Expr, guess: nw.Expr, terms: _Terms) -> nw.Expr:
    """value * part - guess * den, from the highest digits of `part` and `den` down."""
    result: nw.Expr | None = None
    for part, den in reversed(terms.digits):
        here = value * part - guess * den
        result = here if result is None else result * 2**_DIGIT + here
    assert result is not None
    return result
