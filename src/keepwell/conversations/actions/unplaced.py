"""What people corrected in turns that a newer transcript has no more: placed on one of its turns, or dropped."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from keepwell.conversations.actions.correcting import correct
from keepwell.conversations.models import Conversation, Unplaced
from keepwell.lib.errors import KeepwellError
from keepwell.members.audit import record
from keepwell.members.models import Member


def place(*, unplaced: Unplaced, no: int, by: Member, now: datetime, before: str | None = None) -> None:
    """Put what was corrected in place of a turn's words, as a correction by `by`.

    `before` is what stood there when `by` looked: KeepwellError where that is another now, or nothing waits any more.
    """
    with transaction.atomic():
        one = Conversation.objects.select_for_update(of=("self",)).get(pk=unplaced.conversation_id)
        waits = _waiting(unplaced)
        turn = one.turns.filter(no=no).first()
        if turn is None:
            raise KeepwellError(_("There is no turn {no}.").format(no=no))
        last = waits.corrections.first()
        assert last is not None, "what waits has what was corrected"
        correct(turn=turn, text=last.after, by=by, now=now, before=before)
        _settle(waits, by, now)
        waits.turn = turn
        waits.save()
        record("place correction", by=by, of=one, before={"turn": waits.no}, after={"turn": no})


def drop(*, unplaced: Unplaced, by: Member, now: datetime) -> None:
    """Leave the new transcript's words as they are; what was corrected is kept beside them."""
    with transaction.atomic():
        one = Conversation.objects.select_for_update(of=("self",)).get(pk=unplaced.conversation_id)
        waits = _waiting(unplaced)
        _settle(waits, by, now)
        waits.dropped = True
        waits.save()
        record("drop correction", by=by, of=one, before={"turn": waits.no})


def put_back(*, unplaced: Unplaced, by: Member) -> None:
    """Let what was dropped wait for a place again."""
    with transaction.atomic():
        one = Conversation.objects.select_for_update(of=("self",)).get(pk=unplaced.conversation_id)
        kept = Unplaced.objects.get(pk=unplaced.pk)
        if not kept.dropped:
            return
        kept.settled_at, kept.settled_by, kept.dropped = None, None, False
        kept.save()
        record("put correction back", by=by, of=one, after={"turn": kept.no})


def _waiting(unplaced: Unplaced) -> Unplaced:
    kept = Unplaced.objects.get(pk=unplaced.pk)
    if kept.settled_at is not None:
        raise KeepwellError(_("Somebody has placed or dropped this correction meanwhile."))
    return kept


def _settle(waits: Unplaced, by: Member, now: datetime) -> None:
    waits.settled_at, waits.settled_by = now, by
