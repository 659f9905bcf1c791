"""Questions that are put together once, and asked again and again with other values.

Django puts a query together and writes its SQL anew each time it is asked. On a page of ten questions that takes
longer than the database needs to answer them. A question marked `ready` is written once for each of its shapes:

    @ready
    def _open(whose: str, /, *, member: Member, due: date) -> QuerySet[FollowUp]:
        rows = seen_by(FollowUp.objects.filter(due__lte=due), member, account="account")
        return rows.filter(owner=member.pk) if whose == "mine" else rows

    rows = _open("mine", member=member, due=today).rows()

What is said by place is its *shape*: it is written into the question, and another shape is another question. What is
said by name are *values*: text, numbers, days, moments, lists of them, or a member. In their place the function is
given stand-ins that can be compared with in a filter and nothing else; whatever would read one fails when the
question is first put together. Values reach the database as parameters, always. Of a member the role and the number
of portfolios are part of the shape, who it is and which portfolios are values: so `seen_by` holds as elsewhere.

The rows are those that Django would give: model instances with what was selected (what was not is read when it is
asked for), or what `values_list` gives. `plain` gives the queryset itself, for what is asked rarely or otherwise.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import wraps
from typing import Any, Generic, NoReturn, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, JSONField, Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.expressions import Col
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable
from pydantic_core import from_json

from keepwell.members.models import Member
from keepwell.members.planned import Place, Planned, may_be_planned
from keepwell.members.rights import in_order, portfolios_of

Row = TypeVar("Row")
Other = TypeVar("Other")
Said = ParamSpec("Said")
Record = Sequence[Any]
Maker = Callable[[Record], Any]

_LARGEST = 2**63 - 1
_MOST = 2000  # questions that are kept; beyond, all are written anew


class Given(Expression):
    """Stands for a value that is said when the question is asked; for a list of them where it has a `count`."""

    def __init__(self, name: str, at: int = 0, count: int | None = None) -> None:
        super().__init__()
        self.name, self.at, self.count = name, at, count

    def as_sql(self, *_compiler: Any, **_more: Any) -> Any:
        """A parameter, or a list of them."""
        if self.count is None:
            return "%s", [Place(self.name, self.at)]
        if not self.count:
            raise EmptyResultSet
        return f"({', '.join(['%s'] * self.count)})", [Place(self.name, at) for at in range(self.count)]

    def __str__(self) -> NoReturn:
        """Fails: what is made of a text would be the same for every value."""
        raise TypeError(f"The value of {self.name!r} is not known while the question is put together.")


@dataclass(frozen=True)
class Asked(Generic[Row]):
    """A question with its values."""

    steps: tuple[tuple[Callable[..., Any], tuple[Any, ...], tuple[str, ...]], ...]
    values: dict[str, Any] = field(hash=False)
    walked: bool = False  # whether it is asked `in_order`
    rare: bool = False  # of a shape that hardly comes again: put together each time
    alike: bool = False  # reached alike whoever asks: PostgreSQL plans it once

    def then(
        self, step: "Callable[..., QuerySet[Any, Other]]", /, *shape: Any, **values: Any
    ) -> "Asked[Other]":
        """What a function makes of the question, by its shape and with further values."""
        steps = (*self.steps, (step, shape, tuple(values)))
        return Asked(steps, self.values | values, self.walked, self.rare, self.alike)

    def first(self, most: int) -> "Asked[Row]":
        """The first rows of it."""
        return self.then(_first_of, most)

    def rarely(self) -> "Asked[Row]":
        """The same, put together each time: words that somebody typed are in its shape."""
        return replace(self, rare=True)

    def in_order(self) -> "Asked[Row]":
        """The same, its rows read in their order until there are enough."""
        return replace(self, walked=True)

    def by_keys(self) -> "Asked[Row]":
        """The same, found by keys: reached alike whoever asks."""
        return replace(self, alike=True)

    def weighed(self) -> "Asked[Row]":
        """The same, planned each time: how its rows are best reached depends on the values."""
        return replace(self, alike=False)

    def known_by(self) -> Any:
        """What is the same whenever this is asked again, to be remembered by; None where that is hardly ever."""
        if self.rare:
            return None
        return self.steps, tuple((name, _parts(value)) for name, value in self.values.items())

    def plain(self) -> QuerySet[Any, Row]:
        """The queryset with the values themselves. Whoever asks it `in_order` says so."""
        *_before, (found, _names) = self._after(self.values)
        return found

    def rows(self) -> list[Row]:
        """The answer."""
        if self.rare:
            with self._way():
                return list(self.plain())
        shapes, flat = [], {}
        for name, value in self.values.items():
            shape, parts = _parts(value)
            shapes.append((name, shape))
            for at, part in enumerate(parts):
                flat[Place(name, at)] = part
        key = connection.vendor, self.steps, self.walked, tuple(shapes)
        question = _written.get(key)
        if question is None:
            with self._way():
                question = self._written({name: _stand_in(name, shape) for name, shape in shapes})
            if len(_written) >= _MOST:
                _written.clear()
            _written[key] = question
        return question.asked(flat, alike=self.alike)

    def __iter__(self) -> Iterator[Row]:
        """Over the answer."""
        return iter(self.rows())

    def _way(self) -> AbstractContextManager[None]:
        return in_order() if self.walked else nullcontext()

    def _after(self, values: dict[str, Any]) -> Iterator[tuple[QuerySet[Any, Any], tuple[str, ...]]]:
        """The query after each step, and the names of what the step was given."""
        found: Any = None
        for n, (step, shape, names) in enumerate(self.steps):
            said = {name: values[name] for name in names}
            found = step(found, *shape, **said) if n else step(*shape, **said)
            yield found, names

    def _written(self, stand_ins: dict[str, Any]) -> "_Written":
        for found, names in self._after(stand_ins):
            question = _Written.of(found, {one for one in names if _must(stand_ins[one])})
        return question


def ready(build: Callable[Said, QuerySet[Any, Row]]) -> Callable[Said, Asked[Row]]:
    """Mark a function that gives a query: its question is put together once for each shape."""

    @wraps(build)
    def asked(*shape: Said.args, **values: Said.kwargs) -> Asked[Row]:
        return Asked(((build, shape, tuple(values)),), values)

    return asked


def ready_by_keys(build: Callable[Said, QuerySet[Any, Row]]) -> Callable[Said, Asked[Row]]:
    """As `ready`, of rows that are reached alike whoever asks, as by their keys: PostgreSQL also plans it once."""

    @wraps(build)
    def asked(*shape: Said.args, **values: Said.kwargs) -> Asked[Row]:
        return Asked(((build, shape, tuple(values)),), values, alike=True)

    return asked


# --- what is said of values ------------------------------------------------------------------------------------


def _parts(value: Any) -> tuple[Any, tuple[Any, ...]]:
    """The shape of a value, and what of it goes to the database."""
    if isinstance(value, Member):
        portfolios = portfolios_of(value)
        return (Member, value.role, value.is_active, len(portfolios)), (value.pk, *portfolios)
    if isinstance(value, list | tuple):
        parts = tuple(_part(one) for one in value)
        missing = (1 << (len(parts) - 1).bit_length()) - len(parts) if parts else 0
        return (list, len(parts) + missing), parts + parts[-1:] * missing  # few lengths: the last one again
    return None, (_part(value),)


def _part(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, int):
        return min(max(value, -_LARGEST), _LARGEST)  # what no column can hold is beyond all that are there
    if isinstance(value, str | float):
        return value
    raise TypeError(f"{value!r} is no value of a question: what is there or not is part of its shape.")


def _stand_in(name: str, shape: Any) -> Any:
    if shape is None:
        return Given(name)
    if shape[0] is list:
        return Given(name, count=shape[1])
    _member, role, active, portfolios = shape
    stands = Member(role=role, is_active=active)
    stands.pk = Given(name)
    stands.of_request, stands.seen_teams = True, [("", Given(name, 1 + at)) for at in range(portfolios)]  # type: ignore[misc]  # stand-ins
    return stands


def _must(stands: Any) -> bool:
    """Whether a question without this value is a mistake: who may see all is in none, and no list has nothing."""
    return isinstance(stands, Given) and stands.count != 0


# --- what is written -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Written:
    """A question as one database is asked it. Without `sql` there is nothing to find, whatever the values."""

    sql: str = ""
    params: tuple[Any, ...] = ()
    columns: int = 0
    converted: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...] = ()
    made: Maker = tuple
    planned: dict[tuple[type, ...], Planned | None] = field(
        default_factory=dict, compare=False
    )  # by types of values

    @classmethod
    def of(cls, found: QuerySet[Any, Any], names: set[str]) -> "_Written":
        """Write the question of a queryset that holds stand-ins; those of some names must be in it."""
        hidden: Any = found  # what Django's own iterators read of it
        if hidden._prefetch_related_lookups or hidden._known_related_objects:
            raise TypeError("A question that is put together once reads no further rows beside its own.")
        compiler: Any = found.query.get_compiler(connection=connection)
        try:
            sql, said = compiler.as_sql()
        except EmptyResultSet:
            return cls()
        # `seen_by` hands on what it was given as it is.
        params = tuple(Place(one.name, one.at) if isinstance(one, Given) else one for one in said)
        if unsaid := names - {one.name for one in params if isinstance(one, Place)}:
            raise TypeError(f"Of {', '.join(sorted(unsaid))} nothing reached the question.")
        kinds: dict[Any, Callable[[], Maker]] = {
            ModelIterable: lambda: _model(compiler),
            ValuesListIterable: lambda: tuple,
            FlatValuesListIterable: lambda: _first,
        }
        made = kinds[hidden._iterable_class]()
        converters = compiler.get_converters([one[0] for one in compiler.select[: compiler.col_count]])
        converted = tuple(
            (at, [_quicker(one, of) for one in how], of) for at, (how, of) in converters.items()
        )
        return cls(sql, params, compiler.col_count, converted, made)

    def asked(self, values: dict[Place, Any], *, alike: bool = False) -> list[Any]:
        """The rows of some values; of a question that is reached `alike` as it was planned, where that may be."""
        if not self.sql:
            return []
        rows = self._as_planned(values) if alike and may_be_planned() else None
        if rows is None:
            with connection.cursor() as cursor:
                cursor.execute(self.sql, [values[one] if type(one) is Place else one for one in self.params])
                rows = cursor.fetchall()
        if self.converted:
            rows = [self._converted(row) for row in rows]
        made = self.made
        return [made(row) for row in rows]

    def _as_planned(self, values: dict[Place, Any]) -> list[Record] | None:
        types = tuple(map(type, values.values()))
        if types not in self.planned:
            self.planned[types] = Planned.of(self.sql, self.params, values)
        planned = self.planned[types]
        return None if planned is None else planned.asked(values)

    def _converted(self, row: Record) -> Record:
        read = list(row)
        for at, converters, column in self.converted:
            for convert in converters:
                read[at] = convert(read[at], column, connection)
        return read


_written: dict[Any, _Written] = {}


def _first_of(found: QuerySet[Any, Row], most: int) -> QuerySet[Any, Row]:
    return found[:most]


def _quicker(convert: Callable[..., Any], column: Any) -> Callable[..., Any]:
    """What reads a column, but of JSON a reader that is twice as quick as Python's."""
    of = getattr(convert, "__self__", None)
    plain = type(of) is JSONField and of.decoder is None and isinstance(column, Col)
    return _json if plain else convert


