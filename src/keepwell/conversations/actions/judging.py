"""Hits are judged by people: right, wrong or not sure; how often a rule is right is measured by it."""

from datetime import datetime

from django.db import transaction

from keepwell.conversations.actions.noticing import notice_one
from keepwell.conversations.models import Hit
from keepwell.conversations.rules import to_book
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.members.audit import record
from keepwell.members.models import Member


def judge(*, hit: Hit, judged: str, by: Member, now: datetime) -> str:
    """Say what a hit is, or take back what was said (""); returns what was said before. The book is told."""
    if judged and judged not in Hit.Judged.values:
        raise KeepwellError(_("A hit is right, wrong or not sure."), seen=judged)
    with transaction.atomic():
        rows = Hit.objects.select_for_update(of=("self",)).select_related("conversation", "turn", "rule")
        kept = rows.get(pk=hit.pk)
        before = kept.judged
        if before == judged:
            return before
        kept.judged, kept.judged_by, kept.judged_at = judged, by if judged else None, now if judged else None
        kept.save(update_fields=["judged", "judged_by", "judged_at"])
        to_book.send([kept])
        record("judge hit", by=by, of=kept, before={"judged": before}, after={"judged": judged})
        notice_one(kept.rule, now=now)
    return before
