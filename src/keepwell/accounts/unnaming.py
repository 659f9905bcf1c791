"""A person's name, address and telephone taken out of whatever words the office keeps.

What is about a person is erased by the rooms that hold it (`erase.py`). This goes after where they were named in
passing: in a note at their account, on the trail, in a row on its way to the book, in an answer kept for a program.
A first name alone is nobody's and stays.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast

from keepwell.accounts.models import Account, Contact

BLANK = "…"
SHORTEST = 4  # letters of a name or number that are looked for
_WHOLE = (  # what is not anybody's words, or goes with the contact
    "accounts.account", "accounts.contact", "accounts.accountword", "accounts.contactword", "accounts.projection",
    "retention.figure", "retention.behind", "members.member", "members.team", "members.portfolio",
    "conversations.turn", "conversations.correction", "conversations.participant",  # their room sees to them itself
)  # fmt: skip


def unname(contact: Contact) -> int:
    """Put a blank wherever the office names a person; returns in how many rows."""
    words = [word for word in (contact.name, contact.email, contact.phone) if len(word.strip()) >= SHORTEST]
    ids = [one for one in (contact.contact_id, contact.source_id) if one]
    if not words:
        return 0
    found = re.compile("|".join(re.escape(word.strip()) for word in words), re.IGNORECASE)
    changed = 0
    for model, fields in _worded():
        for row in _naming(model, fields, words, contact.account_id).iterator(500):
            new = {name: _without(getattr(row, name), found, ids) for name in fields}
            if new != {name: getattr(row, name) for name in fields}:
                model._default_manager.filter(pk=row.pk).update(**new)
                changed += 1
    return changed


def _worded() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Every table of ours that holds words people wrote or that were written for them, with those columns."""
    for app in apps.get_app_configs():
        if not app.name.startswith("keepwell."):
            continue
        for model in app.get_models():
            fields = [
                one.name
                for one in model._meta.concrete_fields
                if isinstance(one, models.CharField | models.TextField | models.JSONField)
                and not (one.primary_key or one.unique or one.choices)
            ]
            if fields and model._meta.label_lower not in _WHOLE:
                yield model, fields


def _naming(model: type[models.Model], fields: list[str], words: list[str], account: str) -> QuerySet[Any]:
    """Rows in which one of the words may stand; of what stands at accounts those of the person's."""
    rows: QuerySet[Any] = model._default_manager.order_by()
    if any(one.name == "account" and one.related_model is Account for one in model._meta.concrete_fields):
        rows = rows.filter(account=account)
    asked = Q()
    for name in fields:
        said = f"{name}_said"
        rows = rows.annotate(**{said: Cast(name, models.TextField())})
        for word in _written(words):
            asked |= Q(**{f"{said}__icontains": word})
    return rows.filter(asked)


def _written(words: list[str]) -> set[str]:
    """The words as columns may hold them: databases fold the case of plain letters only, JSON escapes the rest."""
    forms = {form for word in words for form in (word, word.lower(), word.upper(), word.title())}
    return forms | {json.dumps(form)[1:-1] for form in forms}


def _without(value: Any, found: re.Pattern[str], ids: list[str]) -> Any:
    if isinstance(value, str):
        return BLANK if value in ids else found.sub(BLANK, value)
    if isinstance(value, dict):
        return {name: _without(one, found, ids) for name, one in value.items()}
    return [_without(one, found, ids) for one in value] if isinstance(value, list) else value


def forget_pages() -> None:
    """Let the database's own log of changed pages hold nothing older than now; left to itself it does so later."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
