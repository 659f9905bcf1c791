"""How the days and numbers of a whole column are written, told from the shapes of all its values.

A shape is a value with every digit made a 9. Days of the form 13/02 prove that the day comes first, numbers of
the form 9,9 that the comma is the decimal mark. What nothing proves is asked, never guessed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

_MONTHS = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)([a-z]*)\b", re.IGNORECASE)
_TIMES = {
    "": "",
    "99:99": "%H:%M",
    "9:99": "%H:%M",
    "99:99:99": "%H:%M:%S",
    "9:99:99": "%H:%M:%S",
}
_DAY = re.compile(r"^(9{1,4})([./\- ]\s?)(9{1,2})([./\- ]\s?)(9{1,4})\.?(?:[ T,]+(.*))?$")
_ENOUGH = 20  # times as many proofs on one side as on the other settle it; the few are then bad values


@dataclass(frozen=True)
class Shape:
    """Values written alike: how many there are, and what their first two numbers prove.

    `first_big` counts values whose first number is above 12 and second is not, `second_big` the reverse, `alike`
    those in which both are the same, so that their order makes no difference. `zero` says that they begin with 0.
    """

    text: str
    count: int
    first_big: int = 0
    second_big: int = 0
    alike: int = 0
    zero: bool = False
    example: str = ""


@dataclass
class Order:
    """What is known of the order of day and month in one file."""

    forced: str | None = None  # "dmy" or "mdy"
    day_first: int = 0
    month_first: int = 0
    used: set[str] = field(default_factory=set)


def iso(values: Iterable[str]) -> bool:
    """Whether all of some values are days or moments as ISO 8601 writes them."""
    return all(re.match(r"^\d{4}-\d{1,2}-\d{1,2}(?:[ T]\d.*)?$", v) for v in values)


def weigh(shapes: Sequence[Shape], order: Order) -> None:
    """Add to `order` what the shapes of a column prove."""
    for shape in shapes:
        if _numeric_order(shape.text):
            order.day_first += shape.first_big
            order.month_first += shape.second_big


def day_formats(shapes: Sequence[Shape], order: Order, *, column: str) -> tuple[str, ...]:
    """The strptime formats in which the days of a column are written.

    Raises BadInput where the order of day and month is open, listing the ways to say it.
    """
    formats: dict[str, int] = {}
    for shape in shapes:
        form = _format(shape, order, column)
        if form:
            formats[form] = formats.get(form, 0) + shape.count
    return tuple(sorted(formats, key=lambda f: -formats[f]))


def _numeric_order(shape: str) -> bool:
    match = _DAY.match(shape)
    return match is not None and len(match[1]) <= 2 and "." not in match[2]


def _format(shape: Shape, order: Order, column: str) -> str | None:
    text = shape.text
    match = _DAY.match(text)
    if not match:
        return _without_parts(text) or _with_month_name(shape)
    time = _time(match[6] or "")
    if time is None:
        return None
    first, sep1, sep2, last = match[1], match[2], match[4], match[5]
    tail = "." if re.match(r"^[9./\- ]*9\.(?:$|[ T,])", text) and text.rstrip().endswith(".") else ""
    if len(first) == 4:
        date = f"%Y{sep1}%m{sep2}%d"
    else:
        year = "%Y" if len(last) == 4 else "%y"
        date = f"%d{sep1}%m{sep2}{year}" if _day_first(shape, order, column) else f"%m{sep1}%d{sep2}{year}"
    between = re.search(r"[ T,]+(?=9{1,2}:)", text)
    return f"{date}{tail}{between[0] if between else ''}{time}"


def _without_parts(text: str) -> str | None:
    """Days in one run of digits, moments counted from 1970, and months."""
    if re.fullmatch("9{4}[-/.]9{1,2}", text):
        return f"%Y{text[4]}%m"
    if re.fullmatch("9{1,2}[-/.]9{4}", text):
        return f"%m{text.lstrip('9')[0]}%Y"
    return {8: "%Y%m%d", 10: "epoch_s", 13: "epoch_ms"}.get(len(text)) if set(text) == {"9"} else None


def _day_first(shape: Shape, order: Order, column: str) -> bool:
    if order.forced:
        order.used.add(order.forced)
        return order.forced == "dmy"
    if "." in shape.text.split(":", maxsplit=1)[0]:  # nobody writes the month first with dots
        order.used.add("dmy")
        return True
    if order.day_first > _ENOUGH * order.month_first:
        order.used.add("dmy")
        return True
    if order.month_first > _ENOUGH * order.day_first:
        order.used.add("mdy")
        return False
    if shape.alike == shape.count:
        return True
    proofs = _("{a} values prove the day first, {b} the month first").format(
        a=order.day_first, b=order.month_first
    )
    raise BadInput(
        _("In the column “{column}” the day and the month cannot be told apart.").format(column=column),
        seen=_("“{example}”; {proofs}").format(example=shape.example, proofs=proofs),
        ways=[
            _("Say that the day comes first: --date-order dmy"),
            _("Say that the month comes first: --date-order mdy"),
            _("Or write days as 2026-01-31."),
        ],
    )


def _time(text: str) -> str | None:
    bare = text.strip()
    half = re.sub(r"\s*[AaPp]\.?[Mm]\.?$", "", bare)
    if half != bare:
        form = _TIMES.get(half)
        return (
            None
            if form is None
            else form.replace("%H", "%I") + bare[len(half) :].replace(bare.strip()[-2:], "%p")
        )
    if re.fullmatch(r"9{1,2}:99:99\.9+", bare):
        return "%H:%M:%S.%f"
    return _TIMES.get(bare)


def _with_month_name(shape: Shape) -> str | None:
    match = _MONTHS.search(shape.text)
    if not match:
        return None
    word = "%B" if match[2] and match[0].lower() != "may" and len(match[0]) > 3 else "%b"
    text = shape.text.replace(match[0], word)
    text = re.sub(r"9{4}", "%Y", text, count=1)
    text = re.sub(r"(?<![:%\w])9{1,2}(?![:\w])", "%d", text, count=1)
    for clock, form in sorted(_TIMES.items(), key=lambda pair: -len(pair[0])):
        if clock and clock in text:
            text = text.replace(clock, form)
            break
    return None if "9" in text else text


@dataclass(frozen=True)
class Marks:
    """How often a column's numbers prove the dot or the comma as decimal mark, or leave it open."""

    dot: int = 0
    comma: int = 0
    open_dot: int = 0
    open_comma: int = 0
    example: str = ""


