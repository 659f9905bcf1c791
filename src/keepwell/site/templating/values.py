"""What a written template calls while it renders: names looked up and values said, as Django does both."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, partialmethod
from html import escape
from inspect import getattr_static, signature
from typing import Any

from django.db.models import Model
from django.template.base import VariableDoesNotExist, render_value_in_context
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.timezone import template_localtime  # type: ignore[attr-defined] # the stubs do not know it

_marked = re.compile("[&<>\"']").search
NUMBERS = (int, float, Decimal)
_LOCAL = (*NUMBERS, date, time)  # said in the reader's form
_by_name_only: set[type] = set()  # kinds of objects that are not asked by key


class _Missing:
    """A name that stands for nothing."""

    def __bool__(self) -> bool:
        return False


MISSING = _Missing()


class Loop(dict[str, Any]):
    """What a loop says of itself (`forloop`), counted only where it is asked."""

    __slots__ = ("index", "size")
    index: int

    def __init__(self, parent: Any, size: int) -> None:
        super().__init__(parentloop={} if parent is MISSING else parent)
        self.size = size

    def __missing__(self, name: str) -> Any:
        if asked := _COUNTED.get(name):
            return asked(self)
        raise KeyError(name)


_COUNTED: Mapping[str, Callable[[Loop], int | bool]] = {
    "counter": lambda loop: loop.index + 1,
    "counter0": lambda loop: loop.index,
    "revcounter": lambda loop: loop.size - loop.index,
    "revcounter0": lambda loop: loop.size - loop.index - 1,
    "first": lambda loop: loop.index == 0,
    "last": lambda loop: loop.index == loop.size - 1,
}


def find(dicts: list[Mapping[str, Any]], name: str) -> Any:
    """What a name stands for; of what can be called, what it answers."""
    for one in reversed(dicts):
        if name in one:
            found = one[name]
            return called(found) if callable(found) else found
    return MISSING


def raw(dicts: list[Mapping[str, Any]], name: str) -> Any:
    """What a name stands for, itself."""
    for one in reversed(dicts):
        if name in one:
            return one[name]
    return MISSING


def member(current: Any, name: str) -> Any:
    """`current.name` as templates mean it: a key, an attribute or a place in a list; called where it can be."""
    kind = type(current)
    if kind in _by_name_only:
        try:
            found = getattr(current, name)
        except (TypeError, AttributeError):
            return _member(current, name)
        except Exception as wrong:
            return _silent(wrong)
    elif kind is dict or kind is Loop:
        try:
            found = current[name]
        except KeyError:
            return _member(current, name)
    elif current is None or current is MISSING:
        return MISSING
    else:
        if not hasattr(kind, "__getitem__") or kind.__getitem__ in _NEVER_BY_NAME:
            _by_name_only.add(kind)
        return _member(current, name)
    return called(found) if callable(found) else found


_NEVER_BY_NAME = (tuple.__getitem__, list.__getitem__, str.__getitem__)


def _member(current: Any, name: str) -> Any:
    """The same in all of Django's steps."""
    try:
        try:
            if not hasattr(type(current), "__getitem__"):
                raise TypeError
            found = current[name]
        except (TypeError, AttributeError, KeyError, ValueError, IndexError):
            try:
                found = getattr(current, name)
            except (TypeError, AttributeError):
                if name in dir(current):
                    raise
                try:
                    found = current[int(name)]
                except (IndexError, ValueError, KeyError, TypeError):
                    return MISSING
    except Exception as wrong:  # a property may raise anything
        return _silent(wrong)
    return called(found) if callable(found) else found


def beside(row: Any, name: str) -> Any:
    """`row.name.all`: the rows beside one, outright where they were read with it."""
    kept = getattr(row, "_prefetched_objects_cache", None) if isinstance(row, Model) else None
    return kept[name] if kept and name in kept else member(member(row, name), "all")


def chosen(row: Any, name: str, language: str | None) -> Any:
    """What `get_x_display` says of a row: what its value is called, found once a language."""
    if isinstance(row, Model) and (choices := _choices(type(row), name, language)) is not None:
        value = getattr(row, name.removeprefix("get_").removesuffix("_display"))
        return choices.get(value, value)
    return member(row, name)


@cache
def _choices(model: type[Model], name: str, _language: str | None) -> Mapping[Any, str] | None:
    """What the values of a field are called; None where a model says it in its own way."""
    said = getattr_static(model, name, None)
    if not isinstance(said, partialmethod) or said.func is not Model._get_FIELD_display:  # type: ignore[attr-defined] # the stubs do not know it
        return None
    return {value: str(label) for value, label in said.keywords["field"].flatchoices}


def called(found: Any) -> Any:
    """What it answers; itself where it says so, nothing where it would change data or must be told more."""
    if getattr(found, "do_not_call_in_templates", False):
        return found
    if getattr(found, "alters_data", False):
        return ""
    try:
        return found()
    except TypeError:
        try:
            signature(found).bind()
        except (TypeError, ValueError):
            return ""
        raise
    except Exception as wrong:  # it may raise anything
        return _silent(wrong)


def _silent(wrong: Exception) -> str:
    """Nothing, for what fails in silence (a row that is not there)."""
    if getattr(wrong, "silent_variable_failure", False):
        return ""
    raise wrong


def shown(value: Any, context: Any) -> str:
    """A value as the page says it: in the reader's form, escaped."""
    kind = type(value)
    if kind is str:
        return escape(value) if _marked(value) else value
    if kind is SafeString or kind is int:
        return str(value)
    if value is MISSING:
        return ""
    if isinstance(value, _LOCAL) and kind is not bool:
        return str(render_value_in_context(value, context))
    return safely(str(value))


def safely(said: str) -> str:
    """A text, escaped unless it is said to be safe."""
    if isinstance(said, SafeData):
        return said
    return escape(said) if _marked(said) else said


def escaped(value: Any) -> str:
    """A value's text, escaped whatever it is."""
    said = str(value)
    return escape(said) if _marked(said) else said


def items(values: Any) -> Sequence[Any]:
    """What a loop goes through."""
    if values is None or values is MISSING:
        return ()
    return values if hasattr(values, "__len__") else list(values)


def needed(value: Any, name: str) -> Any:
    """What a filter is told; it must be there."""
    if value is MISSING:
        raise VariableDoesNotExist("Failed lookup for key [%s]", (name,))
    return value


def filtering(filtered: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that says how it wants its value, called as it wants."""
    local = getattr(filtered, "expects_localtime", False)
    escapes = getattr(filtered, "needs_autoescape", False)
    safe = getattr(filtered, "is_safe", False)

    def call(value: Any, context: Any, *told: Any) -> Any:
        if local and isinstance(value, datetime):
            value = template_localtime(value, context.use_tz)
        said = filtered(value, *told, autoescape=context.autoescape) if escapes else filtered(value, *told)
        return mark_safe(said) if safe and isinstance(value, SafeData) else said  # noqa: S308 - what was safe stays so

    return call
