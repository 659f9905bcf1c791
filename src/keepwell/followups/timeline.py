"""Follow-ups on an account's timeline."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.timeline import Kind
from keepwell.followups.models import FollowUp
from keepwell.members.labels import day_said


def _headline(data: Mapping[str, Any]) -> str:
    form = {
        FollowUp.State.DONE: _("Followed up: {what}"),
        FollowUp.State.DROPPED: _("Follow-up dropped: {what}"),
    }.get(data.get("state", ""), _("Follow-up: {what}"))
    return form.format(what=data.get("what", ""))


def _detail(data: Mapping[str, Any]) -> str:
    outcome = dict(FollowUp.Outcome.choices).get(data.get("outcome", ""), "")
    due = data.get("due")
    said = [str(outcome), data.get("owner", "")]
    if data.get("state") == FollowUp.State.OPEN and due:
        said.append(_("due {day}").format(day=day_said(date.fromisoformat(due))))
    return " · ".join(part for part in said if part)


KIND = Kind(name="follow-up", label=gettext_lazy("Follow-up"), headline=_headline, detail=_detail)
KINDS = (KIND,)
