"""Money as people write it, in every room the same: on screens, in mails, in charts and on paper.

A sign, or the currency's code, stands where the reader's language has it: €1,234 in English, 1 234 € in Hungarian.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from keepwell.lib.money import exponent, to_decimal
from keepwell.lib.text import language

MINUS = "\N{MINUS SIGN}"
_THIN = "\N{NO-BREAK SPACE}"
# What stands between thousands and before decimals, where it is not as in English; the currency follows there.
_MARKS = {"hu": (_THIN, ","), "pl": (_THIN, ",")}
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "TWD": "NT$", "HKD": "HK$"}


def written(said: str) -> str:
    """A number as the reader's language writes it: 1,234.5 is 1 234,5 in Hungarian."""
    marks = _MARKS.get(language())
    return said.translate({ord(","): marks[0], ord("."): marks[1]}) if marks else said


def money(amount: Any, currency: str | None) -> str:
    """An amount to the cent with its currency, where figures are proven: €51,300.00 is €51,300, €51,300.50 stays."""
    if amount is None:
        return "–"
    value = Decimal(str(amount))
    decimals = 0 if value == value.to_integral_value() else exponent(currency or "")
    return _with_sign(f"{abs(value):,.{decimals}f}", value < 0, currency)


def whole_money(minor: float, currency: str | None) -> str:
    """Minor units in whole units of their currency, where one looks over many: 51,300.50 is €51,300."""
    return money(round(to_decimal(round(minor), currency or "")), currency)


def short_money(amount: Any, currency: str | None, *, signed: bool = False) -> str:
    """An amount in little room: €827.4k, +€1.2M."""
    value = Decimal(str(amount))
    size, unit = abs(value), ""
    for step, name in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if size >= step:
            size, unit = size / step, name
            break
    whole = size == size.to_integral_value() or (not unit and size >= 100)
    said = f"{size.quantize(Decimal(1 if whole else '0.1'), rounding=ROUND_HALF_EVEN):,}{unit}"
    plus = "+" if signed and value > 0 else ""
    return plus + _with_sign(said, value < 0, currency)


def _with_sign(said: str, negative: bool, currency: str | None) -> str:
    minus, sign = MINUS if negative else "", _SIGNS.get(currency or "", currency or "")
    if not sign:
        return minus + written(said)
    if language() in _MARKS:
        return f"{minus}{written(said)}{_THIN}{sign}"
    return f"{minus}{sign}{'' if currency in _SIGNS else _THIN}{written(said)}"
