"""A picture of every screen: `make screens` writes docs/screens/*.png, and docs/screens.md, their index."""

import io
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from browser import chromium
from browser.people import LEADER, join, sign_in
from browser.screens import SCREENS, Screen
from browser.site import Site, made, serving

DOCS = Path(__file__).parents[2] / "docs"
FOLDER, INDEX = DOCS / "screens", DOCS / "screens.md"
WIDE, HIGH = 1280, 1400  # in pixels; what is further down is left out
COLOURS = 96
DEMO = ("--accounts", "600", "--years", "4", "--months", "24")  # the company of the demo
DRAWN = "[...document.images].every((one) => one.complete)"


def index(screens: Iterable[Screen] = SCREENS) -> str:
    """The page that leads to the pictures."""
    lines = [
        "# The screens",
        "",
        "Each screen of the office over a simulated company, in the order of the day; taken by `make screens`.",
        "",
    ]
    lines += [f"- [{one.name}](screens/{one.name}.png): {one.meant}" for one in screens]
    return "\n".join([*lines, ""])


def take(page: Page, site: Site, screen: Screen) -> bytes:
    """The picture of a screen, as PNG in few colours."""
    page.goto(screen.address.format(**site.parts))
    expect(page.locator("#figures progress")).to_have_count(0, timeout=180_000)
    page.wait_for_load_state("networkidle")
    while not page.evaluate(DRAWN):
        page.wait_for_timeout(100)
    height = min(HIGH, max(800, int(page.evaluate("document.documentElement.scrollHeight"))))
    shot = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": WIDE, "height": height})
    few = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Make a company, open every screen, and write what is seen."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        at = chromium.found(playwright)
        if at is None:
            sys.exit("There is no Chromium on the path: apt-get install chromium")
        browser = chromium.opened(playwright, at)
        place = Path(home) / "home"
        with serving(place, made(place, *DEMO)) as site:
            for signed in (False, True):
                context = browser.new_context(
                    base_url=site.address, viewport={"width": WIDE, "height": 800}, locale="en-GB"
                )
                context.set_default_timeout(180_000)
                page = context.new_page()
                if signed:
                    join(page, site.link, *LEADER)
                    page.get_by_role("button", name="Sign out").click()
                    sign_in(page, LEADER[1])
                for screen in SCREENS:
                    if screen.signed == signed:
                        (FOLDER / f"{screen.name}.png").write_bytes(take(page, site, screen))
                context.close()
        browser.close()
    INDEX.write_text(index(), encoding="utf-8")


if __name__ == "__main__":
    main()
