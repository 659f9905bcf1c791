"""What follow-ups hold of a contact."""

from typing import Any

from keepwell.accounts.models import Contact, Entry
from keepwell.accounts.rooms import Eraser, rows_of
from keepwell.followups.models import Comment, FollowUp


def _export(contact: Contact) -> list[dict[str, Any]]:
    rows = FollowUp.objects.filter(contact=contact)
    comments = Comment.objects.filter(follow_up__contact=contact)
    return rows_of(rows, "due", "what", "outcome", "note") + rows_of(comments, "at", "text")


def _erase(contact: Contact) -> int:
    """What was written goes; that something was done, and when, stays."""
    rows = FollowUp.objects.filter(contact=contact)
    Comment.objects.filter(follow_up__in=rows).delete()
    keys = [f"follow-up:{pk}" for pk in rows.values_list("pk", flat=True)]
    Entry.objects.filter(key__in=keys).update(data={}, contact=None)
    return rows.update(contact=None, what="", note="", why={})


ERASERS = (Eraser("follow-ups", _export, _erase),)
