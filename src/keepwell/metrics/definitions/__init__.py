"""Named definitions of churn, ours and others', over one ledger: one file each, found by its name."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import narwhals as nw

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import documented, near, speaking
from keepwell.lib.text import gettext as _


@dataclass(frozen=True)
class Activity:
    """What one account did in a period, as expressions over whole numbers; a definition is made of these.

    A departure is a day on which the account goes from paying to not paying, an arrival the other way round.
    """

    opening: nw.Expr  # 1 if it pays at the opening
    closing: nw.Expr  # 1 if it pays at the closing
    churned: nw.Expr  # 1 if it pays at the opening and not at the closing
    departures: nw.Expr  # how many departures it had inside
    departed: nw.Expr  # 1 if it had any
    arrived: nw.Expr  # 1 if it had any arrival inside
    first_time: nw.Expr  # 1 if it paid for the first time ever inside
    renewing: nw.Expr  # 1 if a subscription of it came up for renewal inside


@dataclass(frozen=True)
class Share:
    """What each account adds to the numerator and to the denominator."""

    of: nw.Expr
    over: nw.Expr


@dataclass(frozen=True)
class Definition:
    """A named meaning of churn. `daily` ones are a sum over days and not over accounts."""

    name: str
    label: str
    meaning: str
    source: str
    share: Callable[[Activity], Share]
    whole_months: bool = False
    needs_renewals: bool = False
    daily: bool = False
    version: int = 1


_found: dict[str, Definition] = {}


def definition(
    *,
    label: str,
    source: str,
    whole_months: bool = False,
    needs_renewals: bool = False,
    daily: bool = False,
    version: int = 1,
) -> Callable[[Callable[[Activity], Share]], Callable[[Activity], Share]]:
    """Make the function below known as a definition. Its docstring is what people read as its meaning."""

    def known(share: Callable[[Activity], Share]) -> Callable[[Activity], Share]:
        if not share.__doc__:
            raise AssertionError(f"the definition {share.__name__} must say in its docstring what it means")
        _found[share.__name__] = Definition(
            share.__name__,
            label,
            documented(share.__doc__),
            source,
            share,
            whole_months,
            needs_renewals,
            daily,
            version,
        )
        return share

    return known


def all_definitions() -> dict[str, Definition]:
    """Every definition by its name, told in the reader's language: ours first, then in the order of the alphabet."""
    return {
        name: replace(one, label=_(one.label), meaning=_(one.meaning), source=_(one.source))
        for name, one in _as_written().items()
    }


@cache
def _as_written() -> dict[str, Definition]:
    """The definitions as their files have them: whoever comes first must not give all others their language."""
    with speaking("en"):
        for module in pkgutil.iter_modules(__path__):
            importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_found.items(), key=lambda item: (item[0] != "opening_set", item[0])))


def definition_named(name: str) -> Definition:
    """The definition of that name. Raises KeepwellError with near names where there is none."""
    known = all_definitions()
    if name in known:
        return known[name]
    close = near(name, known)
    raise KeepwellError(
        _("There is no definition “{name}”.").format(name=name),
        ways=[
            *([_("Did you mean {names}?").format(names=", ".join(close))] if close else []),
            _("The definitions are: {names}.").format(names=", ".join(known)),
        ],
    )
