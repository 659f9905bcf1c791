"""What customers said and wrote that the book holds: taken in as loads bring it, many at a time."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

import narwhals as nw
from django.conf import settings
from django.db import IntegrityError, transaction

from keepwell.accounts.models import Account, Contact, Projection
from keepwell.accounts.projecting import Source, made_up_to
from keepwell.accounts.projecting.inheriting import heirs_in
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.conversations.actions.changing import touched_many
from keepwell.conversations.actions.deleting import delete
from keepwell.conversations.actions.rewriting import turn_of
from keepwell.conversations.actions.taking import take
from keepwell.conversations.arriving.keeping import Allowed, allowed, hold_to
from keepwell.conversations.models import Conversation, Policy, Turn
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import kept_of
from keepwell.listening.from_book import InBook, said_in_book
from keepwell.listening.redacting import redact_conversation
from keepwell.listening.said import Conversation as Said

NAME = "conversations"  # what is remembered of the loads that were taken in
AT_ONCE = 500
LONGEST = 400.0  # seconds that a job may take; what is more waits for the night
_GONE = {  # by table its key, and what a conversation's key has before it
    "tickets": ("ticket_id", "ticket-"),
    "answers": ("answer_id", "survey-"),
    "conversations": ("conversation_id", ""),
}
BOOK = Conversation.Source.BOOK
Tell = Any


def loaded() -> bool:
    """Whether the book has loads that nobody has looked into for what was said. The first time is the night's."""
    try:
        last = Book.open(settings.HOME).manifest.last_load
    except KeepwellError:
        return False
    known = Projection.objects.filter(name=NAME).first()
    return known is not None and last > max(known.load, known.said.get("tried", 0))


def take_new(*, now: datetime, longest: float = LONGEST) -> int:
    """Take in what loads have brought since, with an engine of its own; how many conversations are new or changed."""
    engine = engine_named("duckdb")
    try:
        return take_in(Source.of(Book.open(settings.HOME), engine, now), longest=longest)
    finally:
        engine.close()


def take_in(
    source: Source, *, at_night: bool = False, longest: float | None = None, tell: Tell = None
) -> int:
    """Take in what loads have brought since it was done last.

    By day an account may not be known yet, which the night makes known: then, and where time is up, the same loads
    are looked into again at night. What is there already costs a look.
    """
    since, last = made_up_to(NAME), source.moment.last_load
    if last <= since:
        return 0
    work = _Work(source, heirs_in(source))
    until = time.monotonic() + longest if longest is not None else None
    coming, read, over = said_in_book(source.moment, since_load=since), 0, False
    while batch := list(islice(coming, AT_ONCE)):
        work.take(batch)
        read += len(batch)
        if tell is not None:
            tell(read, 0)
        if until is not None and time.monotonic() > until:
            over = True
            break
    _forget_gone(source, since)
    whole = at_night or not (over or work.unknown)
    Projection.objects.update_or_create(
        name=NAME,
        defaults={
            "load": last if whole else since,
            "cut": source.cut,
            "made_at": source.now,
            "said": {"tried": last, "unknown": work.unknown},
        },
    )
    return work.changed


@dataclass
class _Work:
    """What one look into the book shares. `unknown` counts what is of accounts that the office does not know."""

    source: Source
    heirs: Mapping[str, str]
    changed: int = 0
    unknown: int = 0
    policies: bool = field(default_factory=Policy.objects.exists)
    rules: dict[str, Allowed] = field(default_factory=dict)

    def take(self, batch: Sequence[InBook]) -> None:
        """Take some in: those that are alone in what they say many at a time, all others one by one."""
        accounts = Account.objects.in_bulk({self._of(one) for one in batch})
        contacts = Contact.objects.in_bulk({one.contact_id for one in batch if one.contact_id})
        there = _texts([one.conversation.conversation_id for one in batch])
        new: list[tuple[Said, Account, Contact | None]] = []
        for one in batch:
            account = accounts.get(self._of(one))
            if account is None:
                self.unknown += 1
                continue
            key, said = one.conversation.conversation_id[:250], one.conversation
            contact = contacts.get(one.contact_id)
            if key not in there and not said.participants:
                new.append((said, account, contact))
            elif key not in there or there[key] != [turn.text for turn in said.turns]:
                self._one(said, account, contact)
        try:
            self.changed += self._many(new)
        except IntegrityError:  # somebody else took some of them at the same moment
            for said, account, contact in new:
                self._one(said, account, contact)

    def _of(self, one: InBook) -> str:
        return self.heirs.get(one.account_id, one.account_id)

    def _one(self, said: Said, account: Account, contact: Contact | None) -> None:
        before = Conversation.objects.filter(source=BOOK, key=said.conversation_id[:250])
        was = before.values_list("version", flat=True).first()
        found = take(said, source=BOOK, account=account, contact=contact, now=self.source.now)
        self.changed += found.version != was

    def _may(self, account: Account) -> Allowed:
        if not self.policies:
            return Allowed()
        if account.pk not in self.rules:
            self.rules[account.pk] = allowed(account)
        return self.rules[account.pk]

    def _many(self, new: Sequence[tuple[Said, Account, Contact | None]]) -> int:
        if not new:
            return 0
        made, said_by = [], []
        for said, account, contact in new:
            clean = redact_conversation(said)
            one = Conversation(
                source=BOOK,
                key=said.conversation_id[:250],
                kind=said.kind.value,
                account=account,
                contact=contact,
                match=Conversation.Match.MATCHED,
                title=clean.conversation.subject[:300],
                language=said.language[:10],
                at=said.started_at or self.source.now,
                state=said.state.value,
                remark=said.reason[:500],
                remarked=kept_of(said.reason),
                redacted=dict(clean.counts),
                version=0,
                arrived_at=self.source.now,
            )
            hold_to(one, self._may(account), now=self.source.now)
            made.append(one)
            said_by.append(clean.conversation)
        with transaction.atomic():
            Conversation.objects.bulk_create(made)
            Turn.objects.bulk_create(_turns(made, said_by), batch_size=1000)
            touched_many(made, now=self.source.now)
        return len(made)


def _turns(made: Sequence[Conversation], said_by: Sequence[Said]) -> Iterator[Turn]:
    for one, said in zip(made, said_by, strict=True):
        if one.deleted_at is None:
            for no, turn in enumerate(said.turns, 1):
                yield turn_of(one, turn, no, {})


def _texts(keys: Iterable[str]) -> dict[str, list[str]]:
    """Of those conversations that are there, the texts of their turns, as they were before anybody corrected them."""
    found: dict[str, list[str]] = {}
    rows = Conversation.objects.filter(source=BOOK, key__in=[key[:250] for key in keys])
    for one in rows.prefetch_related("turns__corrections"):
        found[one.key] = []
        for turn in one.turns.all():
            fixed = sorted(turn.corrections.all(), key=lambda fix: (fix.at, fix.pk))
            found[one.key].append(fixed[0].before if fixed else turn.text)
    return found


def _forget_gone(source: Source, since: int) -> None:
    """Delete what the source has deleted since: a table without a past has lost none."""
    for table, (column, before) in _GONE.items():
        if not since or not source.moment.has(f"{table}_history"):
            continue
        gone = source.moment.versions(table).filter(nw.col("load") > since, nw.col("gone")).select(column)
        keys = [f"{before}{row[column]}"[:250] for row in source.rows(gone)]
        for begin in range(0, len(keys), AT_ONCE):
            some = keys[begin : begin + AT_ONCE]
            for one in Conversation.objects.filter(source=BOOK, key__in=some):
                delete(one)
