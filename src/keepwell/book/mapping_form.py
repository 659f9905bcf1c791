"""What may stand in a mapping's TOML: which names, and what kind of value behind each."""

from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from datetime import date
from typing import Any

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

BY_ROW = "row"


@dataclass(frozen=True)
class _Kind:
    """What may stand behind a name in a mapping: its words for people, an example, and the test of it."""

    words: str
    example: str
    fits: Callable[[Any], bool]


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _one_of(*choices: str) -> _Kind:
    return _Kind(
        _("one of {names}").format(names=", ".join(choices)),
        f'{{name}} = "{choices[0]}"',
        choices.__contains__,
    )


TEXT = _Kind(_("a text"), '{name} = "…"', lambda value: isinstance(value, str))
_TEXTS = _Kind(_("a list of texts"), '{name} = ["…", "…"]', _texts)
VALUE = _Kind(
    _("a text, a number or a day"), '{name} = "EUR"', lambda v: isinstance(v, str | int | float | date)
)
_FLAG = _Kind(_("true or false"), "{name} = true", lambda value: isinstance(value, bool))
_COUNT = _Kind(
    _("a whole number"), "{name} = 1", lambda v: isinstance(v, int) and not isinstance(v, bool) and v >= 0
)
_KEY = _Kind(
    _("“row”, or a list of the file's columns"),
    '{name} = ["Order", "Line"]',
    lambda value: value == BY_ROW or (_texts(value) and bool(value)),
)
_PART = _Kind(_("a section of its own"), "[{name}]", lambda value: isinstance(value, dict))
_PARTS = _Kind(
    _("a list of sections"),
    "[[{name}]]",
    lambda value: isinstance(value, list) and all(isinstance(one, dict) for one in value),
)
_DAYS = _Kind(
    _("a list of days"),
    '{name} = ["9999-12-31"]',
    lambda value: isinstance(value, list) and all(isinstance(one, str | date) for one in value),
)

TOP = {
    "table": TEXT,
    "source": TEXT,
    "key": _KEY,
    "extra": _FLAG,
    "ignore": _TEXTS,
    "columns": _PART,
    "constants": _PART,
    "file": _PART,
    "formats": _PART,
    "meaning": _PART,
    "negative": _PARTS,
    "leave_out": _PARTS,
}
FILE = {
    "encoding": TEXT,
    "delimiter": TEXT,
    "header": _FLAG,
    "names": _TEXTS,
    "skip_lines": _COUNT,
    "sheet": TEXT,
}
FORMATS = {"date_order": _one_of("ymd", "dmy", "mdy"), "decimal_mark": _one_of(".", ","), "empty": _TEXTS}
MEANING = {"end_inclusive": _FLAG, "open_end": _DAYS}
RULE = {"where": TEXT, "equals": TEXT, "starts_with": TEXT, "unless": _FLAG, "column": TEXT}


def checked(said: MappingOf[str, Any], kinds: MappingOf[str, _Kind], section: str) -> None:
    """Refuse a name that a section does not know, and a value of another kind. Raises BadInput."""
    for name, value in said.items():
        if name not in kinds:
            close = near(name, kinds)
            ways = [_("Did you mean {names}?").format(names=", ".join(close or kinds))]
            if not section and not close:
                ways.append(_('Columns stand in a section of their own: [columns], and below it mrr = "Fee"'))
            raise BadInput(
                _("A mapping has no “{name}”{where}.").format(name=name, where=section and f" {section}"),
                ways=ways,
            )
        kind = kinds[name]
        if value is not None and not kind.fits(value):
            raise BadInput(
                _("In the mapping “{name}”{where} must be {kind}.").format(
                    name=name, where=section and f" {section}", kind=kind.words
                ),
                seen=f"{name} = {value!r}",
                ways=[_("Write it like: {example}").format(example=kind.example.format(name=name))],
            )
