"""Django's tag `url`, in its place in every template: a list leads to a row's page on each of its lines."""

import re
from functools import cache
from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as as_django_reads
from django.urls import NoReverseMatch, get_script_prefix, reverse

register = template.Library()
_NUMBER = 90_909_090_909  # stands where a row's number will
_WORD = "a-row_of-ours"  # or its word
_plain = re.compile(r"[A-Za-z0-9_-]+").fullmatch  # what any address may hold


class Addressed(template.Node):
    """The address of a page that is told by one number or word: what stands around it is found once."""

    def __init__(self, name: str, node: URLNode) -> None:
        self.name, self.node = name, node

    def render(self, context: Any) -> str:
        """The address."""
        return self.said(self.node.args[0].resolve(context), context)

    def said(self, of: Any, context: Any) -> str:
        """The address of this; Django's own where it is neither a number nor a plain word."""
        kind = type(of)
        if kind is int or (issubclass(kind, str) and _plain(of)):
            found = around(self.name, _NUMBER if kind is int else _WORD, get_script_prefix())
            if found is not None:
                return f"{found[0]}{of}{found[1]}"
        return str(self.node.render(context))


@register.tag
def url(parser: Parser, token: Token) -> template.Node:
    """Django's own, quicker where the page is named outright and takes one thing."""
    node = as_django_reads(parser, token)
    name = node.view_name.var
    plain = isinstance(name, str) and not node.view_name.filters
    return (
        Addressed(name, node) if plain and len(node.args) == 1 and not (node.kwargs or node.asvar) else node
    )


@cache
def address(name: str, _place: str) -> str | None:
    """The address of a page that is told by nothing more, at this place; None where there is none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


@cache
def around(name: str, of: int | str, _place: str) -> tuple[str, str] | None:
    """What stands before and after it in the addresses of that name, at this place; None where there are none."""
    try:
        before, _of, after = reverse(name, args=[of]).partition(str(of))
    except NoReverseMatch:
        return None
    return before, after
