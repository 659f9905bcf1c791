"""Calendar feeds, standards of how often one should speak, and asking what a playbook's effect is."""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict
from django_q.tasks import async_task

from keepwell.followups.models import Effect, Feed, Playbook, Standard
from keepwell.members.audit import record
from keepwell.members.models import Member


def open_feed(*, member: Member, now: datetime) -> str:
    """Make a secret for a member's calendar; it is told once, and the one before stops working."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        Feed.objects.update_or_create(member=member, defaults={"hashed": hashed(secret), "made_at": now})
        record("open calendar feed", by=member, of=member)
    return secret


def close_feed(*, member: Member) -> None:
    """Let a member's calendar read no more."""
    with transaction.atomic():
        if Feed.objects.filter(member=member).delete()[0]:
            record("close calendar feed", by=member, of=member)


def feed_of(secret: str) -> Member | None:
    """Whose calendar a secret opens, if they may still sign in."""
    found = (
        Feed.objects.select_related("member").filter(hashed=hashed(secret), member__is_active=True).first()
    )
    return found.member if found else None


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def set_standard(*, by: Member, values: dict[str, Any], standard: Standard | None = None) -> Standard:
    """Set how often accounts of a segment and stage are to be spoken to; it holds from the next night."""
    with transaction.atomic():
        kept = Standard.objects.select_for_update().get(pk=standard.pk) if standard else Standard()
        before = model_to_dict(kept, exclude=["id"]) if standard else {}
        for name, value in values.items():
            setattr(kept, name, value)
        kept.full_clean()
        kept.save()
        record("set standard", by=by, of=kept, before=before, after=model_to_dict(kept, exclude=["id"]))
        async_task("keepwell.followups.nightly.arrange", group="cadence")
    return kept


def drop_standard(*, by: Member, standard: Standard) -> None:
    """Take a standard out."""
    with transaction.atomic():
        record("drop standard", by=by, of=standard, before=model_to_dict(standard, exclude=["id"]))
        standard.delete()
        async_task("keepwell.followups.nightly.arrange", group="cadence")


def ask_effect(*, playbook: Playbook, by: Member, now: datetime) -> Effect:
    """Have it worked out what a playbook's doing did, by a job."""
    with transaction.atomic():
        asked, _new = Effect.objects.update_or_create(
            playbook=playbook, defaults={"asked_at": now, "made_at": None}
        )
        record("ask effect", by=by, of=playbook)
        async_task("keepwell.followups.measuring.measure", playbook.pk, by.language, group="effect")
    return asked
