"""Whose a conversation is, said by a person: chosen, set aside, and undone. A choice teaches nothing by itself."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from keepwell.accounts.models import Account, Contact
from keepwell.conversations.actions.changing import touched
from keepwell.conversations.actions.deleting import delete_sound, delete_words
from keepwell.conversations.actions.taking import belong, tell_of
from keepwell.conversations.arriving.keeping import allowed, hold_to
from keepwell.conversations.arriving.knowing import known_to, whose
from keepwell.conversations.models import Conversation, Hit, Participant
from keepwell.listening.said import Participant as Said
from keepwell.listening.said import Side
from keepwell.members.audit import record
from keepwell.members.models import Member

Match = Conversation.Match


def choose(
    *, one: Conversation, account: Account, contact: Contact | None, by: Member, now: datetime
) -> Conversation:
    """Say whose a conversation is. Its account's recording policy holds for it from now on."""
    with transaction.atomic():
        locked = _locked(one)
        before = _said(locked)
        locked.account, locked.contact, locked.match = account, contact, Match.CHOSEN
        locked.why = locked.why | {"before": locked.why.get("before", before)}
        _settle(locked, now)
        record("match conversation", by=by, of=locked, before=before, after=_said(locked))
    return locked


def set_aside(*, one: Conversation, by: Member, now: datetime) -> Conversation:
    """Say that a conversation is with no customer: it leaves the queue, and nobody is told of it."""
    with transaction.atomic():
        locked = _locked(one)
        before = _said(locked)
        locked.account, locked.contact, locked.match = None, None, Match.ASIDE
        locked.why = locked.why | {"before": locked.why.get("before", before)}
        _settle(locked, now)
        record("set conversation aside", by=by, of=locked, before=before, after=_said(locked))
    return locked


def undo(*, one: Conversation, by: Member, now: datetime) -> Conversation:
    """Let a conversation be as it was before anybody said whose it is; what its policy has deleted stays deleted."""
    with transaction.atomic():
        locked = _locked(one)
        before, was = _said(locked), locked.why.get("before")
        if was is None:
            return locked
        locked.account = Account.objects.filter(pk=was["account"]).first()
        locked.contact = Contact.objects.filter(pk=was["contact"], account=locked.account).first()
        locked.match = was["match"]
        locked.why = {name: value for name, value in locked.why.items() if name != "before"}
        _settle(locked, now)
        record("undo match", by=by, of=locked, before=before, after=_said(locked))
    return locked


def match_again(*, now: datetime) -> int:
    """Look once more whose the waiting ones are: the night may have learnt of accounts and contacts."""
    found = 0
    waiting = Conversation.objects.filter(match__in=(Match.UNMATCHED, Match.AMBIGUOUS), deleted_at=None)
    for pk in list(waiting.values_list("pk", flat=True)):  # read to the end before anything is written
        one = waiting.filter(pk=pk).first()
        if one is None:
            continue
        people = [said_of(who) for who in one.participants.all()]
        belonging = whose(known_to(people), people)
        if not belonging.account_id and list(belonging.candidates) == one.why.get("candidates", []):
            continue
        with transaction.atomic():
            locked = _locked(one)
            belong(locked, belonging)
            if locked.account_id is not None:
                _settle(locked, now)
                found += 1
            else:
                locked.save(update_fields=["match", "why"])
    return found


def said_of(who: Participant) -> Said:
    """A participant as `keepwell.listening` takes one."""
    return Said(who.name, who.address, who.phone, Side(who.side))


def _locked(one: Conversation) -> Conversation:
    return Conversation.objects.select_for_update(of=("self",)).get(pk=one.pk)


def _said(one: Conversation) -> dict[str, Any]:
    return {"account": one.account_id, "contact": _key(one.contact), "match": str(one.match)}


def _key(row: Model | None) -> str | None:
    return str(row.pk) if row is not None else None


def _settle(one: Conversation, now: datetime) -> None:
    """Let everything that hangs on whose it is follow."""
    known = known_to([said_of(who) for who in one.participants.all()])
    for who in one.participants.all():
        contact = (
            known.contact(said_of(who), one.account_id) if one.account_id and not who.member_id else None
        )
        if who.contact_id != contact:
            Participant.objects.filter(pk=who.pk).update(contact=contact)
            if called := [name for name in (who.name, who.address) if name]:
                one.turns.filter(speaker__in=called).update(contact=contact)
    Hit.objects.filter(conversation=one).update(account=one.account)
    may = allowed(one.account)
    was = one.deleted_at
    hold_to(one, may, now=now)
    one.save()
    if one.deleted_at is not None and was is None:
        delete_words(one, now=now, why=one.remark)
        return
    if one.sound and not may.recordings:
        delete_sound(one)
    tell_of(one)
    touched(one, now=now)
