"""A turn's words put right by hand."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from keepwell.conversations.actions.changing import touched
from keepwell.conversations.models import Conversation, Correction, Turn
from keepwell.lib.errors import KeepwellError
from keepwell.listening.redacting import redact
from keepwell.members.audit import record
from keepwell.members.models import Member


def correct(
    *, turn: Turn, text: str, by: Member, now: datetime, before: str | None = None
) -> Correction | None:
    """Put a turn's words right; what was heard in it is heard anew. None where nothing is another.

    Numbers that must not be stored are put out of it as of what comes in. `before` is what stood there when `by`
    began: KeepwellError where somebody else has put it right meanwhile.
    """
    with transaction.atomic():
        one = Conversation.objects.select_for_update(of=("self",)).get(pk=turn.conversation_id)
        locked = Turn.objects.select_for_update(of=("self",)).get(pk=turn.pk)
        if before is not None and _plain(before) != _plain(locked.text):
            raise KeepwellError(_("Somebody has changed these words meanwhile. Look at them again."))
        after = redact(text.strip()).text
        if after == locked.text:
            return None
        made = Correction.objects.create(turn=locked, before=locked.text, after=after, by=by, at=now)
        locked.text, locked.pieces = after, []
        locked.save(update_fields=["text", "pieces"])
        record("correct turn", by=by, of=one, after={"turn": locked.no})
        touched(one, now=now)
        return made


def _plain(text: str) -> str:
    """A text without what a form makes of its line ends."""
    return text.replace("\r\n", "\n").strip()
