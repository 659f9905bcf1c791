"""HTML that cannot be broken by what people are called: text is escaped unless it was built here."""

import json
from collections.abc import Iterable
from html import escape
from typing import Any, TypeAlias

Child: TypeAlias = "Markup | str | int | Iterable[Markup | str] | None"

_VOID = frozenset({"input", "meta", "br", "hr", "col"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, /, *children: Child, **attributes: Any) -> Markup:
    """An element. Children that are not Markup are escaped; attributes of None or False are left out.

    >>> tag("p", "a < b", class_="small", hidden=True)
    '<p class="small" hidden>a &lt; b</p>'
    """
    inside = "".join(_attribute(k.strip("_").replace("_", "-"), v) for k, v in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{inside}>")
    return Markup(f"<{name}{inside}>{join(children)}</{name}>")


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def join(children: Iterable[Child]) -> Markup:
    """The children one after the other, escaped where they are plain text."""
    parts = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, Markup):
            parts.append(str(child))
        elif isinstance(child, str | int):
            parts.append(escape(str(child)))
        else:
            parts.append(str(join(child)))
    return Markup("".join(parts))


def data_block(value: Any, **attributes: Any) -> Markup:
    """A block of JSON for the page's script; no text inside can end the block."""
    said = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        said = said.replace(character, f"\\u{ord(character):04x}")
    return tag("script", Markup(said), type="application/json", **attributes)
