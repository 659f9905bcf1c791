"""What the worker does for accounts: erases a person. It can be done again, and is, until nothing is left."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_q.tasks import async_task

from keepwell.accounts.erasing import erase_contact
from keepwell.accounts.models import Contact, Erasing
from keepwell.book.book import Book
from keepwell.lib.errors import KeepwellError
from keepwell.members.audit import record
from keepwell.members.models import Member
from keepwell.members.speaking import spoken_to

ERASE, LOOK = "keepwell.accounts.jobs.erase", "keepwell.accounts.jobs.look"
SILENT = timedelta(minutes=2)  # one that was not heard of for so long has lost its worker
_log = logging.getLogger(__name__)


def ask_to_erase(*, contact: Contact, by: Member, now: datetime) -> Erasing:
    """Let a worker erase a person everywhere; asked again, nothing is done twice."""
    with transaction.atomic():
        one, new = Erasing.objects.get_or_create(
            contact_id=contact.pk, defaults={"account": contact.account, "asked_by": by, "asked_at": now}
        )
        if new:
            record("ask to erase contact", by=by, of=contact)
            transaction.on_commit(lambda: async_task(ERASE, contact.pk, group="erase"))
    return one


def look() -> int:
    """Every minute: erase who is still to be, as a worker died or the book was being written; how many."""
    done = 0
    for pk in _free().order_by("asked_at").values_list("pk", flat=True):
        try:
            done += erase(pk) == "done"
        except Exception:  # it is tried again when it has been silent; the others do not wait for it
            _log.exception("an erasing failed")
    return done


def erase(contact_id: str) -> str:
    """Erase a person whose erasing was asked for; what became of it."""
    beat = timezone.now()
    if not _free().filter(pk=contact_id).update(beat_at=beat, wrong=""):
        return "done already, or somebody is at it"
    one = Erasing.objects.select_related("asked_by").get(pk=contact_id)
    here = Erasing.objects.filter(pk=contact_id)

    def tell(done: int, of: int, _what: str = "") -> None:
        nonlocal beat
        beat = timezone.now()
        here.update(done=done, of=of, beat_at=beat)

    contact = Contact.objects.filter(pk=contact_id).first()
    try:
        with spoken_to(one.asked_by):
            if contact is not None:  # else it was done by then, and not noted
                erase_contact(contact=contact, book=Book.open(settings.HOME), by=one.asked_by, tell=tell)
    except (
        KeepwellError
    ) as wrong:  # the night is writing, or another who was only silent: that one's beat stays
        here.filter(beat_at=beat).update(beat_at=None, wrong=wrong.wrong[:300])
        return "waiting"
    here.update(ended_at=timezone.now(), wrong="")
    return "done"


def _free() -> QuerySet[Erasing]:
    lost = Q(beat_at=None) | Q(beat_at__lt=timezone.now() - SILENT)
    return Erasing.objects.filter(lost, ended_at=None)
