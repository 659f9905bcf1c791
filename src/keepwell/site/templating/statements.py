"""The nodes of a template as the lines of one Python function."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.template import Context
from django.template.base import FilterExpression, Node, NodeList, TextNode, VariableNode
from django.template.defaulttags import (
    CommentNode,
    CsrfTokenNode,
    ForNode,
    IfNode,
    LoadNode,
    URLNode,
    WithNode,
)
from django.template.library import SimpleNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.templatetags.i18n import BlockTranslateNode
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone

from keepwell.site.templatetags.addresses import Addressed
from keepwell.site.templatetags.i18n import Once
from keepwell.site.templating import values
from keepwell.site.templating.texts import block_translated, number
from keepwell.site.templating.writing import Writer, given, is_asked

if TYPE_CHECKING:
    from collections.abc import Iterator

Written = Callable[[Context], SafeString]
_USED = ["MISSING", "Loop", "beside", "called", "chosen", "find", "items", "member", "needed", "raw", "shown"]
_LENT = {
    **{name: getattr(values, name) for name in _USED},
    "number": number,
    "SafeString": SafeString,
    "conditional_escape": conditional_escape,
    "get_current_timezone": get_current_timezone,
}


def written(nodes: Iterable[Node], name: str, engine: Any) -> Written:
    """The function that renders these nodes, in the language that is spoken now."""
    writer = Writer(name, engine, _KINDS)
    writer.depth = 2
    writer.nodes(list(nodes))
    writer.flush()
    zone = ["        zone = get_current_timezone()"] if writer.expressions.says_days else []
    source = "\n".join([*_HEAD, *zone, *writer.lines, *_TAIL])
    lent: dict[str, Any] = {**_LENT, **writer.expressions.bound}
    exec(compile(source, f"<{name}>", "exec"), lent)  # noqa: S102 - written here from a template of the product
    render: Written = lent["render"]
    return render


_HEAD = (
    "def render(context):",
    "    dicts, out = context.dicts, []",
    "    deep, put = len(dicts), out.extend",
    "    try:",
    "        pass",
)
_TAIL = (
    "    except BaseException:",
    "        del dicts[deep:]",
    "        raise",
    "    return SafeString(''.join(out))",
)


def _text(to: Writer, node: Any) -> bool:
    to.text(node.s)
    return True


def _nothing(_to: Writer, _node: Any) -> bool:
    return True


def _variable(to: Writer, node: Any) -> bool:
    to.put(to.expressions.shown(node.filter_expression))
    return True


def _said_outright(to: Writer, node: Any) -> bool:
    """What is the same on every page of this language."""
    try:
        to.text(node.render(Context()))
    except NoReverseMatch:
        return False  # as it is said to whoever asks for that page
    return True


def _translated(to: Writer, node: Any) -> bool:
    return _said_outright(to, node.node)


def _static(to: Writer, node: Any) -> bool:
    return not node.varname and not is_asked(node.path) and _said_outright(to, node)


def _url(to: Writer, node: Any) -> bool:
    plain = not (node.args or node.kwargs or node.asvar or is_asked(node.view_name))
    return plain and _said_outright(to, node)


def _addressed(to: Writer, node: Any) -> bool:
    to.put(f"{to.expressions.bind(node.said)}({to.expressions.value(node.node.args[0])}, context)")
    return True


def _if(to: Writer, node: Any) -> bool:
    _branches(to, node.conditions_nodelists)
    return True


def _branches(to: Writer, branches: Any) -> None:
    if not branches:
        return
    (condition, nodes), *others = branches
    if condition is None:
        to.nodes(nodes)
        return
    asked, at, names = to.expressions.asks(condition), to.name("c"), ()
    if condition.id == "literal" and not condition.value.filters:
        to.line(f"{at} = {asked}")
        names = getattr(condition.value.var, "lookups", None) or ()
    else:  # what cannot be compared, and the like, is as Django has it
        with to.block("try:"):
            to.line(f"{at} = {asked}")
        with to.block("except Exception:"):
            to.line(f"{at} = {to.expressions.bind(condition)}.eval(context)")
    with to.block(f"if {at}:"):
        if names:
            with to.holding(names, at, nodes):
                to.nodes(nodes)
        else:
            to.nodes(nodes)
    if others:
        with to.block("else:"):
            _branches(to, others)


def _for(to: Writer, node: Any) -> bool:
    at, rows, loop = to.name("d"), to.name("rows"), to.name("loop")
    to.line(f"{at} = {{}}; dicts.append({at})")
    to.line(f"{rows} = items({to.expressions.value(node.sequence, missing='')})")
    with to.block(f"if len({rows}):"):
        to.line(f"{loop} = {at}['forloop'] = Loop(raw(dicts, 'forloop'), len({rows}))")
        through = f"reversed({rows})" if node.is_reversed else rows
        one = to.name("one")
        with to.block(f"for {loop}.index, {one} in enumerate({through}):"):
            if len(node.loopvars) > 1:
                each = to.name("d")
                parts = [to.name("one") for _ in node.loopvars]
                pairs = ", ".join(f"{n!r}: {part}" for n, part in zip(node.loopvars, parts, strict=True))
                to.line(f"{', '.join(parts)} = {one}")
                to.line(f"{each} = {{{pairs}}}; dicts.append({each})")
            else:
                each = at
                to.line(f"{at}[{node.loopvars[0]!r}] = {one}")
            lies = {n: f"{each}[{n!r}]" for n in node.loopvars} | {"forloop": f"{at}['forloop']"}
            with to.knowing(lies, node.nodelist_loop):
                to.nodes(node.nodelist_loop)
            if each != at:
                to.line("dicts.pop()")
    if node.nodelist_empty:
        with to.block("else:"):
            to.nodes(node.nodelist_empty)
    to.line("dicts.pop()")
    return True


def _extends(to: Writer, node: Any) -> bool:
    """A page within its frame, as one: each block of the frame holds what the page says for it."""
    frames = _frames(to, node)
    nodes = [node.nodelist, *frames]
    reached = {id(one) for some in nodes for one in _reached(some)}
    blocks: list[Any] = [one for some in nodes for one in some.get_nodes_by_type(BlockNode)]
    # A block that repeats what the frame has there, or that lies in a tag we do not know, is as Django has it.
    if not frames or any(id(one) not in reached or _repeats(one) for one in blocks):
        return False
    to.blocks = {one.name: one.nodelist for one in reversed(blocks)}
    to.nodes(frames[-1])
    return True


def _frames(to: Writer, node: Any) -> list[NodeList]:
    """What a page stands in, from its own frame to the outermost; nothing where one is not named outright."""
    frames: list[NodeList] = []
    names = [*to.inside]
    while node is not None:
        name = str(node.parent_name.var)
        if is_asked(node.parent_name) or name in names:
            return []
        names.append(name)
        frames.append(to.engine.get_template(name).nodelist)
        node = next((one for one in frames[-1] if isinstance(one, ExtendsNode)), None)
    return frames


def _reached(nodes: Iterable[Node]) -> "Iterator[Node]":
    """The nodes that are written here, not those within others that render themselves."""
    for node in nodes:
        yield node
        if type(node) in _KINDS:
            for name in node.child_nodelists:
                yield from _reached(getattr(node, name, None) or ())


def _repeats(block: Any) -> bool:
    """Whether a block says `block.super`."""
    said = [one.filter_expression.var for one in block.nodelist.get_nodes_by_type(VariableNode)]
    return any(str(one).startswith("block.") for one in said)


def _block(to: Writer, node: Any) -> bool:
    if to.blocks is None:
        return False
    _given_names(to, {}, to.blocks.get(node.name, node.nodelist))
    return True


def _with(to: Writer, node: Any) -> bool:
    _given_names(to, node.extra_context, node.nodelist)
    return True


def _given_names(to: Writer, names: Mapping[str, FilterExpression], nodes: Iterable[Node]) -> None:
    """Nodes under names that are given for them."""
    if not names:  # what they set is theirs all the same
        to.line("dicts.append({})")
        to.nodes(nodes)
        to.line("dicts.pop()")
        return
    at = to.name("d")
    to.line(f"{at} = {_pairs(to, names)}; dicts.append({at})")
    with to.knowing({name: f"{at}[{name!r}]" for name in names}, nodes):
        to.nodes(nodes)
    to.line("dicts.pop()")


def _pairs(to: Writer, given: Mapping[str, FilterExpression]) -> str:
    return f"{{{', '.join(f'{name!r}: {to.expressions.value(said)}' for name, said in given.items())}}}"


def _include(to: Writer, node: Any) -> bool:
    """A template that is named outright is written in its place, where nothing in it keeps anything for itself."""
    if node.isolated_context or is_asked(node.template):
        return False
    name = str(node.template.var)
    nodes = to.engine.get_template(name).nodelist
    alone = all(type(one) in _KINDS and type(one) not in _FRAMES for one in nodes.get_nodes_by_type(Node))
    if name in to.inside or not alone or given(nodes) & set(to.expressions.known):
        return False
    to.inside.append(name)
    _given_names(to, node.extra_context, nodes)
    to.inside.pop()
    return True


def _simple(to: Writer, node: Any) -> bool:
    told = ["context"] * bool(node.takes_context)
    told += [to.expressions.value(one) for one in node.args]
    if node.kwargs:
        told.append(f"**{_pairs(to, node.kwargs)}")
    code = f"{to.expressions.bind(node.func)}({', '.join(told)})"
    if node.target_var is None:
        to.put(f"conditional_escape({code})")
    else:
        to.line(f"dicts[-1][{node.target_var!r}] = {code}")
    return True


_FRAMES = (BlockNode, ExtendsNode)
_KINDS: dict[type[Node], Callable[[Writer, Any], bool]] = {
    TextNode: _text,
    LoadNode: _nothing,
    CommentNode: _nothing,
    VariableNode: _variable,
    IfNode: _if,
    ForNode: _for,
    WithNode: _with,
    IncludeNode: _include,
    Once: _translated,
    BlockTranslateNode: block_translated,
    Addressed: _addressed,
    URLNode: _url,
    StaticNode: _static,
    SimpleNode: _simple,
    ExtendsNode: _extends,
    BlockNode: _block,
    CsrfTokenNode: lambda _to, _node: False,
}
