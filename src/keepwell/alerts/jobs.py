"""Jobs of the queue. Each can be run again: what has been done is not done twice."""

import logging
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from keepwell.accounts.conditions import in_saved
from keepwell.accounts.models import Account
from keepwell.alerts.actions.telling import escalate
from keepwell.alerts.bounds import Bounds
from keepwell.alerts.delivering.sending import deliver
from keepwell.alerts.models import SILENT, Preview, Threshold
from keepwell.alerts.preview import past_of, previewed, told_of
from keepwell.alerts.triggers import all_triggers
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member
from keepwell.members.rights import seen_by

DELIVER = "keepwell.alerts.jobs.deliver_due"


def deliver_due() -> int:
    """Tell the next above of what nobody answered in time, and send what is due; returns how many messages went."""
    escalate(now=timezone.now())
    return deliver()


def work_out(preview: int) -> None:
    """Work a preview out; why nothing can be said is kept with it."""
    free = Q(beat_at=None) | Q(beat_at__lt=timezone.now() - SILENT)
    if not Preview.objects.filter(free, pk=preview, ended_at=None).update(beat_at=timezone.now()):
        return  # worked out already, or somebody is at it: the queue hands a long job out again
    one = Preview.objects.get(pk=preview)
    try:
        found, failed = _worked_out(one), ""
    except KeepwellError as wrong:
        found, failed = {}, str(wrong).splitlines()[0][:300]
    except Exception as wrong:  # whoever waits is to know; its text may hold what is personal
        logging.getLogger(__name__).error("preview of %s failed: %s", one.trigger, type(wrong).__name__)
        found, failed = {}, _("Something went wrong while this was worked out.")
    Preview.objects.filter(pk=preview).update(found=found, failed=failed, ended_at=timezone.now())


def _worked_out(one: Preview) -> dict[str, object]:
    from keepwell.risks import Risks

    def told(done: int, of: int, _label: str = "") -> None:
        Preview.objects.filter(pk=one.pk).update(done=done, of=of, beat_at=timezone.now())

    trigger, bounds = all_triggers()[one.trigger], Bounds(**one.setting)
    among = accounts_in(one.scope["whom"], one.asked_by)
    engine = engine_named("duckdb")
    try:
        risks = Risks(Book.open(settings.HOME), engine, told)
        kept = Path(settings.OFFICE) / f"past-risk-{one.cut}.npz"
        for older in kept.parent.glob("past-risk-*.npz"):
            if older != kept:
                older.unlink(missing_ok=True)
        past = past_of(risks, trigger, bounds, kept=kept if one.cut else None)
    finally:
        engine.close()
    happened = told_of(past.obs, sorted(among)) if trigger.past == "happenings" else {}
    return previewed(trigger, bounds, past, among=among, told=happened)


def accounts_in(whom: str, asker: Member) -> set[str]:
    """The accounts that a setting would hold for, of those its asker may see."""
    level, _colon, key = whom.partition(":")
    rows = seen_by(Account.objects.all(), asker)
    if level == Threshold.Level.ACCOUNT:
        rows = rows.filter(pk=key)
    elif level == Threshold.Level.MEMBER:
        rows = rows.filter(owner=int(key))
    elif level == Threshold.Level.TEAM:
        rows = rows.filter(portfolio__teams=int(key))
    elif level == Threshold.Level.SAVED:
        rows = in_saved(rows, key)
    elif level == Threshold.Level.SEGMENT:
        rows = rows.filter(segment=key)
    return set(rows.values_list("pk", flat=True))
