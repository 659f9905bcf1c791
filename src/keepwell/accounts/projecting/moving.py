"""Accounts whose country the book has changed: noted before pages say so, until whoever minds it has answered."""

from collections.abc import Iterable, Mapping

from keepwell.accounts.models import Account, Projection
from keepwell.accounts.projecting import Source
from keepwell.book.engines import Frame

_NAME = "countries"


def note_moved(source: Source, accounts: Frame) -> None:
    """Note which accounts are in another country than before. Call it before they are projected.

    Killed between the two and made again, the countries before are those still.
    """
    before = dict(Account.objects.values_list("pk", "country"))
    rows = source.rows(accounts.select("account_id", "country"))
    said = ((row["account_id"], str(row["country"] or "")) for row in rows)
    new = {pk: before[pk] for pk, now in said if pk in before and now.casefold() != before[pk].casefold()}
    if new:
        _write({**new, **moved()})  # where they were first is what has not been answered yet


def moved() -> dict[str, str]:
    """By account in which country it was before; "" where none was known."""
    one = Projection.objects.filter(name=_NAME).first()
    return dict(one.said) if one is not None else {}


def answered(accounts: Iterable[str]) -> None:
    """Forget those that have been minded."""
    gone = set(accounts)
    _write({pk: was for pk, was in moved().items() if pk not in gone})


def _write(said: Mapping[str, str]) -> None:
    Projection.objects.update_or_create(name=_NAME, defaults={"said": dict(said)})
