"""Django's tags `url` and `querystring`, in their place in every template: lists lead on from each of their lines."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import QueryDict
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


@register.simple_tag(takes_context=True)
def querystring(context: Any, query_dict: QueryDict | None = None, **changed: Any) -> str:
    """The page's own question, changed: what is None is taken away."""
    asked = context.request.GET if query_dict is None else query_dict
    kept: dict[str, Iterable[Any]] = dict(asked.lists())
    for name, value in changed.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value if isinstance(value, Iterable) and not isinstance(value, str) else (value,)
    if not kept and not asked:
        return ""
    return f"?{urlencode([(name, str(one)) for name, several in kept.items() for one in several])}"


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
