"""Texts with values in them (`{% blocktranslate %}`)."""

from typing import Any

from django.template import Context, TemplateSyntaxError
from django.utils.translation import gettext, ngettext, npgettext, pgettext

from keepwell.site.templating.values import NUMBERS
from keepwell.site.templating.writing import Writer, is_asked


def block_translated(to: Writer, node: Any) -> bool:
    """A text with values in it."""
    context = node.message_context
    if node.asvar or (context is not None and is_asked(context)):
        return False
    in_context = str(context.resolve(Context())) if context is not None else ""
    one, names = node.render_token_list(node.singular)
    counted = bool(node.plural and node.countervar and node.counter)
    many, more = node.render_token_list(node.plural) if counted else ("", [])
    count = to.name("n")
    values = {name: _value_said(to, node, name, count if counted else "") for name in [*names, *more]}
    said = f"{{{', '.join(f'{name!r}: {code}' for name, code in values.items())}}}"
    if counted:
        to.line(f"{count} = number({to.expressions.value(node.counter)})")
        told = [one, many] if not in_context else [in_context, one, many]
        speak = to.expressions.bind(npgettext if in_context else ngettext)
        code = f"{speak}({', '.join(map(repr, told))}, {count})"
        to.put(f"{code} % {said}")
        return True
    text = pgettext(in_context, one) if in_context else gettext(one)
    try:
        whole = text % dict.fromkeys(values, "")
    except (KeyError, ValueError):
        return False  # a translation that asks for another value: as Django has it
    if values:
        to.put(f"{text!r} % {said}")
    else:
        to.text(whole)
    return True


def _value_said(to: Writer, node: Any, name: str, count: str) -> str:
    """A value in a text: given there, or as it lies in the context."""
    if count and name == node.countervar:
        return f"shown({count}, context)"
    if name in node.extra_context:
        return f"shown({to.expressions.value(node.extra_context[name])}, context)"
    lies_at = to.expressions.known.get(name)
    return f"shown({lies_at or f'raw(dicts, {name!r})'}, context)"


def number(count: Any) -> Any:
    """What is counted must be a number."""
    if not isinstance(count, NUMBERS):
        raise TemplateSyntaxError(f"{count!r} is counted and is no number.")
    return count
