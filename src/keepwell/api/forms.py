"""What is asked of somebody who makes a token."""

from django import forms
from django.utils.translation import gettext_lazy as _

from keepwell.api.models import Token


class Making(forms.Form):
    """A new token."""

    name = forms.CharField(label=_("What it is for"), max_length=120)
    scope = forms.ChoiceField(label=_("It may"), choices=Token.Scope.choices)
    days = forms.TypedChoiceField(
        label=_("It stands for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("a year"))],
        initial=90,
    )
