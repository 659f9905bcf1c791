"""Rules, holds and their reasons in the reader's words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keepwell.accounts.models import Channel
from keepwell.accounts.readable import topic_said
from keepwell.members.labels import day_said, labels
from keepwell.members.models import Team
from keepwell.reach.budget import CHANNEL, WISH, Answer, rule_json
from keepwell.reach.models import Rule


def rule_said(rule: Rule) -> str:
    """A rule as a sentence."""
    return rule_text(rule_json(rule))


def rule_text(rule: Mapping[str, Any]) -> str:
    """A rule that was kept with what it did, as a sentence."""
    days = ngettext("{n} day", "{n} days", rule["days"]).format(n=rule["days"])
    many = ngettext("at most {n} contact", "at most {n} contacts", rule["most"]).format(n=rule["most"])
    to = labels(Rule.Of)[rule["of"]]
    said = _("{many} in {days} to {to}").format(many=many, days=days, to=to)
    if rule["channel"]:
        said += ", " + _("by {channel}").format(channel=labels(Channel)[rule["channel"]])
    if rule["team"]:
        said += ", " + _("by teams of {kind}").format(kind=labels(Team.Kind)[rule["team"]])
    if rule["holds_important"]:
        said += ", " + _("important messages too")
    return said


def why(answer: Answer) -> str:
    """What holds a message, as a sentence; "" where it may go out."""
    if answer.allowed:
        return ""
    if answer.by == WISH:
        return _("wants no contact")
    if answer.by == CHANNEL:
        return _("likes to be reached by {channel}").format(channel=_channel(answer.prefers))
    return rule_text(answer.rule)


def because(answer: Answer) -> str:
    """Whose messages use up the rule, the latest first."""
    return "; ".join(map(_use_said, answer.because[:3]))


def until(answer: Answer) -> str:
    """From which day it may be."""
    if answer.allowed:
        return _("now")
    if answer.until is None:
        if answer.by == CHANNEL:
            return _("by {channel}").format(channel=_channel(answer.prefers))
        return _("while they wish it so")
    return day_said(answer.until)


def next_contact(answer: Answer) -> str:
    """Whether one may be reached now, else from which day, else why not."""
    if answer.allowed:
        return _("may be reached now")
    if answer.until is None:
        return why(answer)
    return _("not before {day}").format(day=day_said(answer.until))


def _use_said(use: Mapping[str, Any]) -> str:
    team = labels(Team.Kind).get(use["team"], use["team"])
    who = " · ".join(str(part) for part in (use["who"], team) if part) or _("somebody of ours")
    form = _("{who} reserved {day} ({what})") if use["ahead"] else _("{who} on {day} ({what})")
    what = ", ".join(str(part) for part in (_channel(use["channel"]), topic_said(use["topic"])) if part)
    return form.format(who=who, day=day_said(date.fromisoformat(use["day"])), what=what)


def _channel(name: str) -> str:
    return str(labels(Channel).get(name, name))
