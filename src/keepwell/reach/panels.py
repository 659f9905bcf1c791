"""On an account's page: when each person there may next be reached, and the form to log a touch."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from keepwell.accounts.models import Account
from keepwell.accounts.rooms import Panel
from keepwell.members.models import Member
from keepwell.members.rights import Right, may
from keepwell.reach import queries
from keepwell.reach.budget import day_of
from keepwell.reach.forms import Logging
from keepwell.reach.models import new_key


def _reach(member: Member, account: Account) -> dict[str, Any]:
    today = day_of(timezone.now())
    form = Logging(account=account, member=member, initial={"key": new_key()}, auto_id="touch_%s")
    contacts = account.people
    names = [("", _("nobody by name")), *((one.pk, str(one)) for one in contacts)]
    choice = form.fields["contact"]
    assert isinstance(choice, forms.ModelChoiceField)
    choice.widget.choices = names  # those that were read already
    team = form.fields["team"].initial or ""
    allowed = queries.allowed_at(account, contacts[: queries.SHOWN], team=team, today=today)
    return {"account": account, "allowed": allowed, "form": form if may(member, Right.ACT) else None}


PANELS = (Panel("reach", 20, "reach/panel.html", _reach),)
