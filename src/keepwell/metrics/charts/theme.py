"""The look of every chart: quiet paper, ink, one green, in light, in dark, and following the page."""

from dataclasses import dataclass, fields
from typing import Any

FONT = "system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif"
# Liberation Sans comes with vl-convert, so a picture looks the same on a machine without fonts.
FONT_IN_FILES = "'Liberation Sans', Arial, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"


@dataclass(frozen=True)
class Theme:
    """The colours a chart is drawn in. Each is anything that SVG takes as a colour."""

    paper: str
    sheet: str
    ink: str
    ink_2: str
    rule: str
    keep: str
    keep_wash: str
    poor: str
    poor_wash: str
    near: str
    near_wash: str
    focus: str

    @property
    def series(self) -> list[str]:
        """Colours of several lines in one chart; each goes with a shape of `SHAPES`."""
        return [self.keep, self.ink, self.near, self.focus, self.poor, self.ink_2]


# Colour never carries meaning alone: the nth line has the nth colour and the nth shape.
SHAPES = ["circle", "square", "diamond", "triangle-up", "cross", "triangle-down"]

LIGHT = Theme(
    paper="#fbfaf7",
    sheet="#ffffff",
    ink="#1d2226",
    ink_2="#5a6268",
    rule="#e4e1da",
    keep="#0f6b5c",
    keep_wash="#e6f1ee",
    poor="#b3261e",
    poor_wash="#fbeae8",
    near="#8a5a00",
    near_wash="#fdf3dd",
    focus="#1a56db",
)
DARK = Theme(
    paper="#14171a",
    sheet="#1b1f23",
    ink="#e8e6e1",
    ink_2="#a3a9ae",
    rule="#2c3237",
    keep="#4fbfa8",
    keep_wash="#17302b",
    poor="#ff8a80",
    poor_wash="#3a1d1b",
    near="#f2b84b",
    near_wash="#35290f",
    focus="#8ab4ff",
)


def variable(token: str) -> str:
    """The name of a token as a CSS variable: `ink_2` is `--ink-2`."""
    return "--" + token.replace("_", "-")


# The same chart drawn in the page's own variables, so that light and dark are the page's business
# and neither the picture nor the interactive chart has to be drawn again.
PAGE = Theme(
    **{f.name: f"var({variable(f.name)}, {getattr(LIGHT, f.name)})" for f in fields(Theme)},
)


def css_tokens(theme: Theme) -> str:
    """The theme's colours as CSS declarations."""
    return "".join(f"{variable(f.name)}:{getattr(theme, f.name)};" for f in fields(theme))


def config(theme: Theme) -> dict[str, Any]:
    """The Vega-Lite configuration that gives a chart this theme."""
    font = FONT if theme is PAGE else FONT_IN_FILES
    quiet: dict[str, Any] = {"labelColor": theme.ink_2, "titleColor": theme.ink_2}
    return {
        "background": "transparent" if theme is PAGE else theme.sheet,
        "padding": 4 if theme is PAGE else 20,
        "font": font,
        "view": {"stroke": None},
        "axis": {
            **quiet,
            "domainColor": theme.rule,
            "gridColor": theme.rule,
            "tickColor": theme.rule,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "titlePadding": 10,
            "labelPadding": 6,
            "ticks": False,
        },
        "legend": {
            **quiet,
            "labelColor": theme.ink,
            "labelFontSize": 12,
            "orient": "top",
            "direction": "horizontal",
            "title": None,
            "symbolSize": 80,
            "labelLimit": 260,
            "padding": 0,
            "offset": 12,
        },
        "title": {
            "anchor": "start",
            "color": theme.ink,
            "fontSize": 16,
            "fontWeight": 600,
            "subtitleColor": theme.ink_2,
            "subtitleFontSize": 12,
            "subtitlePadding": 6,
            "offset": 16,
            "limit": 900,
        },
        "text": {"color": theme.ink, "fontSize": 12},
    }
