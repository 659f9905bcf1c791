"""What members fill in of touches, reservations and rules."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keepwell.accounts.models import Account, Channel
from keepwell.members.asking import YEARS
from keepwell.members.models import Member, Team
from keepwell.members.rights import kinds_of
from keepwell.reach.actions import Said
from keepwell.reach.models import Direction, Importance, Rule


class Reaching(forms.Form):
    """To whom, by what, how important and about what: what a touch and a reservation have in common."""

    contact: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label=_("With whom"), required=False, empty_label=_("nobody by name")
    )
    channel = forms.ChoiceField(label=pgettext_lazy("a channel", "By"), choices=Channel.choices)
    importance = forms.ChoiceField(
        label=_("Importance"), choices=Importance.choices, initial=Importance.NORMAL
    )
    team = forms.ChoiceField(label=_("For the team"), required=False)
    topic = forms.CharField(label=_("What about"), max_length=200, required=False)

    def __init__(self, *args: Any, account: Account, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        contact = self.fields["contact"]
        assert isinstance(contact, forms.ModelChoiceField)
        contact.queryset = account.contacts.filter(left_on=None)
        kinds = kinds_of(member)
        labels = dict(Team.Kind.choices)
        choice = self.fields["team"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(kind, labels[Team.Kind(kind)]) for kind in kinds] or [("", "–")]
        if len(kinds) < 2:
            choice.widget = forms.HiddenInput()
            choice.initial = kinds[0] if kinds else ""

    def clean(self) -> dict[str, Any]:
        """An emergency says what it is."""
        said = super().clean() or {}
        if said.get("importance") == Importance.EMERGENCY and not said.get("topic"):
            self.add_error("topic", _("Say what the emergency is: it is kept on the trail."))
        return said

    def said(self) -> Said:
        """As the actions take it."""
        names = ("contact", "channel", "importance", "team", "topic", "note", "direction")
        return Said(
            account=self.account, **{n: self.cleaned_data[n] for n in names if n in self.cleaned_data}
        )


class Logging(Reaching):
    """A touch that has happened."""

    direction = forms.ChoiceField(label=_("Who reached out"), choices=Direction.choices)
    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        help_text=_("Empty: now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    note = forms.CharField(
        label=_("Note"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    anyway = forms.CharField(
        label=_("It has happened already, because"), max_length=300, required=False, widget=forms.HiddenInput
    )
    field_order = ("contact", "channel", "direction", "importance", "team", "at", "topic", "note")

    def clean_at(self) -> datetime | None:
        """A moment that can be told in every zone."""
        at: datetime | None = self.cleaned_data["at"]
        if at is not None and at.year not in YEARS:
            raise forms.ValidationError(self.fields["at"].error_messages["invalid"])
        return at

    def ask_anyway(self) -> None:
        """Show the field that a held message can be logged with."""
        self.fields["anyway"].widget = forms.TextInput()

    def moment(self, now: datetime) -> datetime:
        """When it was."""
        at: datetime = self.cleaned_data["at"] or now
        return at


class Reserving(Reaching):
    """A day that is reserved ahead."""

    day = forms.DateField(label=_("On"), widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ("contact", "day", "channel", "importance", "team", "topic")


class Ruling(forms.ModelForm):
    """A rule of the budget."""

    class Meta:
        model = Rule
        fields = ("most", "days", "of", "channel", "team", "holds_important", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("channel", Channel.choices), ("team", Team.Kind.choices)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("any")), *choices]
