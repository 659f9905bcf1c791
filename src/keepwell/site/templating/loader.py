"""Templates as they are loaded: read by Django, rendered as Python."""

from typing import Any

from django.template import Context, Engine, Template
from django.template.base import Node, NodeList
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockNode, ExtendsNode
from django.template.loaders import cached
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from keepwell.site.templating.statements import Written, written


class Loader(cached.Loader):
    """Django's, whose templates are rendered as Python."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        """A template; the whole of it and each of its blocks are written when they are first rendered."""
        template = super().get_template(template_name, skip)
        return template if self.engine.debug else as_python(template)


def as_python(template: Template) -> Template:
    """A template that Django has read, with its nodes and those of its blocks to be rendered as Python."""
    if not isinstance(template.nodelist, Python):
        blocks: list[Any] = template.nodelist.get_nodes_by_type(BlockNode)
        for one in (template, *blocks):
            one.nodelist = Python(one.nodelist, str(template.name), template.engine)
    return template


class Python(NodeList):
    """Nodes that are rendered as Python: one function for each language, and for each place the site lies at."""

    def __init__(self, nodes: list[Node], name: str, engine: Engine) -> None:
        super().__init__(nodes)
        self.contains_nontext = getattr(nodes, "contains_nontext", False)
        self.name, self.engine = name, engine
        self.framed = bool(self.get_nodes_by_type(ExtendsNode))
        self.kept: dict[tuple[str | None, str], Written] = {}

    def render(self, context: Context) -> SafeString:
        """The nodes' text."""
        if not context.autoescape or (self.framed and BLOCK_CONTEXT_KEY in context.render_context):
            return super().render(
                context
            )  # a mail: nothing in it is HTML; a frame whose page is as Django has it
        at = get_language(), get_script_prefix()
        render = self.kept.get(at)
        if render is None:
            render = self.kept[at] = written(self, self.name, self.engine)
        return render(context)
