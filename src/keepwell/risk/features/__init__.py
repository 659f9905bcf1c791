"""What may be asked of an account on a day: one file a feature, found by its name.

A feature is made of parts. A part is an aggregate over an account's rows of one source (`sources/`, one file each:
the rows of a table that had happened and were known by the end of the day before, with their `age` in days, 1 for
that day). Features that need the same part name it alike and it is worked out once. Its value is an expression over
parts and over the columns of the base (see `sources/base.py`); a part of an account without rows is missing, and
`counted` reads it as 0. What is not known is missing too, and stays so: see `window`.

A new feature is a new file here that says `FEATURE = Feature(...)`, and nothing else.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.risk.tallies import Tally

Columns = Mapping[str, NDArray[np.float64]]
EVER = 2**31


@dataclass(frozen=True)
class Part:
    """An aggregate over an account's rows of a source: an expression, or a tally where the rows are many.

    All parts of one source are of one sort.
    """

    source: str
    of: nw.Expr | Tally


@dataclass(frozen=True)
class Feature:
    """One thing that may be known of an account on a day.

    label, meaning: for people, as they stand in the catalogue of texts; `gettext` when shown.
    direction: +1 where more means more risk, -1 where more means less, 0 where that is not said.
    table: the table of the book it needs, or "ledger".
    value: over parts and base columns; text for a category feature, else a number.
    window: how many days (or the account's tenure, if shorter) the rows of its sources must cover for the value to be
        known, so that none found means that there was none; EVER for all of its tenure. None where the value itself
        is missing when nothing is known.
    categories: None for a number; for a category the names its codes stand for, () until observed.
    only: "contract" or "irregular" where only accounts of that kind can be asked; others do not lack it.
    in_numpy: instead of `value`, what works it out for all accounts of a day at once, from the columns it `needs`.
    """

    name: str
    label: str
    meaning: str
    unit: str
    direction: int
    table: str
    value: nw.Expr | None = field(default=None, compare=False, repr=False)
    parts: Mapping[str, Part] = field(default_factory=dict, compare=False, repr=False)
    window: int | None = None
    categories: tuple[str, ...] | None = None
    in_numpy: Callable[[Columns], NDArray[np.float64]] | None = field(default=None, compare=False, repr=False)
    needs: tuple[str, ...] = ()
    only: str = ""
    version: int = 1

    @property
    def definition(self) -> str:
        """Text that changes with how the feature is worked out."""
        parts = {name: (part.source, repr(part.of)) for name, part in sorted(self.parts.items())}
        return repr((self.name, self.version, self.table, self.window, self.needs, repr(self.value), parts))


def N_(message: str) -> str:
    """Mark a text for the catalogue; it is translated where it is shown."""
    return message


def counted(part: str) -> nw.Expr:
    """A part that counts or sums: nothing found is 0."""
    return nw.col(part).fill_null(0)


@cache
def all_features() -> dict[str, Feature]:
    """Every feature by its name, in the order of the alphabet."""
    found: dict[str, Feature] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.ispkg:
            continue
        feature: Feature = importlib.import_module(f"{__name__}.{module.name}").FEATURE
        if feature.name != module.name:
            raise AssertionError(f"the feature {feature.name} must lie in a file of its own name")
        found[feature.name] = feature
    parts_of(found.values())
    return dict(sorted(found.items()))


def feature_named(name: str) -> Feature:
    """The feature of that name. Raises KeepwellError with near names where there is none."""
    features = all_features()
    if name in features:
        return features[name]
    close = near(name, features)
    raise KeepwellError(
        _("There is no feature “{name}”.").format(name=name),
        ways=[_("Did you mean {names}?").format(names=", ".join(close))] if close else [],
    )


def parts_of(features: Iterable[Feature]) -> dict[str, Part]:
    """The parts that features need, by name; what is named alike must be alike."""
    found: dict[str, Part] = {}
    for feature in features:
        for name, part in feature.parts.items():
            known = found.setdefault(name, part)
            if (known.source, repr(known.of)) != (part.source, repr(part.of)):
                raise AssertionError(f"two parts are called {name}; the second in the feature {feature.name}")
    return found
