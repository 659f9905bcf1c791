"""What members fill in of follow-ups, playbooks and standards."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keepwell.accounts.conditions import SAVED, checked, saved
from keepwell.accounts.models import Account, Channel
from keepwell.alerts.triggers import all_triggers
from keepwell.followups.models import FollowUp, Playbook, Stage, Standard
from keepwell.followups.queries import watchers
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member, Team
from keepwell.members.rights import may_be_handed
from keepwell.metrics.cuts import parse_where
from keepwell.reach.models import Direction, Importance


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Planning(forms.ModelForm):
    """A follow-up to be made or changed."""

    class Meta:
        model = FollowUp
        fields = ("what", "due", "kind", "channel", "contact", "owner")
        widgets = {"due": _day()}  # noqa: RUF012 - Django's Meta is read once

    def __init__(self, *args: Any, account: Account, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contact, owner = self.fields["contact"], self.fields["owner"]
        assert isinstance(contact, forms.ModelChoiceField)
        assert isinstance(owner, forms.ModelChoiceField)
        contact.queryset = account.contacts.filter(left_on=None)
        owner.queryset = watchers(account).filter(pk__in=may_be_handed(member).values("pk"))
        owner.label, contact.label, contact.empty_label = _("Owner"), _("Contact"), _("nobody by name")
        if self.instance.pk is None:
            self.fields["what"].widget.attrs["autofocus"] = True


class Doing(forms.Form):
    """What came of a follow-up."""

    outcome = forms.ChoiceField(label=_("What came of it"), choices=FollowUp.Outcome.choices)
    direction = forms.ChoiceField(label=_("Who reached out"), choices=Direction.choices)
    importance = forms.ChoiceField(label=_("Importance"), choices=Importance.choices)
    note = forms.CharField(
        label=_("Note"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    anyway = forms.CharField(
        label=_("It has happened already, because"), max_length=300, required=False, widget=forms.HiddenInput
    )
    close_alert = forms.BooleanField(
        label=_("Close its alert too: it was right, and we acted"), required=False
    )

    def __init__(self, *args: Any, alert: bool = False, **kwargs: Any) -> None:
        """`alert`: there is one that is open."""
        super().__init__(*args, **kwargs)
        if not alert:
            del self.fields["close_alert"]

    def ask_anyway(self) -> None:
        """Show the field that a held message can be logged with."""
        self.fields["anyway"].widget = forms.TextInput()


class Handing(forms.Form):
    """To whom a follow-up goes, with a word."""

    to: forms.ModelChoiceField = forms.ModelChoiceField(  # of members, once it is asked
        None, label=_("To"), empty_label=_("Choose")
    )
    text = forms.CharField(label=_("A word with it"), max_length=1000, required=False)

    def __init__(self, *args: Any, account: Account, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)
        to.queryset = watchers(account).filter(pk__in=may_be_handed(member).values("pk"))


class Saying(forms.Form):
    """A comment."""

    text = forms.CharField(
        label=_("Comment"),
        max_length=5000,
        help_text=_("@Name tells a colleague who sees this account."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class Playing(forms.Form):
    """A playbook's next version; its steps are forms of their own."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("It cannot be changed later: the effect is asked by it."),
    )
    saved = forms.ChoiceField(label=_("For accounts of the saved segment"), required=False)
    condition = forms.CharField(
        label=_("For accounts where"),
        max_length=500,
        required=False,
        help_text=_("Like: segment = Enterprise and country in (DE, AT). Empty: all that pay."),
    )
    stage = forms.ChoiceField(
        label=_("At the stage"), choices=[("", _("any")), *Stage.choices], required=False
    )
    least_risk = forms.FloatField(
        label=_("Risk from, in per cent"), min_value=0, max_value=100, required=False
    )
    trigger = forms.ChoiceField(
        label=_("Started by itself by the alert"),
        required=False,
        help_text=_(
            "The night then starts it at accounts that such an alert is raised at, as the rest here says."
        ),
    )
    held_out = forms.FloatField(
        label=_("Share held out, in per cent"),
        min_value=0,
        max_value=90,
        initial=0,
        help_text=_("Drawn at random and for ever, so that one can see whether it helps. A fifth is usual."),
    )

    def __init__(self, *args: Any, playbook: Playbook | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.playbook = playbook
        named = self.fields["saved"]
        assert isinstance(named, forms.ChoiceField)
        named.choices = [("", _("any")), *((name, name) for name in sorted(saved()))]
        trigger = self.fields["trigger"]
        assert isinstance(trigger, forms.ChoiceField)
        trigger.choices = [
            ("", _("none: by hand")),
            *((one.name, one.label) for one in all_triggers().values()),
        ]
        if playbook is not None:
            self.fields["name"].disabled = True
            self.fields["name"].initial = playbook.name

    def clean_name(self) -> str:
        """A name is there once."""
        name: str = self.cleaned_data["name"]
        if self.playbook is None and Playbook.objects.filter(name__iexact=name).exists():
            raise ValidationError(_("There is a playbook of this name."))
        return name

    def clean_condition(self) -> str:
        """Conditions that can be read."""
        text: str = self.cleaned_data["condition"]
        try:
            checked(text)
        except KeepwellError as wrong:
            raise ValidationError(str(wrong)) from wrong
        return text

    def values(self) -> dict[str, Any]:
        """As the action takes them."""
        said = self.cleaned_data
        risk = said["least_risk"]
        return {
            "condition": " and ".join(
                part for part in (_of_segment(said["saved"]), said["condition"].strip()) if part
            ),
            "stage": said["stage"],
            "least_risk": None if risk is None else risk / 100,
            "trigger": said["trigger"],
            "held_out": said["held_out"] / 100,
        }


def _of_segment(name: str) -> str:
    """The condition that an account is of a saved segment."""
    quote = '"' if "'" in name else "'"
    return f"{SAVED} = {quote}{name}{quote}" if name else ""


def split(condition: str) -> tuple[str, str]:
    """A condition's saved segment, where it begins with one, and the rest."""
    if not condition.startswith(f"{SAVED} = "):
        return "", condition
    first, *rest = parse_where(condition)
    return first.values[0], " and ".join(str(one) for one in rest)


class Step(forms.Form):
    """One step of a playbook."""

    day = forms.IntegerField(label=_("Day"), min_value=0, max_value=730, required=False)
    team = forms.ChoiceField(
        label=_("Who"), choices=[("", _("the owner")), *Team.Kind.choices], required=False
    )
    channel = forms.ChoiceField(
        label=pgettext_lazy("a channel", "By"), choices=Channel.choices, required=False
    )
    what = forms.CharField(label=_("What to say"), max_length=300, required=False)
    review = forms.BooleanField(label=_("A review"), required=False)

    def value(self) -> dict[str, Any] | None:
        """The step; None where nothing is to be said."""
        said = self.cleaned_data
        if not said.get("what"):
            return None
        return {
            "day": said.get("day") or 0,
            "team": said.get("team", ""),
            "channel": said.get("channel") or Channel.CALL.value,
            "what": said["what"],
            "review": said.get("review", False),
        }


Steps = forms.formset_factory(Step, extra=3, max_num=30)


class Setting(forms.ModelForm):
    """How often accounts are to be spoken to."""

    class Meta:
        model = Standard
        fields = ("segment", "stage", "days", "review_days")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stage = self.fields["stage"]
        assert isinstance(stage, forms.ChoiceField)
        stage.choices = [("", _("all")), *Stage.choices]
