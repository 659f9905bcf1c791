"""What every page of ours shares: its head with the choice of colours, its policy, its style and its script."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from string import Template

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts.theme import DARK, LIGHT, css_tokens
from keepwell.metrics.page.markup import Markup, data_block, join, tag
from keepwell.metrics.page.runtime import runtime


def top() -> Markup:
    """The line above everything: whose page it is, and in which colours it is read."""
    choices = [("auto", _("Auto")), ("light", _("Light")), ("dark", _("Dark"))]
    themes = [
        tag(
            "label",
            tag("input", type="radio", name="theme", id=f"theme-{n}", value=n, checked=n == "auto"),
            tag("span", word),
        )
        for n, word in choices
    ]
    brand = tag("p", "Keep", tag("i", "well"), class_="brand")
    fieldset = tag("fieldset", tag("legend", _("Colours"), class_="unseen"), themes, class_="themes")
    return tag("header", brand, fieldset, class_="top")


def assemble(*, name: str, body: Markup, style: str = "") -> str:
    """The whole page as text; `style` is added to the style that all pages share."""
    style = _tokens() + _own("page.css") + style
    words = {"csv": _("Save as CSV"), "sort": _("Sort by {column}"), "wide": "wide"}
    scripts = [runtime(), _own("page.js")]
    policy = "; ".join(
        [
            "default-src 'none'",
            "script-src " + " ".join(_hash(s) for s in scripts),
            f"style-src {_hash(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    return Template(_own("page.html")).substitute(
        lang="en",
        policy=policy,
        name=join([name]),
        style=style,
        body=body,
        words=data_block(words, id="words"),
        scripts="".join(f"<script>{s}</script>" for s in scripts),
    )


def _tokens() -> str:
    """The two sets of colours: as the reader's system has it, or as chosen on the page; print is light."""
    light, dark = css_tokens(LIGHT), css_tokens(DARK)
    return (
        f":root{{color-scheme:light;{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{color-scheme:dark;{dark}}}}}"
        f"@media screen{{:root:has(#theme-light:checked){{color-scheme:light;{light}}}"
        f":root:has(#theme-dark:checked){{color-scheme:dark;{dark}}}}}"
    )


def _own(name: str) -> str:
    return files("keepwell.metrics.page").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
