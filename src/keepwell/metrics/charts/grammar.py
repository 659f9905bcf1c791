"""One chart grammar: every chart is a Vega-Lite spec, drawn alike on a page, in a notebook and in a file."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from keepwell.metrics.charts.theme import LIGHT, PAGE, Theme, config
from keepwell.metrics.charts.vega import alt, vlc

NARROW = 480  # a chart at most this wide is laid out for a phone


def rows(values: Iterable[Mapping[str, Any]]) -> Any:
    """Chart data out of plain dicts; it travels inside the spec, so nothing is ever fetched."""
    return alt.InlineData(values=[dict(v) for v in values])


def finish(
    chart: Any,
    *,
    theme: Theme,
    width: int | None,
    height: int | None,
    title: str | None,
    said: str,
    notes: list[str],
) -> Any:
    """The chart with its size, title, words for those who do not see it, and theme.

    `title` None leaves title and notes to the page around it.
    """
    size: dict[str, Any] = {k: v for k, v in (("width", width), ("height", height)) if v is not None}
    words: dict[str, Any] = {}
    if title:
        words["title"] = alt.TitleParams(text=title, subtitle=notes)
    if width is not None:  # charts of several panels have their sizes inside
        words["autosize"] = alt.AutoSizeParams(type="fit-x", contains="padding")
    return chart.properties(**size, **words, description=said).configure(**config(theme))


def spec_of(chart: Any) -> dict[str, Any]:
    """The chart's Vega-Lite spec. Checking it against the schema is the tests' business: it takes longest."""
    spec: dict[str, Any] = chart.to_dict(validate=False)
    return spec


def svg(chart: Any) -> str:
    """The chart, or its spec, as an SVG picture, drawn without network or browser."""
    spec = chart if isinstance(chart, dict) else spec_of(chart)
    drawn = str(vlc.vegalite_to_svg(spec, allowed_base_urls=[]))
    # What a screen reader says; vega says it only where a script draws.
    said = f'role="img" aria-label="{escape(str(spec.get("description", "")))}"'
    return drawn.replace("<svg ", f"<svg {said} ", 1)


def png(chart: Any, scale: float = 2.0) -> bytes:
    """The chart as a PNG picture, `scale` pixels for each unit of its size."""
    return bytes(vlc.vegalite_to_png(spec_of(chart), scale=scale, allowed_base_urls=[]))


def html(chart: Any) -> str:
    """The chart as an interactive page of its own that opens without a network."""
    return str(vlc.vegalite_to_html(spec_of(chart), bundle=True, renderer="svg"))


__all__ = ["LIGHT", "NARROW", "PAGE", "Theme", "finish", "html", "png", "rows", "spec_of", "svg"]