def _json(value: Any, *_more: Any) -> Any:
    try:
        return value if value is None else from_json(value)
    except ValueError:  # half a pair of surrogates, which Python's own lets through
        return json.loads(value)


def _first(row: Record) -> Any:
    return row[0]


def _model(compiler: Any) -> Maker:
    extra = tuple((compiler.annotation_col_map or {}).items())
    instance = _instance(compiler.klass_info, compiler.select)

    def made(row: Record) -> Any:
        one = instance(row)
        for name, at in extra:
            setattr(one, name, row[at])
        return one

    return made if extra else instance


def _instance(said: dict[str, Any], select: Sequence[Any]) -> Maker:
    """How an instance is made of a row, and those it leads to (`select_related`): as Django unpickles one.

    Whoever makes one by its class pays for each field that is not there, and for signals that no model here hears.
    """
    model: type[Model] = said["model"]
    begin, end = said["select_fields"][0], said["select_fields"][-1] + 1
    names = [one[0].target.attname for one in select[begin:end]]
    key = begin + names.index(model._meta.pk.attname)
    further = [
        (_instance(one, select), one["local_setter"], one["remote_setter"])
        for one in said.get("related_klass_infos", [])
    ]

    def made(row: Record) -> Any:
        if row[key] is None:
            return None
        one = model.__new__(model)
        one.__dict__.update(zip(names, row[begin:end], strict=True))
        one._state = ModelState()
        one._state.adding, one._state.db = False, connection.alias
        for instance, there, back in further:
            other = instance(row)
            there(one, other)
            if other is not None:
                back(other, one)
        return one

    return made
