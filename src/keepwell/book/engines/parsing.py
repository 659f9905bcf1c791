"""Texts into values, as SQL: each function takes the SQL of a text and gives the SQL of the value, or NULL.

All work on whole columns. The common way of writing a value is tried first and costs one cast; every other way is
only tried on the values that are not written so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keepwell.book.engines.workbench import text
from keepwell.lib.money import CURRENCIES, exponent
from keepwell.lib.text import NULL_SIGN

FIRST_DAY, LAST_DAY = "1900-01-01", "2200-12-31"

_SPACE = r"[\s\x{00A0}\x{202F}\x{2009}'’]"
_MONEY_WORDS = r"(?:[€$£¥₹]|Ft|kr|zł|Kč|[A-Z]{3})?"
_MINUS = r"[-+−]?"
_YES = ("true", "t", "yes", "y", "1", "on", "ja", "oui", "si", "sí", "igen", "tak", "ano", "是")
_NO = ("false", "f", "no", "n", "0", "off", "nein", "non", "nem", "nie", "ne", "否")

# Currencies that are looked for first: a short list is searched several times as fast as the whole.
COMMON = ("EUR", "USD", "GBP", "HUF", "CNY", "CHF", "CZK", "PLN")

# How many months an interval has; a month is a twelfth of 365.25 days.
MONTHS = {
    "day": "12 / 365.25",
    "week": "12 * 7 / 365.25",
    "month": "1",
    "quarter": "3",
    "half-year": "6",
    "year": "12",
}


@dataclass(frozen=True)
class Written:
    """How the values of one column are written.

    `iso` days are tried first, then the strptime `formats`. `mark` is the decimal mark. `empty` are texts that mean
    nothing. `open_end` are days that mean no end at all; `inclusive` days are the last that count.
    """

    iso: bool = True
    formats: tuple[str, ...] = ()
    mark: str = "."
    open_end: tuple[str, ...] = ()
    inclusive: bool = False


def trimmed(column: str, empty: Sequence[str] = (), *, spaced: bool = True) -> str:
    """A text without spaces around it; NULL where nothing is left, or one of the words that mean nothing.

    Where the file is known to have no values that are `spaced`, nothing is looked for.
    """
    # Most values have no space around them, and looking for one costs half of what trimming does.
    around = f"{column} LIKE ' %' OR {column} LIKE '% ' OR {column} = ''"
    sql = f"CASE WHEN {around} THEN nullif(trim({column}), '') ELSE {column} END" if spaced else column
    for word in empty:
        sql = f"nullif({sql}, {text(word)})"
    return sql


def has_null(raw: str) -> str:
    """Whether a text has a null character in it."""
    return f"contains({raw}, chr(0))"


def shown(raw: str) -> str:
    """A text with its null characters as a sign that can be seen, and kept anywhere."""
    return f"replace({raw}, chr(0), {text(NULL_SIGN)})"


def day(raw: str, how: Written) -> str:
    """A day. A moment with a zone is turned into the day it is in the session's zone."""
    parts = []
    if how.iso:
        parts.append(f"""CASE WHEN length({raw}) = 10 THEN try_cast({raw} AS DATE)
            WHEN NOT {_four_digits(raw)} THEN NULL WHEN length({raw}) < 10 THEN try_cast({raw} AS DATE)
            ELSE CAST(try_cast({raw} AS TIMESTAMPTZ) AS DATE) END""")
    if how.formats:
        parts.append(f"CAST({_strptime(raw, how.formats)} AS DATE)")
    sql = _first(parts)
    if how.open_end:
        sql = f"CASE WHEN {raw} NOT IN ({_listed(how.open_end)}) THEN {sql} END"
    return f"({sql} + 1)" if how.inclusive else sql


def instant(raw: str, how: Written, *, utc: bool) -> str:
    """A moment, naive in UTC. Without a zone of its own it is told by the session's clock."""
    parts = []
    if how.iso:
        zoned = f"CASE WHEN {_four_digits(raw)} THEN timezone('UTC', try_cast({raw} AS TIMESTAMPTZ)) END"
        if utc:
            plain = f"length({raw}) = 10 OR (length({raw}) = 19 AND substr({raw}, 17, 1) = ':')"
            zoned = f"CASE WHEN {plain} THEN try_cast({raw} AS TIMESTAMP) ELSE {zoned} END"
        parts.append(zoned)
    numbers = [f for f in how.formats if f.startswith("epoch")]
    written = [f for f in how.formats if f not in numbers]
    if written:
        read = _strptime(raw, written)
        parts.append(read if utc else f"timezone('UTC', CAST({read} AS TIMESTAMPTZ))")
    for form in numbers:
        maker = "make_timestamp" if form == "epoch_s" else "make_timestamp_ms"
        factor = " * 1000000" if form == "epoch_s" else ""
        parts.append(f"{maker}(try_cast({raw} AS BIGINT){factor})")
    return _first(parts)


def day_of(moment: str, *, utc: bool) -> str:
    """The company day of a moment in UTC."""
    return f"CAST({moment} AS DATE)" if utc else f"CAST(timezone('UTC', {moment}) AS DATE)"


