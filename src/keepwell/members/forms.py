"""What members fill in."""

from typing import Any
from zoneinfo import available_timezones

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import encrypt
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Invitation, Member, Portfolio, Role, Team
from keepwell.members.queries import accounts_where, teams_of
from keepwell.members.rights import Right, may
from keepwell.members.wrongs import in_lines


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
        strip=False,  # a space is part of it, as it is where one signs in
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


class SecondStep(AuthenticateForm):
    """The second step of signing in: what an app shows, or a recovery code in its place."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ways = set(Authenticator.objects.filter(user=self.user).values_list("type", flat=True))
        self.fields["code"].widget.attrs |= {"placeholder": "", "autofocus": True, "spellcheck": "false"}
        self.fields["code"].help_text = _("From your app, or one of your recovery codes: each opens once.")

    @property
    def has_passkey(self) -> bool:
        """Whether whoever signs in has a passkey or a security key to show."""
        return Authenticator.Type.WEBAUTHN in self.ways


class FirstCode(ActivateTOTPForm):
    """The code that shows that an app is set up. It is used then as any other: it does not sign in too."""

    def clean_code(self) -> str:
        """A code that is right, and has not been used."""
        code = str(super().clean_code())
        kept = Authenticator(user=self.user, data={"secret": encrypt(self.secret)})
        if not TOTP(kept).validate_code(code):
            raise get_adapter().validation_error("incorrect_code")
        return code


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


class Inviting(forms.Form):
    """Whom to invite, as what, into which teams: no more than whoever invites may."""

    email = forms.EmailField(
        label=_("Mail address"),
        required=False,
        help_text=_("Without one, whoever holds the link says it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.MEMBER)
    teams = forms.ModelMultipleChoiceField(
        label=_("Teams"),
        queryset=Team.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, by: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        into, roles = self.fields["teams"], self.fields["role"]
        assert isinstance(into, forms.ModelMultipleChoiceField)
        assert isinstance(roles, forms.ChoiceField)
        into.queryset = teams_of(by)
        into.initial = (
            into.queryset if into.queryset.count() == 1 else None
        )  # without a team one sees nothing
        if not may(by, Right.ADMINISTER):
            into.required = True
            roles.choices = [(one.value, one.label) for one in (Role.MEMBER, Role.VIEWER)]


class Placing(forms.Form):
    """A member's role and teams."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    teams = forms.ModelMultipleChoiceField(
        label=_("Teams"),
        queryset=Team.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class _Named(forms.ModelForm):
    """What is told apart by its name, however that is written."""

    there_is: Any = ""
    address = ""

    def clean_name(self) -> str:
        """A name is one thing's: who types it again is led to that."""
        said = str(self.cleaned_data["name"])
        others = self._meta.model._default_manager.filter(name__iexact=said).exclude(pk=self.instance.pk)
        if other := others.first():
            link = format_html('<a href="{}">{}</a>', reverse(self.address, args=[other.pk]), other)
            raise ValidationError(format_html(self.there_is, link=link))
        return said


class OfTeam(_Named):
    """A team and what it looks after."""

    there_is, address = _("There is a team of this name already: {link}."), "members:team"

    class Meta:
        model = Team
        fields = ("name", "kind", "portfolios")
        widgets = {"portfolios": forms.CheckboxSelectMultiple}  # noqa: RUF012 - so Django asks


class OfPortfolio(_Named):
    """A portfolio: which accounts come into it, and when it is asked."""

    there_is, address = _("There is a portfolio of this name already: {link}."), "members:portfolio"

    class Meta:
        model = Portfolio
        fields = ("name", "condition", "place")
        help_texts = {  # noqa: RUF012 - so Django asks
            "condition": _(
                "Like: segment = Enterprise and country in (DE, AT). Empty takes every account that is left."
            ),
            "place": _(
                "Portfolios are asked from the lowest number on; an account comes into the first that fits."
            ),
        }

    def clean_condition(self) -> str:
        """A condition must be one, and ask what accounts have: else the portfolio would stay empty."""
        said = str(self.cleaned_data["condition"]).strip()
        if said:
            try:
                accounts_where(said)
            except KeepwellError as wrong:
                raise ValidationError(in_lines(wrong)) from wrong
        return said
