"""What members set: bounds, how they are told, channels, previews."""

import base64
import hashlib
import json
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django_q.tasks import async_task

from keepwell.accounts.models import Account, Projection
from keepwell.alerts.bounds import Bounds
from keepwell.alerts.delivering.addresses import resolved
from keepwell.alerts.delivering.services import service_of
from keepwell.alerts.delivering.webhook import PREFIX
from keepwell.alerts.models import SILENT, Channel, Delivery, Manner, Preview, Threshold
from keepwell.alerts.triggers import Trigger
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.members.audit import record
from keepwell.members.models import Member, Team

WORK_OUT = "keepwell.alerts.jobs.work_out"
LONGEST = 3 * 3600  # seconds that working out a preview may take


def set_bounds(*, trigger: Trigger, whom: str, bounds: Bounds, by: Member) -> Threshold:
    """Set the bounds of a trigger; `whom` is "member:3", "team:1", "segment:Big", "account:A" or "company:".

    Raises KeepwellError where near lies on the bad side of the threshold.
    """
    side = 1 if trigger.worse == "above" else -1
    if side * bounds.near > side * bounds.threshold:
        raise KeepwellError(
            _("Near must come before the threshold."),
            seen=f"{bounds.near:g}, {bounds.threshold:g}",
            ways=[_("Near is the milder of the two bounds.")],
        )
    with transaction.atomic():
        row = Threshold.objects.select_for_update().filter(trigger=trigger.name, whom=whom).first()
        before = Bounds.of(row).to_json() if row else {}
        row = row or Threshold(trigger=trigger.name, whom=whom, **_whose(whom))
        for name, value in bounds.to_json().items():
            setattr(row, name, value)
        row.save()
        record("set threshold", by=by, of=row, before=before, after=bounds.to_json())
    return row


def drop_bounds(*, row: Threshold, by: Member) -> None:
    """Take a setting away: the next nearer one holds."""
    with transaction.atomic():
        record("drop threshold", by=by, of=row, before={"whom": row.whom, **Bounds.of(row).to_json()})
        row.delete()


def set_manner(*, member: Member | None, by: Member, said: dict[str, Any]) -> Manner:
    """Say how a member wants to be told; without a member, how all are who do not say."""
    with transaction.atomic():
        row = Manner.objects.select_for_update().filter(member=member).first() or Manner(member=member)
        before = {name: getattr(row, name) for name in said}
        for name, value in said.items():
            setattr(row, name, value)
        row.save()
        record("set manner", by=by, of=row, before=before, after=said)
    return row


def add_channel(
    *,
    kind: str,
    name: str,
    address: str,
    by: Member,
    member: Member | None = None,
    team: Team | None = None,
    private: bool = False,
) -> Channel:
    """Add a place that alerts go to. Raises KeepwellError where the address is no place, or one we must not reach."""
    checked(kind, address, private=private)
    secret = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode() if kind == "webhook" else ""
    with transaction.atomic():
        made = Channel.objects.create(
            kind=kind, name=name, address=address, secret=secret, member=member, team=team, private=private
        )
        record("add channel", by=by, of=made, after={"name": name, "kind": kind, "private": private})
    return made


def remove_channel(*, channel: Channel, by: Member) -> None:
    """Take a place away, with the messages that were still on their way there."""
    with transaction.atomic():
        record("remove channel", by=by, of=channel, before={"name": channel.name, "kind": channel.kind})
        channel.delete()


def try_channel(*, channel: Channel, by: Member, now: datetime) -> Delivery:
    """Send a message that says nothing but that it arrives."""
    with transaction.atomic():
        key = f"trial-c{channel.pk}-{secrets.token_hex(6)}"
        made = Delivery.objects.create(key=key, why="trial", channel=channel, due_at=now, made_at=now)
        record("try channel", by=by, of=channel)
    return made


def checked(kind: str, address: str, *, private: bool) -> None:
    """Look at an address before it is kept. Raises KeepwellError."""
    if kind == Channel.Kind.SERVICE:
        service_of(address, private=private)
        return
    try:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise ValueError(address)
        resolved(parts.hostname, parts.port or 443, private=private)
        if parts.scheme == "http" and not private:  # in the open, what is said of customers goes sealed
            raise ValueError(address)
    except (OSError, ValueError) as wrong:
        raise KeepwellError(
            _("This is no address that a message can be posted to."),
            ways=[_("Give one that begins with https:// and whose host is known.")],
        ) from wrong


def ask_preview(*, trigger: Trigger, bounds: Bounds, whom: str, by: Member, now: datetime) -> Preview:
    """Have it worked out what a setting would have done; asked again of the same past, the answer is there."""
    made = Projection.objects.filter(name="standings").values_list("cut", flat=True).first() or 0
    setting, scope = bounds.to_json(), {"whom": whom, "by": by.pk}
    said = json.dumps([trigger.name, setting, scope, made], sort_keys=True)
    key = hashlib.sha256(said.encode()).hexdigest()
    with transaction.atomic():
        row, new = Preview.objects.get_or_create(
            key=key,
            defaults={
                "trigger": trigger.name,
                "setting": setting,
                "scope": scope,
                "cut": made,
                "asked_by": by,
                "asked_at": now,
            },
        )
        lost = row.ended_at is None and (row.beat_at or row.asked_at) < now - SILENT
        if new or row.failed or lost:
            Preview.objects.filter(pk=row.pk).update(failed="", ended_at=None, beat_at=None, done=0, of=0)
            transaction.on_commit(lambda: async_task(WORK_OUT, row.pk, timeout=LONGEST))
    return row


def _whose(whom: str) -> dict[str, Any]:
    level, _colon, key = whom.partition(":")
    found: dict[str, Any] = {"level": level}
    if level == Threshold.Level.ACCOUNT:
        found["account"] = Account.objects.get(pk=key)
    elif level == Threshold.Level.MEMBER:
        found["member"] = Member.objects.get(pk=key)
    elif level == Threshold.Level.TEAM:
        found["team"] = Team.objects.get(pk=key)
    elif level in (Threshold.Level.SEGMENT, Threshold.Level.SAVED):
        found["segment"] = key
    return found
