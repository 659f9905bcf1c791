"""Forms that are written by hand say what Django's templates say."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.http import QueryDict
from django.template import Context, Engine, RequestContext, engines
from django.test import RequestFactory
from django.test.html import parse_html
from django.utils import timezone, translation

from keepwell.site.rendering import Renderer

HOSTILE = "<script>\"'&</script>"


class Everything(forms.Form):
    """A field of each kind that our pages have."""

    what = forms.CharField(label=f"What {HOSTILE}", help_text="in <b>short</b>", max_length=80)
    many = forms.IntegerField(required=False, min_value=0)
    share = forms.FloatField(
        required=False, widget=forms.NumberInput(attrs={"step": "any", "autofocus": True})
    )
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    mail = forms.EmailField()
    word = forms.CharField(widget=forms.PasswordInput)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 2, "spellcheck": False}))
    sure = forms.BooleanField(required=False)
    kind = forms.ChoiceField(choices=[("", "–"), ("a", HOSTILE), ("near", [("b", "B"), ("c", "C")])])
    both = forms.MultipleChoiceField(
        choices=[("1", "one"), ("2", "two")], widget=forms.CheckboxSelectMultiple
    )
    some = forms.MultipleChoiceField(choices=[("1", "one"), (HOSTILE, "two")])
    file = forms.FileField(required=False)
    key = forms.CharField(widget=forms.HiddenInput)


class Hidden(forms.Form):
    """Nothing that shows."""

    key = forms.CharField(widget=forms.HiddenInput)


SENT = {
    "what": HOSTILE,
    "many": "-3",
    "day": "never",
    "note": f"\n{HOSTILE}",
    "kind": "c",
    "some": [HOSTILE, "x"],
}


@pytest.mark.parametrize("form", [Everything, Hidden])
@pytest.mark.parametrize("said", [{}, {"data": SENT}, {"initial": {"day": date(2026, 1, 2), "many": 0}}])
def test_a_form_reads_as_django_renders_it(form: type[forms.Form], said: dict[str, Any]) -> None:
    ours = form(**said, renderer=Renderer(), label_suffix="")
    django = form(**said, renderer=TemplatesSetting(), label_suffix="")
    assert parse_html(str(ours.as_div())) == parse_html(str(django.as_div()))
    for one, other in zip(ours, django, strict=True):
        assert parse_html(str(one)) == parse_html(str(other))


@pytest.mark.parametrize("language", ["en", "hu", "pl", "zh-hans", "zh-hant"])
def test_days_are_said_as_django_says_them(language: str) -> None:
    engine = engines["django"]
    moments = [datetime(2026, 12, 31, 23, 30, tzinfo=UTC), datetime(2026, 3, 1, 5, tzinfo=UTC), None, "", "x"]
    with translation.override(language), timezone.override("Asia/Shanghai"):
        for form in ("DATE_FORMAT", "SHORT_DATE_FORMAT", "DATETIME_FORMAT", "c", "Y-m-d"):
            for at in moments if form.startswith("DATETIME") else [*moments, date(2026, 1, 2)]:
                ours = engine.from_string("{{ at|date:form }}").render({"at": at, "form": form})
                assert ours == _as_django(at, form)


@pytest.mark.parametrize("asked", ["", "page=3&kind=a&kind=b", "words=caf%C3%A9+%26+%3Cb%3E&page=1", "page="])
def test_a_page_s_question_is_changed_as_django_changes_it(asked: str) -> None:
    request = RequestFactory().get(f"/?{asked}")
    for changed in (
        "",
        "page=2",
        "page=None",
        "sort='a b' page=None",
        "kind=kinds",
        "other words='é&'",
        "kind=none",
    ):
        said = f"{{% querystring {changed} %}}"
        known = {"kinds": ["x", "ű"], "none": None, "other": QueryDict("a=1&words=2")}
        ours = engines["django"].from_string(said).render(known, request)
        assert ours == Engine().from_string(said).render(RequestContext(request, known))


def _as_django(at: Any, form: str) -> str:
    return Engine().from_string("{{ at|date:form }}").render(Context({"at": at, "form": form}))
