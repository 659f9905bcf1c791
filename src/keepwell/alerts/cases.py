"""Cases for triggers: accounts as the night left them, with what happened lately on their timelines."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from keepwell.accounts.models import Account, Contact, Entry, Standing
from keepwell.alerts.models import Before
from keepwell.alerts.triggers import Answer, Case, Complaint, Gone, Talk
from keepwell.conversations.rules.alerting import talks_at
from keepwell.listening.mood.labels import RECOMMENDS
from keepwell.risk.features.sources.contacts import DECIDING, DECIDING_ROLES

LOOKED_BACK = timedelta(days=200)
_DECIDES = re.compile(DECIDING_ROLES)


@dataclass
class Happenings:
    """What triggers ask of an account's timeline, of all times that were read, oldest first."""

    answers: list[Answer] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)

    def by(self, day: date) -> dict[str, Any]:
        """What a case of that day is told."""
        answers = [one for one in self.answers if one.day < day]
        since = day - LOOKED_BACK
        return {
            "recommends": answers[-1] if answers else None,
            "complaints": tuple(one for one in self.complaints if since <= one.opened < day),
            "deciders_gone": tuple(one for one in self.gone if one.day < day),
            "talks": tuple(one for one in self.talks if one.day < day),
        }

    def now(self, day: date) -> dict[str, Any]:
        """What the case of a standing is told: what was said since is known already."""
        return self.by(day) | {"talks": tuple(self.talks)}


def happenings(accounts: Sequence[str], *, since: date) -> Mapping[str, Happenings]:
    """By account, from the timelines and contacts as they are now."""
    found: dict[str, Happenings] = defaultdict(Happenings)
    entries = Entry.objects.filter(account__in=accounts, kind__in=("answer", "ticket"), at__date__gte=since)
    rows = entries.order_by("at", "pk").values_list("account_id", "kind", "key", "at", "data")
    for account, kind, key, at, data in rows.iterator():
        if kind == "answer":
            if data.get("score") is not None and RECOMMENDS.search(data.get("survey") or ""):
                found[account].answers.append(Answer(key, at.date(), float(data["score"])))
        elif data.get("kind") in ("complaint", "claim"):
            severity = (data.get("severity") or "normal").lower()
            found[account].complaints.append(
                Complaint(key, at.date(), _day(data.get("resolved_at")), severity)
            )
    left = Contact.objects.filter(account__in=accounts, left_on__gte=since).order_by("left_on", "pk")
    for contact in left:
        if contact.seniority in DECIDING or _DECIDES.search(contact.role.lower()):
            assert contact.left_on is not None
            found[contact.account_id].gone.append(Gone(contact.pk, contact.left_on))
    for one in talks_at(accounts, since=since):
        talk = Talk(one.conversation, one.kind, one.day, one.last, one.weight, one.rules, one.hits)
        found[one.account].talks.append(talk)
    return found


def nothing_known(account: Account, day: date) -> Standing:
    """What stands for an account that pays nothing, or that no night has seen yet. Never stored."""
    return Standing(account=account, day=day, kept_by="", health="")


def is_known(standing: Standing) -> bool:
    """Whether a night made it."""
    return bool(standing.kept_by)


def cases_of(standings: Sequence[Standing]) -> list[Case]:
    """A case for each standing, in their order."""
    if not standings:
        return []
    accounts = [one.pk for one in standings]
    since = min(one.day for one in standings) - LOOKED_BACK
    told = happenings(accounts, since=since)
    before = dict(Before.objects.filter(pk__in=accounts).values_list("pk", "steps"))
    nothing = Happenings()
    return [
        Case(
            account=one.pk,
            day=one.day,
            segment=one.account.segment,
            kept_by=one.kept_by,
            risk=one.risk,
            low=one.low,
            high=one.high,
            coverage=one.coverage,
            change_7=one.change_7,
            change_30=one.change_30,
            steps=one.steps,
            steps_before=before.get(one.pk),
            signals=one.signals,
            **told.get(one.pk, nothing).now(one.day),
        )
        for one in standings
    ]


def _day(said: str | None) -> date | None:
    return datetime.fromisoformat(said).date() if said else None
