"""Django's tag `url`, in its place in every template: a list leads to a row's page on each of its lines."""

from functools import cache
from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as as_django_reads
from django.urls import reverse

register = template.Library()
_NUMBER = 90_909_090_909  # stands where a row's number will


class Numbered(template.Node):
    """The address of a page that is told by one number: what stands around the number is found once."""

    def __init__(self, name: str, node: URLNode) -> None:
        self.name, self.node = name, node

    def render(self, context: Any) -> str:
        """The address; Django's own where it is no number."""
        said = self.node.args[0].resolve(context)
        if type(said) is not int:
            return str(self.node.render(context))
        before, after = around(self.name)
        return f"{before}{said}{after}"


@register.tag
def url(parser: Parser, token: Token) -> template.Node:
    """Django's own, quicker where the page is named outright and takes one thing."""
    node = as_django_reads(parser, token)
    name = node.view_name.var
    plain = isinstance(name, str) and not node.view_name.filters
    return Numbered(name, node) if plain and len(node.args) == 1 and not (node.kwargs or node.asvar) else node


@cache
def around(name: str) -> tuple[str, str]:
    """What stands before and after the number in the addresses of that name."""
    before, _number, after = reverse(name, args=[_NUMBER]).partition(str(_NUMBER))
    return before, after
