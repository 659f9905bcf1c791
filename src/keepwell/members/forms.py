"""What members fill in."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from keepwell.members.models import Invitation, Member


class Joining(forms.Form):
    """Name and password of somebody invited; their address too where the invitation does not say it."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 12 characters. A sentence is easy to remember."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if invitation.email:
            self.fields["email"].disabled = True
            self.fields["email"].initial = invitation.email

    def clean(self) -> dict[str, Any]:
        """A password must not be like the name or the address."""
        said = super().clean() or {}
        if password := said.get("password"):
            try:
                validate_password(password, Member(name=said.get("name", ""), email=said.get("email", "")))
            except ValidationError as wrong:
                self.add_error("password", wrong)
        return said


class Profile(forms.ModelForm):
    """What a member says of themselves."""

    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As the browser")), *settings.LANGUAGES], required=False
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=[(name, name) for name in sorted(available_timezones())]
    )

    class Meta:
        model = Member
        fields = ("name", "language", "time_zone", "theme")
