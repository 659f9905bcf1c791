"""What people did at an account that has been merged goes to its heir, and back when the merger is undone.

Each row that went is remembered with whose it was, so that what is the heir's own stays there. Safe to repeat.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby, islice
from typing import Any

import narwhals as nw
from django.apps import apps
from django.db import transaction
from django.db.models import Model

from keepwell.accounts.models import Account, Inherited
from keepwell.accounts.projecting import BATCH, Source
from keepwell.accounts.rooms import Estate, added


def heirs_in(source: Source) -> dict[str, str]:
    """By merged account the one that took it over in the end; a chain that leads in a circle has no heir."""
    if not source.moment.has("accounts"):
        return {}
    rows = source.moment.frame("accounts").filter(~nw.col("merged_into").is_null())
    into = {
        row["account_id"]: row["merged_into"] for row in source.rows(rows.select("account_id", "merged_into"))
    }
    return {of: heir for of in into if (heir := _end(of, into)) != of}


def _end(of: str, into: Mapping[str, str]) -> str:
    seen, at = {of}, into[of]
    while at in into:
        if at in seen:
            return of
        seen.add(at)
        at = into[at]
    return at


def inherit(source: Source) -> int:
    """Hand on what merged accounts have, and back what undone mergers brought; returns how many rows went."""
    known = set(Account.objects.values_list("pk", flat=True))
    heirs = {of: heir for of, heir in heirs_in(source).items() if of in known and heir in known}
    estates: tuple[Estate, ...] = added("heirs", "HEIRS")
    went = _hand_back(heirs, estates, source.now)
    for of, heir in heirs.items():
        with transaction.atomic():
            moved = [(estate, _hand_on(estate.rows(of, heir), of, heir)) for estate in estates]
            for estate, keys in moved:
                if estate.moved is not None and keys:
                    estate.moved(keys, source.now)
        went += sum(len(keys) for _estate, keys in moved)
    _give_owners(heirs)
    return went


def _hand_on(rows: Any, of: str, heir: str) -> list[str]:
    model: type[Model] = rows.model
    keys = [str(key) for key in rows.order_by().values_list("pk", flat=True)]
    label = model._meta.label_lower
    for some in _batches(iter(keys)):
        Inherited.objects.bulk_create(
            [Inherited(what=label, key=key, of=of, heir=heir) for key in some],
            update_conflicts=True,
            unique_fields=["what", "key"],
            update_fields=["heir"],  # of a chain of mergers the first is whose it was
        )
        model._default_manager.filter(pk__in=some).update(account=heir)
    return keys


@transaction.atomic
def _hand_back(heirs: Mapping[str, str], estates: Iterable[Estate], now: datetime) -> int:
    """Rows whose merger is undone go to whose they were; those whose heir was itself merged wait for their turn."""
    undone = [one for one in Inherited.objects.order_by("what", "of") if heirs.get(one.of) != one.heir]
    for (label, of), rows in groupby(undone, key=lambda one: (one.what, one.of)):
        model = apps.get_model(label)
        for some in _batches(rows):
            keys = [one.key for one in some]
            model._default_manager.filter(pk__in=keys).update(account=of)
            Inherited.objects.filter(pk__in=[one.pk for one in some]).delete()
    for estate in estates if undone else ():
        label = estate.rows("", "").model._meta.label_lower
        back = [one.key for one in undone if one.what == label]
        if estate.moved is not None and back:
            estate.moved(back, now)
    return len(undone)


def _give_owners(heirs: Mapping[str, str]) -> None:
    """An heir that nobody looks after is looked after by whoever looked after the merged one."""
    free = Account.objects.filter(pk__in=set(heirs.values()), owner=None, chosen=False)
    of_heir = {heir: of for of, heir in sorted(heirs.items(), reverse=True)}
    for one in free:
        before = Account.objects.filter(pk=of_heir[one.pk]).first()
        if before is not None and before.owner_id is not None:
            one.owner_id = before.owner_id
            one.save(update_fields=["owner"])


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while some := list(islice(rows, BATCH // 4)):
        yield some
