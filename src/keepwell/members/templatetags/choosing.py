"""What one chooses from in a form that is written in its page."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def options(rows: Iterable[Any], chosen: Any = None) -> SafeString:
    """An option for each row, by its number: of members there may be hundreds."""
    said = ((one.pk, " selected" if one.pk == chosen else "", one) for one in rows)
    return format_html_join("", '<option value="{}"{}>{}</option>', said)
