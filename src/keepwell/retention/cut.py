"""Which cut of the book figures are worked out from: what they rest on, and nothing else.

A touch that is logged, or a night's scores, make a new version of the book and leave every figure as it was; so a
cut is told by the versions of the tables that figures are made from, what days those cover, and the settings.
"""

import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.conf import settings

from keepwell.book.book import Book
from keepwell.book.manifest import Manifest
from keepwell.ledger.policies import PAID, Policies
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

_RESTING_ON = ("accounts", "subscriptions", "purchases", "invoices", "rates", "quarantine")
VERSION = 4  # raised when the same facts come to be told otherwise


@dataclass(frozen=True)
class Cut:
    """The book as figures see it: `covered` is the day before which everything is known."""

    name: str
    manifest: int
    covered: date
    fiscal_start: int


def cut_now(home: str | None = None) -> Cut:
    """The newest cut of the book. Raises BadBook where there is none, KeepwellError where nothing can be measured."""
    return cut_of(Book.open(home or settings.HOME).manifest)


def cut_of(manifest: Manifest) -> Cut:
    """The cut that a version of the book is. Raises KeepwellError where nothing can be measured."""
    covered = manifest.covered
    if not any(covered.get(table) for table in PAID):
        raise KeepwellError(
            _("The book holds no subscriptions and no purchases yet, so there is nothing to measure."),
            ways=[
                _("Load them: keepwell import subscriptions FILE, or keepwell import purchases FILE."),
                _("Or look at a simulated company: keepwell demo."),
            ],
        )
    days = [day for table in _measured(manifest) for day in covered.get(table, {}).values()]
    return Cut(name_of(manifest), manifest.number, min(days), manifest.settings.fiscal_start)


def name_of(manifest: Manifest) -> str:
    """The name of a manifest's cut."""
    resting = [*_RESTING_ON, *(f"{table}_history" for table in _RESTING_ON)]
    told = {
        "version": VERSION,
        "tables": {table: manifest.tables[table] for table in resting if table in manifest.tables},
        "covered": {
            t: {s: str(d) for s, d in manifest.covered.get(t, {}).items()} for t in _measured(manifest)
        },
        "settings": manifest.settings.to_json(),
    }
    return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _measured(manifest: Manifest) -> tuple[str, ...]:
    return Policies(**manifest.settings.policies).measured
