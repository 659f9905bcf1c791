"""What was said that alerts are about: the words, the moment to listen to, and the brief for the next talk.

Read where it lies whenever it is shown, so that words that are deleted or corrected are so here too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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
from keepwell.conversations.transcript.spotting import AROUND, Stretch, excerpt, spotted

MOST = 12  # places of an alert that are shown
TRIGGER = "rule_hit"


@dataclass(frozen=True)
class Said:
    """Words that raised an alert, by one rule or several, with where they are to be heard. `hit` is the first."""

    hits: tuple[Hit, ...]
    at: datetime
    who: str
    url: str

    @property
    def hit(self) -> Hit:
        """The first of the hits that stand there."""
        return self.hits[0]

    @property
    def spans(self) -> list[list[int]]:
        """What was heard, as places in the turn's text."""
        return [span for hit in self.hits for span in hit.spans]

    @property
    def rules(self) -> str:
        """The names of the rules that heard it."""
        return ", ".join(dict.fromkeys(hit.rule.label for hit in self.hits))

    @property
    def parts(self) -> list[Stretch]:
        """The words, with what was heard marked."""
        return spotted(self.hit.turn.text, self.spans)

    @property
    def words(self) -> str:
        """The words in one line."""
        return excerpt(self.hit.turn.text, self.spans)

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
    """By alert the words that it is about: hits that count and are at its account still, in order.

    What several rules heard in the same words, or near them, is shown once.
    """
    asked: dict[int, tuple[int, str]] = {}
    for alert in alerts:
        for reason in alert.reasons.all():
            if reason.trigger == TRIGGER:
                asked |= {int(pk): (alert.pk, alert.account_id) for pk in reason.seen.get("hits", ())}
    found: dict[int, list[Said]] = {}
    if not asked:
        return found
    rows = Hit.objects.filter(pk__in=list(asked), void_at=None).exclude(judged=Hit.Judged.WRONG)
    rows = rows.select_related("turn__contact", "conversation", "rule")
    for hit in sorted(rows, key=_place):
        alert_pk, account = asked[hit.pk]
        if hit.account_id != account:
            continue
        theirs = found.setdefault(alert_pk, [])
        if theirs and _near(theirs[-1], hit):
            theirs[-1] = replace(theirs[-1], hits=(*theirs[-1].hits, hit))
        elif len(theirs) < MOST:
            who = str(hit.turn.contact or "") or hit.turn.speaker
            theirs.append(Said((hit,), hit.at, who, moment_of(hit)))
    return found


def _place(hit: Hit) -> tuple[int, int, int, int]:
    return hit.conversation_id, hit.turn.no, min((span[0] for span in hit.spans), default=0), hit.pk


def _near(one: Said, hit: Hit) -> bool:
    """Whether a hit that follows stands in what is shown of the words before it."""
    last = max((span[1] for span in one.spans), default=0)
    return one.hit.turn_id == hit.turn_id and _place(hit)[2] <= last + AROUND


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
                "rule": hit.rule.name,
                "theme": hit.theme,
                "url": settings.ADDRESS + one.url,
                "sound": settings.ADDRESS + one.sound if one.sound else "",
            }
            for one in said
            for hit in one.hits
        ],
        "stood": {name: alert.stood.get(name) for name in ("risk", "health", "mrr", "worth")},
        "brief": settings.ADDRESS + brief if brief else "",
    }
