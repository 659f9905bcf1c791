"""The orders of lists, and the indexes they are read from: what is empty comes last, on either database."""

from copy import copy
from typing import Any

from django.db.models import F, ForeignObjectRel, Func, Index, Model, QuerySet
from django.db.models.expressions import OrderBy


class Downwards(Index):
    """Its “-” fields are in that order on PostgreSQL too, where empty ones would come first; on SQLite they are."""

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **more: Any) -> Any:
        """As the database says it."""
        made = copy(self)
        if schema_editor.connection.vendor == "postgresql":
            made.fields_orders = [
                (name, f"{way} NULLS LAST" if way else way) for name, way in self.fields_orders
            ]
        return Index.create_sql(made, model, schema_editor, using=using, **more)


def by(model: type[Model], order: str) -> OrderBy:
    """By a field (“-” before it: downwards) of a model's rows or of what they point to, empty ones last.

    Where none can be empty nothing is said of them: PostgreSQL would not read such an order from a plain index.
    """
    name = order.removeprefix("-")
    last = True if may_be_empty(model, name) else None
    return F(name).desc(nulls_last=last) if order.startswith("-") else F(name).asc(nulls_last=last)


def may_be_empty(model: type[Model], path: str) -> bool:
    """Whether a row may have nothing in a field, or point to nothing that has it."""
    for name in path.split("__"):
        field = model._meta.get_field(name)
        if isinstance(field, ForeignObjectRel) or field.null:
            return True
        if field.related_model is not None:
            model = field.related_model
    return False


def order_of(found: QuerySet[Any]) -> tuple[Any, ...]:
    """The order of some rows: the one they were given, else that of their model."""
    given: tuple[Any, ...] = tuple(found.query.order_by)
    return given or (tuple(found.model._meta.ordering) if found.query.default_ordering else ())


def sorted_apart(found: QuerySet[Any]) -> QuerySet[Any]:
    """The same in its order, which PostgreSQL does not look for in an index: the rows are found first, and sorted."""
    first, *rest = order_of(found)
    if isinstance(first, str):
        first = F(first.removeprefix("-")).desc() if first.startswith("-") else F(first).asc()
    assert isinstance(first, OrderBy)
    apart = copy(first)
    apart.set_source_expressions([_Apart(one) for one in first.get_source_expressions()])
    return found.order_by(apart, *rest)


class _Apart(Func):
    """A column as it is, which no index is of."""

    template = "COALESCE(%(expressions)s, %(expressions)s)"
    arity = 1


class Unsought(Func):
    """A column that SQLite compares with and does not seek by; PostgreSQL weighs that itself."""

    template = "%(expressions)s"
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """With a plus before it, a column's index is left alone."""
        return self.as_sql(compiler, connection, template="+%(expressions)s", **more)