def marks(shapes: Sequence[Shape]) -> Marks:
    """What the shapes of a column of numbers prove."""
    dot = comma = open_dot = open_comma = 0
    example = ""
    for shape in shapes:
        bare = re.sub(r"[^9.,]", "", shape.text)
        verdict = _mark(bare, zero=shape.zero)
        dot += shape.count * (verdict == ".")
        comma += shape.count * (verdict == ",")
        open_dot += shape.count * (verdict == "?.")
        open_comma += shape.count * (verdict == "?,")
        if verdict.startswith("?"):
            example = shape.example
    return Marks(dot, comma, open_dot, open_comma, example)


def _mark(bare: str, *, zero: bool) -> str:
    dots, commas = bare.count("."), bare.count(",")
    if not dots and not commas:
        return ""
    if dots and commas:
        return "." if bare.rfind(".") > bare.rfind(",") else ","
    sign, other = (".", ",") if dots else (",", ".")
    if dots + commas > 1:
        return other  # it comes again, so it groups thousands
    head, tail = bare.split(sign)
    if len(tail) != 3 or not 1 <= len(head) <= 3 or zero:
        return sign
    return "?" + sign


def decimal_mark(own: Marks, others: Sequence[Marks], *, forced: str | None, column: str) -> str:
    """The decimal mark of a column: proven by itself, else by the file's other columns.

    Raises BadInput where nothing proves it and it matters.
    """
    if forced:
        return forced
    for proofs in (own, *others):
        if proofs.dot or proofs.comma:
            return "." if proofs.dot >= proofs.comma else ","
    if not own.open_dot and not own.open_comma:
        return "."
    raise BadInput(
        _(
            "In the column “{column}” it cannot be told whether a sign groups thousands or begins the decimals."
        ).format(column=column),
        seen=own.example,
        ways=[
            _("Say that decimals begin with a dot: --decimal-mark ."),
            _("Say that decimals begin with a comma: --decimal-mark ,"),
        ],
    )
