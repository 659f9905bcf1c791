"""What rooms above add to the accounts' pages from their own folders: found by the name of a module and a list in it.

`panels.py` (PANELS) adds to the account page, `timeline.py` (KINDS) to its timeline, `search.py` (SEARCHES) to the
search, `erase.py` (ERASERS) to what is done when a contact is erased, `heirs.py` (HEIRS) to what goes with an account
that is merged into another, `saved.py` (SAVED) to the conditions with a name, `today.py` (TODAY) to Today's side, and
`parts.py` (PARTS) to the settings.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule

from keepwell.accounts.models import Account, Contact
from keepwell.members.models import Member
from keepwell.members.rights import Right


@dataclass(frozen=True)
class Panel:
    """A part of an account's page: shown at its place, lowest first, where `context` gives one for this reader."""

    name: str
    place: int
    template: str
    context: Callable[[Member, Account], dict[str, Any] | None]


@dataclass(frozen=True)
class Aside:
    """A part of Today's side, as `Panel`."""

    name: str
    place: int
    template: str
    context: Callable[[Member], dict[str, Any] | None]


@dataclass(frozen=True)
class Found:
    """One thing a search found."""

    label: str
    detail: str
    url: str


@dataclass(frozen=True)
class Search:
    """What a search looks through; `find` obeys what the member may see and gives at most so many."""

    name: str
    label: str | Promise
    find: Callable[[Member, str, int], list[Found]]
    place: int = 0  # what is looked for most comes first


@dataclass(frozen=True)
class Eraser:
    """What a room holds of a contact: `export` gives it as JSON can hold it, `erase` removes it for good."""

    name: str
    export: Callable[[Contact], list[dict[str, Any]]]
    erase: Callable[[Contact], int]


@dataclass(frozen=True)
class Estate:
    """What a room holds of an account: `rows` gives, of a merged one and its heir, those that can go to the heir.

    `moved` is told of the keys of those that went, to the heir or back, once all rooms' have.
    """

    rows: Callable[[str, str], QuerySet[Any]]
    moved: Callable[[Sequence[str], datetime], None] | None = None


@dataclass(frozen=True)
class Saved:
    """Conditions on accounts that people named, by name."""

    conditions: Callable[[], dict[str, str]]


@dataclass(frozen=True)
class Part:
    """A part of the settings: its address by name and place, what it is called, what one does there, who may."""

    place: int
    address: str
    label: str | Promise
    detail: str | Promise
    right: Right = Right.ADMINISTER
    anchor: str = ""


def rows_of(found: QuerySet[Any], *fields: str) -> list[dict[str, Any]]:
    """Rows as an export holds them: text, numbers, and moments as ISO text."""
    return [
        {
            name: value if isinstance(value, str | int | float | bool | None) else str(value)
            for name, value in row.items()
        }
        for row in found.values(*fields)
    ]


@cache
def added(module: str, listed: str) -> tuple[Any, ...]:
    """Everything that rooms list under a name in a module of theirs."""
    found: list[Any] = []
    for app in apps.get_app_configs():
        if app.name.startswith("keepwell.") and module_has_submodule(app.module, module):
            found += getattr(import_module(f"{app.name}.{module}"), listed)
    return tuple(sorted(found, key=lambda one: getattr(one, "place", 0)))
