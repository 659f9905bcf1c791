"""Money, kept in whole minor units (cents) of its own currency."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

# Currencies whose minor unit is not a hundredth (ISO 4217).
_EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}

# Every active ISO 4217 currency of a country or union; funds and metals are no money people pay in.
CURRENCIES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
    CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
    GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD
    LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP
    PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND
    TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG""".split()
)


def exponent(currency: str) -> int:
    """How many decimals the currency's minor unit has: 2 for EUR, 0 for JPY."""
    return _EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """Whole minor units of an amount, rounded half-even."""
    return int(amount.scaleb(exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def to_decimal(minor: int, currency: str) -> Decimal:
    """The amount that so many minor units are, with the currency's own number of decimals.

    >>> to_decimal(1234, "EUR"), to_decimal(1234, "JPY")
    (Decimal('12.34'), Decimal('1234'))
    """
    return Decimal(minor).scaleb(-exponent(currency))


@dataclass(frozen=True)
class Rate:
    """Minor units of the reporting currency for one minor unit of `currency`, as an exact fraction."""

    currency: str
    num: int
    den: int

    @classmethod
    def of(cls, currency: str, rate: Decimal, reporting: str) -> "Rate":
        """From a quoted rate: how much of `reporting` one unit of `currency` buys."""
        exact = Fraction(rate) * Fraction(10) ** (exponent(reporting) - exponent(currency))
        return cls(currency, exact.numerator, exact.denominator)

    def convert(self, minor: int) -> int:
        """Reporting minor units of an amount, rounded half-even."""
        return round(Fraction(minor * self.num, self.den))
