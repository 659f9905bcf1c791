"""Lines of Python as they are written of a template."""

from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.template.base import FilterExpression, Node

from keepwell.site.templating.expressions import Expressions

if TYPE_CHECKING:
    from collections.abc import Iterator


class Writer:
    """Lines of Python, as deep as they stand, and what is to be put out next."""

    def __init__(self, name: str, engine: Any, kinds: Mapping[type[Node], Any]) -> None:
        self.engine, self.kinds, self.expressions = engine, kinds, Expressions()
        self.lines: list[str] = []
        self.depth = self.names = 0
        self.inside = [name]  # of which templates, one within the other
        self.blocks: dict[str, Iterable[Node]] | None = None  # what stands in those of a page's frame
        self._text = ""
        self._put: list[str] = []

    # --- lines ------------------------------------------------------------------------------------------------

    def line(self, code: str) -> None:
        """A line, after what is to be put out before it."""
        self.flush()
        self.lines.append("    " * self.depth + code)

    def text(self, said: str) -> None:
        """A text to be put out as it is."""
        self._text += said

    def put(self, code: str) -> None:
        """A text to be put out that this expression says."""
        if self._text:
            self._put.append(repr(self._text))
            self._text = ""
        self._put.append(code)

    def flush(self) -> None:
        """Lines for what is to be put out."""
        if self._text:
            self._put.append(repr(self._text))
            self._text = ""
        if self._put:
            self.lines.append(f"{'    ' * self.depth}put(({', '.join(self._put)},))")
            self._put = []

    @contextmanager
    def block(self, head: str) -> "Iterator[None]":
        """A line and what stands under it."""
        self.line(head)
        self.depth += 1
        before = len(self.lines)
        yield
        self.flush()
        if len(self.lines) == before:
            self.line("pass")
        self.depth -= 1

    def name(self, kind: str) -> str:
        """A name that nothing else has."""
        self.names += 1
        return f"{kind}{self.names}"

    @contextmanager
    def knowing(self, lies_at: dict[str, str], within: Iterable[Node]) -> "Iterator[None]":
        """Names that lie where this says; not those that a tag in there may give anew."""
        said, anew = self.expressions, given(within)
        known, held = said.known, said.held
        said.known = {name: at for name, at in {**known, **lies_at}.items() if name not in anew}
        said.held = {names: at for names, at in held.items() if names[0] not in anew | lies_at.keys()}
        yield
        said.known, said.held = known, held

    @contextmanager
    def holding(self, names: tuple[str, ...], at: str, within: Iterable[Node]) -> "Iterator[None]":
        """What has been looked up already is not looked up again in there."""
        said, held = self.expressions, self.expressions.held
        if names[0] not in given(within):
            said.held = {**held, names: at}
        yield
        said.held = held

    # --- nodes ------------------------------------------------------------------------------------------------

    def nodes(self, nodes: Iterable[Node]) -> None:
        """Each in its order."""
        for node in nodes:
            write = self.kinds.get(type(node))
            if not (write and write(self, node)):
                self.as_ever(node)

    def as_ever(self, node: Node) -> None:
        """A node that renders itself. It may ask the context, where all names lie."""
        self.put(f"{self.expressions.bind(node)}.render_annotated(context)")


def given(nodes: Iterable[Node]) -> set[str]:
    """The names that tags among these nodes give."""
    names: set[str] = set()
    for node in nodes:
        for one in node.get_nodes_by_type(Node):
            names |= {
                str(getattr(one, name, None)) for name in ("asvar", "target_var", "variable", "varname")
            }
    return names - {"None"}


def is_asked(said: FilterExpression) -> bool:
    """Whether an expression asks the context, or a filter."""
    return bool(said.is_var or said.filters)
