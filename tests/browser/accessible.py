"""What axe finds on a page, light, dark and narrow."""

from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (
    ("light", 1280),
    ("dark", 1280),
    ("dark", 390),
    ("light", 390),
)
WRONG = "{resultTypes: ['violations']}"
COLOURS = "{resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}"
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"


def faults(page: Page, name: str) -> list[str]:
    """What is wrong on the page that is open: by axe, and whether it is wider than its window.

    What is dark differs from what is light in its colours alone.
    """
    page.evaluate(Axe().axe_script)
    said = []
    for scheme, width in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        asked = WRONG if scheme == "light" else COLOURS
        found = page.evaluate(f"axe.run({asked}).then(found => found.violations)")
        said += [f"{name}, {scheme}, {width} px: {_told(one)}" for one in found]
        if page.evaluate(TOO_WIDE):
            said.append(f"{name}, {scheme}, {width} px: it is wider than the window")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 800})
    return said


def _told(one: dict[str, Any]) -> str:
    nodes = one["nodes"]
    return (
        f"{one['id']} at {len(nodes)}: {nodes[0]['html'][:200]} ({nodes[0].get('failureSummary', '')[:300]})"
    )
