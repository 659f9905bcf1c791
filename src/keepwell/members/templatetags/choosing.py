"""What one chooses from in a form that is written in its page."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def options(rows: Iterable[Any], chosen: Any = None) -> SafeString:
    """An option for each row, by its number: of members there may be hundreds."""
    said = [
        f'<option value="{one.pk}"{" selected" if one.pk == chosen else ""}>{escape(str(one))}</option>'
        for one in rows
    ]
    return mark_safe("".join(said))  # noqa: S308 - a number, and a name that is escaped
