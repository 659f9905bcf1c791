"""Django's tags of translation. A text of a template is looked up once for a page, not for each row of a list.

Named as Django's own, it stands in its place wherever a template says `{% load i18n %}`.
"""

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.templatetags import i18n
from django.utils.safestring import SafeString

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class Once(template.Node):
    """A text that is the same wherever the page says it: the language does not change within one."""

    def __init__(self, node: template.Node) -> None:
        self.node = node

    def render(self, context: Any) -> SafeString:
        """The text, remembered as long as this template is being rendered."""
        kept = context.render_context
        if self not in kept.dicts[-1]:
            kept[self] = self.node.render(context)
        said: SafeString = kept[self]
        return said


@register.tag("trans")
@register.tag("translate")
def translate(parser: Parser, token: Token) -> template.Node:
    """Django's own, remembered where nothing in it can change from row to row."""
    node = i18n.do_translate(parser, token)
    said = node.filter_expression
    plain = not said.filters and said.var.lookups is None
    context = node.message_context
    alike = context is None or (not context.filters and isinstance(context.var, str))
    return Once(node) if plain and alike and not node.asvar else node
