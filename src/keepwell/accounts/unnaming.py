"""A person's name, address and telephone taken out of whatever words the office keeps.

What is about a person is erased by the rooms that hold it (`erase.py`). This goes after where they were named in
passing: in a note at their account, on the trail, in a row on its way to the book, in an answer kept for a program.

A part of the name alone, as "Ann" of "Ann Lee", is many people's. It is taken out of the words at the person's own
account, written as a name is, where nobody else there bears it: there it means them. Elsewhere it stays.
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
from keepwell.lib.names import alone, parts_of

BLANK = "…"
SHORTEST = 4  # letters of a name or number that are looked for
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]{2,}")  # a name as Chinese is written
_WHOLE = (  # what is not anybody's words, or goes with the contact
    "accounts.account", "accounts.contact", "accounts.accountword", "accounts.contactword", "accounts.projection",
    "retention.figure", "retention.behind", "members.member", "members.team", "members.portfolio",
    "conversations.turn", "conversations.correction", "conversations.participant",  # their room sees to them itself
)  # fmt: skip


def unname(contact: Contact) -> int:
    """Put a blank wherever the office names a person; returns in how many rows."""
    words = [word.strip() for word in (contact.name, contact.email, contact.phone) if _tells(word.strip())]
    ids = [one for one in (contact.contact_id, contact.source_id) if one]
    if not words:
        return 0
    found = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    changed = 0
    for model, fields in _worded():
        way = _way(model)
        rows = model._default_manager.order_by()
        if way == "account":
            rows = rows.filter(account=contact.account_id)
        changed += _blanked(_naming(rows, fields, words), fields, found, ids)
    return changed + _unname_alone(contact)


def _unname_alone(contact: Contact) -> int:
    """Put a blank at the person's account wherever a part of their name stands alone."""
    parts = parts_alone(contact)
    if not parts:
        return 0
    found = alone(parts, contact.language or contact.account.language)
    changed = 0
    for model, fields in _worded():
        if way := _way(model):
            rows = model._default_manager.order_by().filter(**{way: contact.account_id})
            changed += _blanked(_naming(rows, fields, [_stem(part) for part in parts]), fields, found, [])
    return changed


def parts_alone(contact: Contact) -> list[str]:
    """The parts of a person's name that nobody else at their account bears, nor the account itself."""
    others = Contact.objects.filter(account=contact.account_id).exclude(pk=contact.pk)
    borne = {part for name in others.values_list("name", flat=True) for part in parts_of(name)}
    borne |= set(parts_of(contact.account.name))
    folded = {part.casefold() for part in borne}
    return [part for part in parts_of(contact.name) if part.casefold() not in folded]


def _stem(part: str) -> str:
    """What all cases of a part begin with, whatever its last letter becomes."""
    return part[:-1] if len(part) > SHORTEST - 1 else part


def _tells(word: str) -> bool:
    """Whether finding it tells a person: some letters or numbers, or two characters of Chinese."""
    return len(word) >= SHORTEST or bool(_HAN.fullmatch(word))


def _way(model: type[models.Model]) -> str:
    """How rows of a table lead to their account, themselves or by what they are of; "" where they have none."""
    if model._meta.label_lower == "accounts.outgoing":
        return "row__account_id"
    ways = {one.name: one.related_model for one in model._meta.concrete_fields if one.related_model}
    if ways.get("account") is Account:
        return "account"
    return next((f"{name}__account" for name, of in ways.items() if _at_account(of)), "")


def _at_account(model: Any) -> bool:
    return any(one.name == "account" and one.related_model is Account for one in model._meta.concrete_fields)


def _blanked(rows: QuerySet[Any], fields: list[str], found: re.Pattern[str], ids: list[str]) -> int:
    """Put blanks into the fields of some rows; returns how many were changed."""
    changed = 0
    for row in rows.iterator(500):
        new = {name: _without(getattr(row, name), found, ids) for name in fields}
        if new != {name: getattr(row, name) for name in fields}:
            type(row)._default_manager.filter(pk=row.pk).update(**new)
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


def _naming(rows: QuerySet[Any], fields: list[str], words: list[str]) -> QuerySet[Any]:
    """Those rows in which one of the words may stand."""
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
