"""The browser that tests and pictures are made with: Chromium as the machine has it, else Playwright's own."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run")


def found(playwright: Playwright) -> str | None:
    """Where Chromium is; None where there is none."""
    own = playwright.chromium.executable_path
    return next(filter(None, map(shutil.which, NAMES)), own if Path(own).exists() else None)


def opened(playwright: Playwright, at: str) -> Browser:
    """Chromium, running. As root it cannot put its pages in a sandbox."""
    sandbox = () if os.getuid() else ("--no-sandbox",)
    return playwright.chromium.launch(executable_path=at, args=[*QUIET, *sandbox])
