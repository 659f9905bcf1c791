"""What a message says, in the language of whoever reads it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keepwell.accounts.models import Contact
from keepwell.alerts import heard
from keepwell.alerts.delivering import Message
from keepwell.alerts.models import Alert, Delivery, Reason
from keepwell.alerts.triggers import all_triggers
from keepwell.members.ready import ready_by_keys
from keepwell.members.rights import seen_by

NAMED = 50  # alerts that a digest names one by one


def message_of(delivery: Delivery, *, repeat: bool) -> Message:
    """The message of a stored row, of what its reader may see by now. Said in the language that is active."""
    alerts = list(_seen(delivery).select_related("account").prefetch_related("reasons").order_by("pk"))
    names = names_in(alerts)
    said = {alert.pk: [sentence(one, names) for one in alert.reasons.all()] for alert in alerts}
    words = heard.said_in(alerts)
    url = settings.ADDRESS + reverse("alerts:inbox")
    lines = [_("This is a trial: it has arrived.")] if delivery.why == "trial" else []
    for alert in alerts[:NAMED]:
        link = settings.ADDRESS + reverse("alerts:alert", args=[alert.pk])
        lines += [f"{alert.account}", *(f"  {one}." for one in said[alert.pk])]
        lines += [*heard.lines_of(alert, words.get(alert.pk, [])), f"  {link}", ""]
    if len(alerts) > NAMED:
        lines += [_("and {n} more: {url}").format(n=len(alerts) - NAMED, url=url), ""]
    if delivery.why == "escalated":
        lines.insert(0, _("Nobody has answered this in time:") + "\n")
    elif delivery.why == "back":
        lines.insert(0, _("This was put off until today, and is open again:") + "\n")
    if repeat:
        lines.append(_("This may have reached you before: it could not be told whether it had."))
    return Message(
        number=str(delivery.number),
        subject=_subject(delivery, alerts, said),
        text="\n".join(lines).rstrip() + "\n",
        repeat=repeat,
        data={
            "id": str(delivery.number),
            "why": delivery.why,
            "alerts": [_data(alert, words.get(alert.pk, [])) for alert in alerts],
        },
    )


def _seen(delivery: Delivery) -> QuerySet[Alert]:
    """What there is to tell by now: rights may have gone, and the alert may have been answered, since the message
    was planned, at night or before the weekend. Nobody is told by mail of what they have answered themselves.
    """
    alerts, channel = delivery.alerts.all(), delivery.channel
    if delivery.why == "escalated":
        alerts = alerts.filter(state=Alert.State.OPEN)
    elif delivery.member is not None:
        answered = Q(
            state__in=(Alert.State.ACKNOWLEDGED, Alert.State.SNOOZED), acknowledged_by=delivery.member
        )
        alerts = alerts.exclude(answered).exclude(state=Alert.State.CLOSED)
    reader = delivery.member or (channel.member if channel else None)
    if reader is not None:
        return seen_by(alerts, reader, account="account")
    if channel is not None and channel.team_id is not None:
        return alerts.filter(account__portfolio__teams=channel.team_id)
    return alerts


def names_in(alerts: list[Alert]) -> dict[str, str]:
    """The names of people that reasons speak of: read when shown, so that an erased one is not named."""
    asked = {one.seen.get("contact") for alert in alerts for one in alert.reasons.all()} - {None}
    return {pk: name for pk, name in _names(contacts=sorted(asked)) if name} if asked else {}


@ready_by_keys
def _names(*, contacts: Sequence[str]) -> QuerySet[Contact, tuple[str, str]]:
    return Contact.objects.filter(pk__in=contacts).order_by().values_list("pk", "name")


def sentence(reason: Reason, names: dict[str, str]) -> str:
    """Why an alert was raised, in a sentence."""
    trigger, seen = all_triggers().get(reason.trigger), reason.crossed or reason.seen
    if trigger is None:
        return reason.trigger
    return trigger.told({**seen, "who": names.get(seen.get("contact", ""), "")})


def _subject(delivery: Delivery, alerts: list[Alert], said: dict[int, list[str]]) -> str:
    if delivery.why == "trial":
        subject = _("Keepwell: a trial")
    elif len(alerts) != 1:
        subject = ngettext("{n} alert", "{n} alerts", len(alerts)).format(n=len(alerts))
        subject = _("Unanswered: {what}").format(what=subject) if delivery.why == "escalated" else subject
    else:
        what = next(iter(said[alerts[0].pk]), "")
        form = _("Unanswered: {account}: {what}") if delivery.why == "escalated" else _("{account}: {what}")
        subject = form.format(account=alerts[0].account, what=what)
    return " ".join(subject.split())[:200]  # a line break would begin another header


def _data(alert: Alert, said: list[heard.Said]) -> dict[str, Any]:
    return {
        "alert": alert.pk,
        "account_id": alert.account_id,
        "account": alert.account.name,
        "day": alert.day.isoformat(),
        "state": alert.state,
        "url": settings.ADDRESS + reverse("alerts:alert", args=[alert.pk]),
        "reasons": [{"trigger": one.trigger, "seen": one.crossed or one.seen} for one in alert.reasons.all()],
        **(heard.data_of(alert, said) if said else {}),
    }
