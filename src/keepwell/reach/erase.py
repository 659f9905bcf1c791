"""What this room holds of a contact: what was said with them, reserved for them, and held back."""

from typing import Any

from keepwell.accounts.models import Contact, Outgoing
from keepwell.accounts.rooms import Eraser, rows_of
from keepwell.reach.models import Hold, Reservation, Touch
from keepwell.reach.using import OURS


def _export(contact: Contact) -> list[dict[str, Any]]:
    fields = ("at", "channel", "direction", "importance", "topic", "note")
    return rows_of(Touch.objects.filter(contact=contact), *fields)


def _erase(contact: Contact) -> int:
    """Words go, the fact that there was a contact stays: the account's budget and figures rest on it."""
    touches = Touch.objects.filter(contact=contact)
    keys = [f"{OURS}{key}" for key in touches.values_list("key", flat=True)]
    for one in Outgoing.objects.filter(table="touches", key__in=keys):
        one.row = one.row | {"contact_id": None, "topic": "", "note": ""}
        one.save(update_fields=["row"])
    Reservation.objects.filter(contact=contact).update(contact=None, topic="")
    Hold.objects.filter(contact=contact).delete()
    return touches.update(contact=None, topic="", note="", passed={})


ERASERS = (Eraser("touches", _export, _erase),)
