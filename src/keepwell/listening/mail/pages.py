"""A mail written as a web page, made text: nothing is fetched, nothing is run."""

import re
from typing import Any

from lxml import etree

_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
    }
    | {"form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre"}
    | {"section", "table", "tr", "ul"}
)
_UNSEEN = frozenset(("script", "style", "head", "title", "template", "noscript", "svg", "object", "iframe"))
_VOID = frozenset(("br", "hr", "img", "input", "meta", "link", "wbr", "area", "base", "col", "source"))
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.I)
_CHUNK = 16 * 1024
_DEEPEST = 2000
_TAG = re.compile(r"<[^<>]{0,4000}>")


class _TooDeepError(Exception):
    pass


class _Teller:
    """Hears a page's tags and letters one after the other, and writes its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.depth = self.unseen = self.quotes = 0
        self.quoted: list[int] = []  # depths at which a quotation began
        self.kept_shape = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _VOID:
            if tag in ("br", "hr"):
                self._end_line()
            return
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _TooDeepError
        if self.unseen or tag in _UNSEEN or _HIDDEN.search(attributes.get("style") or ""):
            self.unseen = self.unseen or self.depth
        if tag in _BLOCKS:
            self._end_line(block=tag == "p")
        if tag == "blockquote":
            self.quoted.append(self.depth)
        if tag == "pre":
            self.kept_shape = self.kept_shape or self.depth
        if tag == "li":
            self.line.append("- ")

    def end(self, tag: str) -> None:
        if tag in _VOID:
            return
        if tag in _BLOCKS:
            self._end_line(block=tag == "p")
        if tag in ("td", "th"):
            self.line.append(" ")
        if self.quoted and self.quoted[-1] == self.depth:
            self.quoted.pop()
        if self.unseen == self.depth:
            self.unseen = 0
        if self.kept_shape == self.depth:
            self.kept_shape = 0
        self.depth = max(self.depth - 1, 0)

    def data(self, text: str) -> None:
        if self.unseen:
            return
        if not self.kept_shape:
            self.line.append(text)
            return
        first, *rest = text.split("\n")
        self.line.append(first)
        for line in rest:
            self._end_line()
            self.line.append(line)

    def comment(self, _text: str) -> None:
        """What is commented out is not said."""

    def close(self) -> str:
        self._end_line()
        return "\n".join(self.lines)

    def _end_line(self, *, block: bool = False) -> None:
        text = " ".join("".join(self.line).split())
        mark = "> " * min(len(self.quoted), 9)
        self.line.clear()
        if text:
            self.lines.append(mark + text)
        elif self.lines and self.lines[-1].strip("> ") and block:
            self.lines.append(mark.strip())


def text_of_page(page: str) -> str:
    """The words of a page, a line a block; what it quotes stands behind "> " as in plain mail. Raises nothing."""
    page = page.encode("utf-8", "replace").decode("utf-8")
    if not page.strip():
        return ""
    parser: Any = etree.HTMLParser(target=_Teller(), huge_tree=True, no_network=True)
    try:
        for at in range(0, len(page), _CHUNK):
            parser.feed(page[at : at + _CHUNK])
        return str(parser.close())
    except (etree.LxmlError, _TooDeepError, AssertionError, ValueError):  # a page made to break readers
        return "\n".join(line.strip() for line in _TAG.sub(" ", page).split("\n") if line.strip())
