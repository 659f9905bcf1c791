"""Follow-ups that rules ask for where they are heard: one for a conversation, with the account's owner."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from keepwell.alerts.models import Alert
from keepwell.conversations.models import Conversation, Hit
from keepwell.followups.actions.handling import Plan, make
from keepwell.followups.models import FollowUp
from keepwell.members.speaking import spoken_to

FRESH = timedelta(days=14)  # what was said before that begins nothing by itself
DUE = timedelta(days=1)
_NAMED = 3


def follow_hits(*, now: datetime, conversations: Collection[int] | None = None) -> int:
    """Make the follow-ups that hits of the last days call for; returns how many. A hit brings one once."""
    rows = Hit.objects.filter(
        at__gte=now - FRESH, verdict=Hit.Verdict.HIT, void_at=None, account__isnull=False
    ).exclude(judged=Hit.Judged.WRONG)
    if conversations is not None:
        rows = rows.filter(conversation__in=conversations)
    calling: dict[int, list[Hit]] = {}
    for hit in rows.select_related("rule").order_by("conversation", "pk"):
        if "follow_up" in hit.rule.data.get("then", ()) and not hit.then.get("follow_up"):
            calling.setdefault(hit.conversation_id, []).append(hit)
    return sum(_begun(talk, now) for talk in calling)


def _begun(talk: int, now: datetime) -> bool:
    """Make the follow-up of a conversation, unless one made for it is open still."""
    with transaction.atomic():
        one = (
            Conversation.objects.select_for_update(of=("self",)).select_related("account__owner").get(pk=talk)
        )
        hits = [
            hit
            for hit in one.hits.filter(void_at=None, verdict=Hit.Verdict.HIT)
            .select_related("rule")
            .order_by("pk")
            if "follow_up" in hit.rule.data.get("then", ())
        ]
        new = [hit for hit in hits if not hit.then.get("follow_up")]
        if not new or one.account is None:
            return False
        before = [hit.then["follow_up"] for hit in hits if hit.then.get("follow_up")]
        there = FollowUp.objects.filter(pk__in=before, state=FollowUp.State.OPEN).first()
        made = there or _made(one, new, now)
        for hit in new:
            hit.then = {**hit.then, "follow_up": made.pk}
        Hit.objects.bulk_update(new, ["then"])
        return there is None


def _made(one: Conversation, hits: list[Hit], now: datetime) -> FollowUp:
    account = one.account
    assert account is not None
    owner = account.owner if account.owner and account.owner.is_active else None
    with spoken_to(owner):
        names = list(dict.fromkeys(hit.rule.label for hit in hits))
        said = _("Answer what was said ({kind}): {rules}").format(
            kind=one.get_kind_display(), rules=", ".join(names[:_NAMED])
        )
    alert = Alert.objects.filter(
        account=account, reasons__trigger="rule_hit", reasons__mark=str(one.pk), reasons__gone_at=None
    ).first()
    plan = Plan(account, (now + DUE).date(), said[:300], owner=owner, contact=one.contact, alert=alert)
    return make(plan=plan, by=None, now=now)
