"""How a metric is made known: a function in a file of its own, found by its name."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Literal

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import documented, near, speaking
from keepwell.lib.text import gettext as _
from keepwell.metrics.intervals import Ints

if TYPE_CHECKING:
    from keepwell.metrics.statement import Statement


@dataclass(frozen=True)
class Ratio:
    """Numerator over denominator, exact; both are accounts or both are minor units of money.

    `base` is the number of accounts that the denominator is counted over: under 30 the ratio is marked small.
    """

    of: int
    over: int
    base: int

    @property
    def value(self) -> Fraction | None:
        """The ratio, or None where there is no base: never 0, never an error."""
        return Fraction(self.of, self.over) if self.over else None


@dataclass(frozen=True)
class Opened:
    """Accounts paying at an opening, one entry each (or one for several alike): what intervals are drawn from."""

    opening: Ints  # minor units
    closing: Ints  # minor units
    churned: Ints  # 1 if it left


@dataclass(frozen=True)
class Metric:
    """A named, documented number with numerator and denominator.

    `each` says what an account of the opening adds to the numerator; a metric without it has no interval.
    """

    name: str
    label: str
    meaning: str
    formula: str
    unit: Literal["share of accounts", "share of revenue", "ratio"]
    better: Literal["higher", "lower"]
    compute: Callable[["Statement"], Ratio]
    each: Callable[[Opened], Ints] | None = None
    version: int = 1


_found: dict[str, Metric] = {}


def metric(
    *,
    label: str,
    formula: str,
    unit: Literal["share of accounts", "share of revenue", "ratio"],
    better: Literal["higher", "lower"],
    each: Callable[[Opened], Ints] | None = None,
    version: int = 1,
) -> Callable[[Callable[["Statement"], Ratio]], Callable[["Statement"], Ratio]]:
    """Make the function below known as a metric. Its docstring is what people read as its meaning."""

    def known(compute: Callable[["Statement"], Ratio]) -> Callable[["Statement"], Ratio]:
        name = compute.__name__
        if not compute.__doc__:
            raise AssertionError(f"the metric {name} must say in its docstring what it means")
        meaning = documented(compute.__doc__)
        _found[name] = Metric(name, label, meaning, formula, unit, better, compute, each, version)
        return compute

    return known


def all_metrics() -> dict[str, Metric]:
    """Every metric by its name, in the order of the alphabet, told in the reader's language."""
    return {
        name: replace(one, label=_(one.label), formula=_(one.formula), meaning=_(one.meaning))
        for name, one in _as_written().items()
    }


@cache
def _as_written() -> dict[str, Metric]:
    """The metrics as their files have them: whoever comes first must not give all others their language."""
    from keepwell.metrics import rates

    with speaking("en"):
        for module in pkgutil.iter_modules(rates.__path__):
            importlib.import_module(f"{rates.__name__}.{module.name}")
    return dict(sorted(_found.items()))


def metric_named(name: str) -> Metric:
    """The metric of that name. Raises KeepwellError with near names where there is none."""
    metrics = all_metrics()
    if name in metrics:
        return metrics[name]
    close = near(name, metrics)
    raise KeepwellError(
        _("There is no metric “{name}”.").format(name=name),
        ways=[_("Did you mean {names}?").format(names=", ".join(close))] if close else [],
    )
