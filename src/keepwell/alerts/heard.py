"""What was said that alerts are about: the words, the moment to listen to, and the brief for the next talk.

Read where it lies whenever it is shown, so that words that are deleted or corrected are so here too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from keepwell.accounts.models import Standing
from keepwell.accounts.showing import money, per_cent, reporting
from keepwell.alerts.models import Alert
from keepwell.conversations.models import Hit
from keepwell.conversations.transcript.sounding import hit_address
from keepwell.conversations.transcript.spotting import Stretch, excerpt, spotted

MOST = 12  # hits of an alert that are shown
TRIGGER = "rule_hit"


@dataclass(frozen=True)
class Said:
    """Words that raised an alert, with where they are to be heard."""

    hit: Hit
    at: datetime
    who: str
    url: str

    @property
    def parts(self) -> list[Stretch]:
        """The words, with what was heard marked."""
        return spotted(self.hit.turn.text, self.hit.spans)

    @property
    def words(self) -> str:
        """The words in one line."""
        return excerpt(self.hit.turn.text, self.hit.spans)

    @property
    def sound(self) -> str:
        """The address of the stretch to listen to; "" where there is no sound."""
        return hit_address(self.hit)

    @property
    def line(self) -> str:
        """As a mail says it: who said it in what, when, and the words."""
        when = formats.date_format(timezone.localtime(self.at), "DATETIME_FORMAT")
        kind = self.hit.conversation.get_kind_display()
        said = ", ".join(filter(None, [self.who, str(kind), when]))
        return f"“{self.words}” ({said})"


def said_in(alerts: Iterable[Alert]) -> dict[int, list[Said]]:
    """By alert the words that it is about: hits that count and are at its account still, in order."""
    asked: dict[int, tuple[int, str]] = {}
    for alert in alerts:
        for reason in alert.reasons.all():
            if reason.trigger == TRIGGER:
                asked |= {int(pk): (alert.pk, alert.account_id) for pk in reason.seen.get("hits", ())}
    found: dict[int, list[Said]] = {}
    if not asked:
        return found
    rows = Hit.objects.filter(pk__in=list(asked), void_at=None).exclude(judged=Hit.Judged.WRONG)
    rows = rows.select_related("turn__contact", "conversation", "rule").order_by(
        "conversation", "turn__no", "pk"
    )
    for hit in rows:
        alert_pk, account = asked[hit.pk]
        theirs = found.setdefault(alert_pk, [])
        if hit.account_id == account and len(theirs) < MOST:
            theirs.append(Said(hit, hit.at, str(hit.turn.contact or "") or hit.turn.speaker, moment_of(hit)))
    return found


def moment_of(hit: Hit) -> str:
    """Where a hit is read and listened to."""
    page = reverse("conversations:conversation", args=[hit.conversation_id])
    return f"{page}?turn={hit.turn.no}"


def brief_of(account: str) -> str:
    """Where the brief for the next talk with an account is; "" as long as there is none."""
    try:
        return reverse("conversations:brief", args=[account])
    except NoReverseMatch:
        return ""


def lines_of(alert: Alert, said: Sequence[Said]) -> list[str]:
    """What a mail says below an alert of words: each with its moment, how the account stands, and the brief."""
    if not said:
        return []
    found = []
    for one in said:
        found.append(f"  {one.line}")
        how = _("Listen:") if one.sound else _("Read:")
        found.append(f"    {how} {settings.ADDRESS}{one.url}")
    if standing := stands(alert):
        found.append(f"  {standing}")
    if brief := brief_of(alert.account_id):
        found.append("  " + _("For the next talk: {url}").format(url=settings.ADDRESS + brief))
    return found


def stands(alert: Alert) -> str:
    """How the account stood when the alert was raised, in a line."""
    if not alert.stood:
        return _("The account: its risk and worth are not known")
    stood, currency = alert.stood, reporting()
    health = stood.get("health")
    parts = [
        _("risk {share} (lower is better)").format(share=per_cent(stood.get("risk")))
        if stood.get("risk")
        else "",
        str(Standing.Health(health).label) if health in Standing.Health.values else "",
        _("pays {money} a month").format(money=money(stood["mrr"], currency)) if stood.get("mrr") else "",
    ]
    said = ", ".join(part for part in parts if part)
    return _("The account: {how}").format(how=said) if said else ""


def data_of(alert: Alert, said: Sequence[Said]) -> dict[str, Any]:
    """The same for programs."""
    brief = brief_of(alert.account_id)
    return {
        "said": [
            {
                "words": one.words,
                "who": one.who,
                "at": one.at.isoformat(),
                "rule": one.hit.rule.name,
                "theme": one.hit.theme,
                "url": settings.ADDRESS + one.url,
                "sound": settings.ADDRESS + one.sound if one.sound else "",
            }
            for one in said
        ],
        "stood": {name: alert.stood.get(name) for name in ("risk", "health", "mrr", "worth")},
        "brief": settings.ADDRESS + brief if brief else "",
    }