def number(raw: str, how: Written, kind: str) -> str:
    """A number as SQL of the type `kind`, exactly as written; NULL for what is none, for NaN and for infinity."""
    plain = _plain(raw, how)
    return f"coalesce(try_cast({plain} AS {kind}), try_cast({cleaned(raw, how.mark)} AS {kind}))"


def _plain(raw: str, how: Written) -> str:
    return raw if how.mark == "." else f"CASE WHEN strpos({raw}, '.') = 0 THEN replace({raw}, ',', '.') END"


def cleaned(raw: str, mark: str) -> str:
    """A number written with thousands separators, a currency or accountants' brackets, as a plain one."""
    point, other = (r"\.", ",") if mark == "." else (",", r"\.")
    digits = rf"(?:\d{{1,3}}(?:(?:{other}|{_SPACE})\d{{3}})+|\d+)(?:{point}\d*)?"
    around = rf"{_MONEY_WORDS}{_SPACE}*"
    whole = rf"\(?{_MINUS}{_SPACE}*{around}{_MINUS}{digits}{_SPACE}*{_MONEY_WORDS}-?\)?"
    bare = f"regexp_replace({raw}, {text('[^0-9' + mark + ']')}, '', 'g')"
    bare = bare if mark == "." else f"replace({bare}, ',', '.')"
    below = f"CASE WHEN regexp_matches({raw}, '[-−(]') THEN '-' ELSE '' END"
    return f"CASE WHEN regexp_full_match({raw}, {text(whole)}) THEN {below} || {bare} END"


def narrow(raw: str, how: Written) -> str:
    """A number of at most four decimals, plainly written, as DECIMAL(18, 4): what nearly all amounts are."""
    dot = f"strpos({raw}, {text(how.mark)})"
    short = f"({dot} = 0 OR length({raw}) - {dot} <= 4)"
    return f"CASE WHEN {short} THEN try_cast({_plain(raw, how)} AS DECIMAL(18, 4)) END"


def finite(value: str) -> str:
    """A DOUBLE that is neither NaN nor infinite."""
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def whole(value: str) -> str:
    """A decimal without a fraction as BIGINT."""
    return f"CASE WHEN {value} = floor({value}) THEN try_cast({value} AS BIGINT) END"


def product(raws: Sequence[str], hows: Sequence[Written], currency: str | None) -> str:
    """The product of numbers: minor units where there is a currency, else DOUBLE."""
    factors = [number(raw, how, "DECIMAL(19, 4)") for raw, how in zip(raws, hows, strict=True)]
    value = f"TRY({' * '.join(factors)})"
    return minor(value, currency) if currency else f"CAST({value} AS DOUBLE)"


def minor(value: str, currency: str) -> str:
    """Minor units of a decimal number."""
    odd: dict[int, list[str]] = {}
    for code in sorted(CURRENCIES):
        odd.setdefault(exponent(code), []).append(code)
    cases = f"WHEN {currency} IN ({_listed(COMMON)}) THEN {_scaled(value, 2)} "
    cases += " ".join(
        f"WHEN {currency} IN ({_listed(codes)}) THEN {_scaled(value, digits)}"
        for digits, codes in odd.items()
        if digits != 2
    )
    return f"CASE {cases} ELSE {_scaled(value, 2)} END"


def a_month(minors: str, interval: str) -> str:
    """What an amount paid for an interval is in a month, rounded half-even."""
    cases = " ".join(
        f"WHEN {text(word)} THEN round_even({minors} / ({months}), 0)::BIGINT"
        for word, months in MONTHS.items()
    )
    return f"CASE {interval} {cases} END"


def flag(raw: str) -> str:
    """True or false, in the words of several languages."""
    yes, no = _listed(_YES), _listed(_NO)
    return f"CASE WHEN lower({raw}) IN ({yes}) THEN true WHEN lower({raw}) IN ({no}) THEN false END"


def choice(raw: str, choices: Sequence[str], same: Mapping[str, str]) -> str:
    """One of the choices, whatever its case, and for `same` words the choice they stand for."""
    words = {c: c for c in choices} | dict(same)
    word = f"lower(replace(replace({raw}, '_', ' '), '-', ' '))"
    cases = " ".join(
        f"WHEN {text(k.replace('-', ' ').replace('_', ' '))} THEN {text(v)}" for k, v in words.items()
    )
    return f"CASE {word} {cases} END"


def _four_digits(raw: str) -> str:
    """Whether a text may begin with a year: DuckDB would take 31/01/26 for a day in the year 31."""
    return f"substr({raw}, 5, 1) IN ('-', '/')"


def _scaled(value: str, digits: int) -> str:
    factor = "" if digits == 0 else f" * {10**digits}"
    return f"try_cast(round_even({value}, {digits}){factor} AS BIGINT)"


def _strptime(raw: str, formats: Sequence[str]) -> str:
    return f"try_strptime({raw}, [{_listed(formats)}])"


def _first(parts: Sequence[str]) -> str:
    if not parts:
        return "NULL"
    return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(map(text, words))
