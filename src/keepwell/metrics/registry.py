"""How a metric is made known: a function in a file of its own, found by its name."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Literal

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

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
class Metric:
    """A named, documented number with numerator and denominator."""

    name: str
    label: str
    meaning: str
    formula: str
    unit: Literal["share of accounts", "share of revenue", "ratio"]
    better: Literal["higher", "lower"]
    compute: Callable[["Statement"], Ratio]
    version: int = 1


_found: dict[str, Metric] = {}


def metric(
    *,
    label: str,
    formula: str,
    unit: Literal["share of accounts", "share of revenue", "ratio"],
    better: Literal["higher", "lower"],
    version: int = 1,
) -> Callable[[Callable[["Statement"], Ratio]], Callable[["Statement"], Ratio]]:
    """Make the function below known as a metric. Its docstring is what people read as its meaning."""

    def known(compute: Callable[["Statement"], Ratio]) -> Callable[["Statement"], Ratio]:
        name = compute.__name__
        if not compute.__doc__:
            raise AssertionError(f"the metric {name} must say in its docstring what it means")
        _found[name] = Metric(name, label, compute.__doc__.strip(), formula, unit, better, compute, version)
        return compute

    return known


@cache
def all_metrics() -> dict[str, Metric]:
    """Every metric by its name, in the order of the alphabet."""
    from keepwell.metrics import rates

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
