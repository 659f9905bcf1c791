"""What an administrator fills in."""

from typing import ClassVar

from django import forms

from keepwell.site.models import Office


class NightAt(forms.ModelForm):
    """The time of day that the night begins at."""

    class Meta:
        model = Office
        fields = ("night_at",)
        widgets: ClassVar = {"night_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}
