"""The expressions of a template (`one.account|default:"–"`, what an `if` asks) as Python."""

from collections.abc import Callable
from typing import Any

from django.template.base import FilterExpression, Variable
from django.template.defaultfilters import default
from django.utils.functional import Promise
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from keepwell.site.templatetags import dates
from keepwell.site.templating.values import filtering

_NAMED_OUTRIGHT = ("None", "True", "False")


class Expressions:
    """Writes expressions. `known` says where a name lies that the template itself has given."""

    def __init__(self) -> None:
        self.bound: dict[str, Any] = {}  # what the Python refers to by a name of its own
        self.known: dict[str, str] = {}
        self.held: dict[tuple[str, ...], str] = {}  # what has been looked up just before, and where it lies
        self.says_days = False

    def bind(self, value: Any) -> str:
        """A name for a thing that cannot be written down."""
        name = f"b{len(self.bound)}"
        self.bound[name] = value
        return name

    def constant(self, value: Any) -> str:
        """A thing the template says outright. Texts to be translated are so by now: this is done once a language."""
        if isinstance(value, Promise):
            value = str(value)
        if type(value) in (int, float, bool, str, type(None)):
            return repr(value)
        return self.bind(value)

    def variable(self, var: Variable) -> str:
        """A name and what is asked of it. MISSING where there is none."""
        if var.lookups is None:
            return self.constant(var.resolve({}))
        before, said = self._begun(var.lookups)
        names = list(var.lookups[before:])
        while names:
            name = names.pop(0)
            if names[:1] == ["all"]:
                said = f"beside({said}, {name!r})"
                names.pop(0)
            elif name.startswith("get_") and name.endswith("_display"):
                said = f"chosen({said}, {name!r}, {get_language()!r})"
            else:
                said = f"member({said}, {name!r})"
        return said

    def _begun(self, names: tuple[str, ...]) -> tuple[int, str]:
        """How many of a variable's names are answered by what is at hand, and how."""
        for many in range(len(names), 0, -1):
            if at := self.held.get(names[:many]):
                return many, at
        if at := self.known.get(names[0]):
            return 1, f"(called(v) if callable(v := {at}) else v)"
        return 1, names[0] if names[0] in _NAMED_OUTRIGHT else f"find(dicts, {names[0]!r})"

    def value(self, said: FilterExpression, *, missing: str = "''") -> str:
        """An expression's value; `missing` is said in the place of what is not there, or left as MISSING."""
        if not isinstance(said.var, Variable):
            code = self.constant(said.var)
        else:
            code = self.variable(said.var)
            if said.var.lookups is not None and (missing or said.filters):
                code = f"({missing or repr('')} if (v := {code}) is MISSING else v)"
        for filtered, told in said.filters:
            code = self._filter(filtered, code, told)
        return code

    def shown(self, said: FilterExpression) -> str:
        """An expression's value as the page says it."""
        return f"shown({self.value(said, missing='')}, context)"

    def _told(self, lookup: bool, told: Any) -> str:
        if not lookup:
            return self.constant(mark_safe(told))  # noqa: S308 - the template's own words
        return f"needed({self.variable(told)}, {told.var!r})"

    def _filter(self, filtered: Callable[..., Any], code: str, told: list[tuple[bool, Any]]) -> str:
        if filtered is dates.date and told and told[0][1] in dates.FORMS:
            self.says_days = True
            return f"{self.bind(dates.saying(told[0][1], get_language()))}({code}, zone)"
        said = [self._told(*one) for one in told]
        if filtered is default:
            return f"({code} or {said[0]})"
        if any(getattr(filtered, f, False) for f in ("expects_localtime", "needs_autoescape", "is_safe")):
            return f"{self.bind(filtering(filtered))}({', '.join([code, 'context', *said])})"
        return f"{self.bind(filtered)}({', '.join([code, *said])})"

    def asks(self, condition: Any) -> str:
        """What an `if` asks. A single name is true or not; what is compared and is not there is None."""
        if condition.id == "literal":
            said: Any = condition.value
            return self.value(said, missing="None" if said.filters else "")
        if condition.id == "not":
            return f"(not {self.asks(condition.first)})"
        if condition.id in ("and", "or"):
            return f"({self.asks(condition.first)} {condition.id} {self.asks(condition.second)})"
        return f"({self._compared(condition.first)} {condition.id} {self._compared(condition.second)})"

    def _compared(self, one: Any) -> str:
        return self.value(one.value, missing="None") if one.id == "literal" else self.asks(one)
