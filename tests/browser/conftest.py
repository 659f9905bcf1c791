"""One small company, one site and one Chromium for all that is tried in a browser.

They end with the folder's last test: Playwright keeps an event loop in the thread, beside which Django refuses to
ask its database.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from browser import chromium
from browser.people import LEADER, Opener, join
from browser.site import Site, made, serving
from browser.watching import Watch
from keepwell.site.tests import empty_office


@pytest.fixture(scope="package")
def chrome() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        at = chromium.found(playwright)
        if at is None:
            pytest.skip(
                "There is no Chromium on the path: apt-get install chromium, or playwright install chromium"
            )
        expect.set_options(timeout=30_000)  # the machine may do much else
        browser = chromium.opened(playwright, at)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def site(chrome: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site of the company."""
    home = empty_office.placed(tmp_path_factory.mktemp("browser") / "home")
    with serving(home, made(home)) as running:
        yield running


@pytest.fixture(scope="package")
def administrator(site: Site, chrome: Browser) -> Any:
    """The first administrator, who has just come in by the link in the terminal: what their browser keeps."""
    context = chrome.new_context(base_url=site.address)
    page = context.new_page()
    join(page, site.link, *LEADER)
    kept = context.storage_state()
    context.close()
    return kept


@pytest.fixture
def opened(site: Site, chrome: Browser) -> Iterator[Opener]:
    """Opens a page in a browser of its own, watched: at the end nothing may have been complained of."""
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def open_(**manners: Any) -> Page:
        context = chrome.new_context(
            base_url=site.address, **{"locale": "en-GB", "reduced_motion": "reduce", **manners}
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not [one for watch in watches for one in watch.said]
