"""Forms of clips, their collections, and corrections by hand."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.conversations.models import Clip, Collection, Conversation
from keepwell.conversations.rules import themes

MOST_TAGS = 12
LONGEST = 40  # characters of a tag


def _themes() -> list[tuple[str, str]]:
    return [("", "–"), *themes.choices()]


def _audiences() -> list[tuple[str, str]]:
    return [("", "–"), *((value, str(label)) for value, label in Clip.Audience.choices)]


class Clipping(forms.ModelForm):
    """A stretch of a conversation, from one turn to another, and why it is kept."""

    first = forms.IntegerField(label=gettext_lazy("From turn"), min_value=1)
    last = forms.IntegerField(label=gettext_lazy("To turn"), min_value=1)
    theme = forms.ChoiceField(label=gettext_lazy("Theme"), required=False, choices=_themes)
    audience = forms.ChoiceField(label=gettext_lazy("Spoken to"), required=False, choices=_audiences)
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        required=False,
        help_text=gettext_lazy("With commas between them: objection, price, executive, renewal."),
    )

    class Meta:
        model = Clip
        fields = ("first", "last", "title", "kind", "why", "theme", "audience", "tags", "template")
        widgets = {"why": forms.Textarea(attrs={"rows": 2})}  # noqa: RUF012 - Django reads it off the class

    def __init__(self, *args: Any, conversation: Conversation, **more: Any) -> None:
        super().__init__(*args, **more)
        self.conversation = conversation
        if self.instance.pk:
            self.initial["tags"] = ", ".join(self.instance.tags)

    def clean_tags(self) -> list[str]:
        """Each tag once, without case."""
        said = [
            tag.strip().lower()[:LONGEST] for tag in self.cleaned_data["tags"].replace(";", ",").split(",")
        ]
        return list(dict.fromkeys(tag for tag in said if tag))[:MOST_TAGS]

    def clean(self) -> dict[str, Any]:
        """Both turns must be there, the first before the last."""
        said: dict[str, Any] = super().clean() or {}
        first, last = said.get("first"), said.get("last")
        if first is None or last is None:
            return said
        if last < first:
            said["first"], said["last"] = first, last = last, first
        there = set(self.conversation.turns.filter(no__in=(first, last)).values_list("no", flat=True))
        for name, no in (("first", first), ("last", last)):
            if no not in there:
                self.add_error(name, _("There is no turn {no}.").format(no=no))
        return said


class Collecting(forms.ModelForm):
    """A collection of clips."""

    class Meta:
        model = Collection
        fields = ("name", "detail", "shared")


class Correcting(forms.Form):
    """A turn's words as they were said."""

    text = forms.CharField(
        label=gettext_lazy("What was said"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        strip=True,
    )
