"""Alerts on an account's timeline."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.timeline import Kind
from keepwell.alerts.models import Alert
from keepwell.alerts.triggers import all_triggers


def sentences(reasons: list[Any]) -> list[str]:
    """What was seen, a sentence for each reason, in the reader's language."""
    named = all_triggers()
    return [named[trigger].told(seen) for trigger, seen in reasons if trigger in named]


def _headline(data: Mapping[str, Any]) -> str:
    said = sentences(data.get("reasons", []))
    return _("Alert: {what}").format(what=said[0] if said else "")


def _detail(data: Mapping[str, Any]) -> str:
    outcome, state = data.get("outcome"), data.get("state", Alert.State.OPEN)
    ended = Alert.Outcome(outcome).label if outcome else Alert.State(state).label
    return "; ".join([*sentences(data.get("reasons", []))[1:], str(ended)])


KIND = Kind(name="alert", label=gettext_lazy("Alert"), headline=_headline, detail=_detail)
KINDS = [KIND]
