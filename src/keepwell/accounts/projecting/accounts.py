"""Accounts and contacts out of the book, each account with its owner and portfolio."""

from collections.abc import Iterator, Mapping
from typing import Any

import narwhals as nw
from django.db.models.functions import Lower

from keepwell.accounts.erasing import erase_as_the_book
from keepwell.accounts.models import Account, Contact, Erasing
from keepwell.accounts.projecting import Source, made, upsert
from keepwell.accounts.projecting.inheriting import heirs_in
from keepwell.accounts.projecting.moving import note_moved
from keepwell.accounts.queries import segments_in
from keepwell.accounts.words import renew_words
from keepwell.book.tables import table_named
from keepwell.lib.errors import KeepwellError
from keepwell.listening.belonging import domain_of
from keepwell.members.models import Member, Portfolio
from keepwell.metrics.cuts import NO_VALUE, Condition, parse_where

_ACCOUNT = ("name", "segment", "industry", "country", "language", "salesperson", "channel", "owner_email")
_CONTACT = ("name", "email", "phone", "role", "language", "seniority")


def project_accounts(source: Source) -> int:
    """Every account that has not been merged into another, and every contact; returns how many accounts."""
    moment, cut = source.moment, source.cut
    if not moment.has("accounts"):
        return 0
    own = _own_columns(source)
    rows = moment.frame("accounts").filter(nw.col("merged_into").is_null())
    members = dict(Member.objects.annotate(at=Lower("email")).values_list("at", "pk"))
    portfolios = _portfolios()
    chosen = {one.pk: one for one in Account.objects.filter(chosen=True)}

    def accounts() -> Iterator[Account]:
        for row in source.rows(rows):
            one = Account(
                account_id=row["account_id"], cut=cut, **{n: _text(row.get(n), Account, n) for n in _ACCOUNT}
            )
            one.name = one.name or one.account_id
            one.domain = domain_of(str(row.get("domain") or ""))[:200]
            one.attributes = {name: str(row.get(name) or "")[:200] for name in own}
            if was := chosen.get(one.account_id):
                one.chosen, one.owner_id, one.portfolio_id = True, was.owner_id, was.portfolio_id
            else:
                one.owner_id = members.get(one.owner_email.lower())
                one.portfolio_id = _portfolio(row, portfolios)
            yield one

    note_moved(source, rows)
    written = upsert(
        accounts(),
        key="account_id",
        fields=[*_ACCOUNT, "domain", "attributes", "owner", "portfolio", "chosen", "gone", "cut"],
    )
    Account.objects.exclude(cut=cut).update(gone=True)
    erase_as_the_book(source.book, source.engine)  # while it is known whom
    _project_contacts(source)
    renew_words()
    segments = segments_in(Account.objects.all())
    zone = source.book.settings.time_zone
    made("accounts", source, accounts=written, segments=segments, columns=own, zone=zone)
    return written


def _own_columns(source: Source) -> list[str]:
    """The columns of accounts that this company's files have beyond those that every book knows."""
    table = table_named("accounts")
    known = {column.name for column in table.columns} | {"known_at", "load"}
    return [name for name in source.moment.columns("accounts") if name not in known]


def _project_contacts(source: Source) -> None:
    moment, cut = source.moment, source.cut
    if not moment.has("contacts"):
        return
    facts = moment.frame("contacts")
    personal = moment.personal("contacts")
    rows = facts.join(personal.drop("account_id", strict=False), on="contact_id", how="left")
    known, heirs = set(Account.objects.values_list("pk", flat=True)), heirs_in(source)

    def contacts() -> Iterator[Contact]:
        for row in source.rows(rows):
            at = heirs.get(row["account_id"], row["account_id"])
            if at not in known or not row.get("source_id"):  # a person erased has none
                continue
            yield Contact(
                contact_id=row["contact_id"],
                account_id=at,
                source_id=_text(row.get("source_id"), Contact, "source_id"),
                channel=_text(row.get("preferred_channel"), Contact, "channel"),
                opted_out=bool(row.get("opted_out")),
                left_on=_day(row.get("left_on")),
                cut=cut,
                **{name: _text(row.get(name), Contact, name) for name in _CONTACT},
            )

    fields = [*_CONTACT, "account", "source_id", "channel", "opted_out", "left_on", "cut"]
    upsert(contacts(), key="contact_id", fields=fields)
    # Who waits to be erased stays: else nobody would know whom to erase in the book's past.
    awaited = Erasing.objects.filter(ended_at=None).values("pk")
    Contact.objects.exclude(cut=cut).exclude(pk__in=awaited).delete()


def _portfolios() -> list[tuple[int, tuple[Condition, ...]]]:
    """Portfolios in the order they are asked, with their conditions; one that cannot be read takes no account."""
    found = []
    for one in Portfolio.objects.all():
        try:
            conditions = parse_where(one.condition) if one.condition else ()
        except KeepwellError:
            continue
        found.append((one.pk, conditions))
    return found


def _portfolio(row: Mapping[str, Any], portfolios: list[tuple[int, tuple[Condition, ...]]]) -> int | None:
    def meets(one: Condition) -> bool:
        return (str(row.get(one.column) or NO_VALUE) in one.values) != one.negated

    return next((pk for pk, asked in portfolios if all(map(meets, asked))), None)


def _text(value: Any, model: Any, name: str) -> str:
    """A text as long as its column takes: a longer one is cut, which the book still has whole."""
    return str(value or "")[: model._meta.get_field(name).max_length]


def _day(number: Any) -> Any:
    from keepwell.lib.days import from_number

    return None if number is None else from_number(int(number))
