"""Conditions as they are meant: a value that no account has is a mistake, not an answer of noughts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

if TYPE_CHECKING:
    from keepwell.company import Company
    from keepwell.metrics.cuts import Condition

MOST_NAMED = 20


def asked_where(company: "Company", said: Sequence[str] | None) -> "tuple[Condition, ...]":
    """The conditions asked for.

    Raises KeepwellError where one is none, names no column, or asks for values of which no account has any.
    """
    from keepwell.metrics.cuts import parse_where  # the command line's help must not wait for engines

    conditions = tuple(condition for text in said or () for condition in parse_where(text))
    for condition in conditions:
        values = _values(company, condition.column)
        if condition.negated or values & set(condition.values):
            continue
        close = [name for value in condition.values for name in near(value, sorted(values))]
        ways = [_("Did you mean {names}?").format(names=", ".join(close))] if close else []
        if len(values) <= MOST_NAMED:
            ways.append(_("The values are: {names}.").format(names=", ".join(sorted(values))))
        raise KeepwellError(_("There is no account with {condition}.").format(condition=condition), ways=ways)
    return conditions


def _values(company: "Company", column: str) -> set[str]:
    from keepwell.metrics.cuts import KEPT_BY, NO_VALUE

    if column == KEPT_BY:
        return {"contract", "irregular"}
    held = company.ledger.attribute(column).select("segment").unique()
    return {NO_VALUE, *filter(None, company.ledger.engine.collect(held)["segment"].to_pylist())}
