"""Descriptions as a page shows them: what stands between backticks is code."""

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def coded(said: str) -> SafeString:
    """A description with its code marked as such; everything in it is escaped."""
    parts = said.split("`")
    if len(parts) % 2 == 0:  # one backtick has no other: it stands for itself
        parts = [said]
    each = (format_html("<code>{}</code>", one) if n % 2 else escape(one) for n, one in enumerate(parts))
    return SafeString("".join(each))
