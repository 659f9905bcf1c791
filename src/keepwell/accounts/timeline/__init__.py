"""What stands on an account's timeline, one file a kind: which rows of the book it is made of, and how it is told.

A kind is added by adding a file with a `KIND`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.utils.functional import Promise

from keepwell.accounts.models import Entry
from keepwell.accounts.rooms import added
from keepwell.members.models import Member

Row = Mapping[str, Any]
Told = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class More:
    """Where more of an entry is to be seen, and a sign to stand beside it: the class of its mark, and its words."""

    address: str = ""
    mark: str = ""
    sign: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of entry.

    table: the book's table; at: its column of the moment (an instant, or a day); keeps: columns an entry keeps to be
    told by; personal: columns kept apart in the book that an entry shows, joined when it is made; hot: whether it
    speaks of trouble; headline and detail: what is shown, in the reader's language, from what was kept; address:
    where more of it is to be seen; more: of several entries what this reader may see and no entry tells by itself, by
    their keys. Kinds with the same `more` are asked together.
    """

    name: str
    label: str | Promise
    headline: Told
    table: str = ""
    at: str = "occurred_at"
    keeps: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    hot: Callable[[Row], bool] = field(default=lambda _row: False)
    detail: Told = field(default=lambda _data: "")
    address: Told = field(default=lambda _data: "")
    more: Callable[[Member, Sequence[Entry]], Mapping[int, More]] = field(
        default=lambda _member, _entries: {}
    )


@cache
def all_kinds() -> dict[str, Kind]:
    """Every kind by name: those of the book's tables here, and those that rooms add from their own `timeline.py`."""
    found = {}
    for module in iter_modules(__path__):
        kind: Kind = import_module(f"{__name__}.{module.name}").KIND
        found[kind.name] = kind
    return found | {kind.name: kind for kind in added("timeline", "KINDS")}


KINDS: tuple[Kind, ...] = ()  # those of this room are files here; `added` asks every room
