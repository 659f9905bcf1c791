"""What a call sent, put through the very form that its page has: the same is asked of both."""

from html import unescape
from typing import TypeVar

from django.forms import BaseForm
from django.utils.html import strip_tags
from django.utils.safestring import SafeData
from django.utils.translation import gettext as _

from keepwell.api.problems import Problem

Form = TypeVar("Form", bound=BaseForm)


def filled(form: Form) -> Form:
    """A form that was filled in well. Raises Problem (422) with what its page would say, field by field."""
    if form.is_valid():
        return form
    errors = [
        {"where": ["body", "said"] + ([] if name == "__all__" else [name]), "detail": _plain(wrong)}
        for name, wrongs in form.errors.items()
        for wrong in wrongs
    ]
    raise Problem(422, _("This is not as it is asked for."), errors=errors)


def _plain(wrong: object) -> str:
    """What is wrong, without the link that a page leads on by."""
    return unescape(strip_tags(str(wrong))) if isinstance(wrong, SafeData) else str(wrong)
