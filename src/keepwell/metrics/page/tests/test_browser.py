"""The page in a real browser: charts drawn under its own policy, nothing fetched, nothing run that is not ours.

Skipped where no Chromium is installed: every other promise of the page is tested without one.
"""

import asyncio
import json
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from keepwell.metrics.page import write_page

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
websocket = pytest.importorskip("tornado.websocket", reason="tornado comes with the development tools")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium here (Debian: apt-get install chromium)"),
]
EXAMPLE = json.loads(
    (Path(__file__).parents[2] / "charts" / "tests" / "example.json").read_text(encoding="utf-8")
)
ANSWERS = ("statement", "series", "cohorts", "cohort_mean", "survival", "definitions", "accounts")


class _Tab:
    """A page that is open: what was asked of it, what it fetched and what it complained of."""

    def __init__(self, socket):
        self._socket, self._asked = socket, 0
        self.fetched, self.complaints = [], []

    async def ask(self, method, **params):
        self._asked += 1
        asked = self._asked
        await self._socket.write_message(json.dumps({"id": asked, "method": method, "params": params}))
        while True:
            message = json.loads(await self._socket.read_message())
            if message.get("id") == asked:
                return message.get("result", {})
            if message.get("method") == "Network.requestWillBeSent":
                self.fetched.append(message["params"]["request"]["url"])
            if message.get("method") in (
                "Log.entryAdded",
                "Runtime.exceptionThrown",
                "Runtime.consoleAPICalled",
            ):
                self.complaints.append(message["params"])

    async def open(self, address, width=1400, scheme="light"):
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        await self.ask(
            "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}]
        )
        await self.ask("Page.navigate", url=address)
        for _try in range(100):
            if (
                await self.value(
                    "document.readyState == 'complete' && document.querySelectorAll('.live svg').length"
                )
                == 7
            ):
                return
            await asyncio.sleep(0.2)
        raise AssertionError(f"the charts were not drawn: {self.complaints}")

    async def value(self, expression):
        found = await self.ask(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
        )
        return found.get("result", {}).get("value")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    made = write_page(
        tmp_path_factory.mktemp("page") / "page.html", **{name: EXAMPLE[name] for name in ANSWERS}
    )
    return made.as_uri()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    profile = tmp_path_factory.mktemp("profile")
    running = subprocess.Popen(
        [BROWSER, *options, f"--remote-debugging-port={port}", f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield port
    running.terminate()
    running.wait(20)


def _in(port, story):
    """Tell a story in the browser's first tab."""

    async def told():
        for _try in range(100):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                    tabs = [t for t in json.load(answer) if t["type"] == "page"]
                break
            except OSError:
                time.sleep(0.2)
        connection = await websocket.websocket_connect(
            tabs[0]["webSocketDebuggerUrl"], max_message_size=10**8
        )
        tab = _Tab(connection)
        for part in ("Page", "Runtime", "Log", "Network"):
            await tab.ask(f"{part}.enable")
        await story(tab)
        connection.close()

    asyncio.run(told())


def test_the_charts_are_drawn_under_the_page_s_policy_and_nothing_is_fetched(browser, address):
    async def story(tab):
        await tab.open(address)
        assert tab.fetched == [address]
        assert tab.complaints == []
        assert await tab.value("document.querySelectorAll('.live svg [aria-label]').length") > 100

    _in(browser, story)


@pytest.mark.parametrize("width", [1400, 820, 390, 320])
def test_no_screen_has_to_be_scrolled_sideways(browser, address, width):
    async def story(tab):
        await tab.open(address, width)
        assert await tab.value("document.documentElement.scrollWidth <= innerWidth")

    _in(browser, story)


def test_dark_is_the_reader_s_choice_before_the_system_s(browser, address):
    ground = "getComputedStyle(document.body).backgroundColor"

    async def story(tab):
        await tab.open(address, scheme="dark")
        assert await tab.value(ground) == "rgb(20, 23, 26)"
        await tab.value("document.getElementById('theme-light').click()")
        assert await tab.value(ground) == "rgb(251, 250, 247)"
        bar = "getComputedStyle(document.querySelector('.live .mark-rect path')).fill"
        light = await tab.value(bar)
        await tab.value("document.getElementById('theme-dark').click()")
        assert await tab.value(bar) != light

    _in(browser, story)


def test_those_who_do_not_see_it_find_every_landmark_by_a_name_of_its_own_and_no_empty_picture(
    browser, address
):
    names = (
        "[...document.querySelectorAll('section[aria-labelledby],[role=region]')]"
        ".filter(e => !e.closest('[popover]'))"
        ".map(e => e.getAttribute('aria-label') ??"
        " document.getElementById(e.getAttribute('aria-labelledby')).textContent)"
    )

    async def story(tab):
        await tab.open(address)
        found = await tab.value(names)
        assert len(found) == len(set(found))
        assert (
            await tab.value(
                "document.querySelectorAll('[role=graphics-symbol]:not([aria-label]):empty').length"
            )
            == 0
        )
        outside = "[...document.body.children].filter(e => !e.matches('header,main,script,[popover]')).length"
        assert await tab.value(outside) == 0

    _in(browser, story)


def test_a_figure_opens_by_a_click_and_its_accounts_from_there(browser, address):
    async def story(tab):
        await tab.open(address)
        await tab.value("document.querySelector('[popovertarget=figure-customer_churn]').click()")
        assert await tab.value("document.querySelector(':popover-open').id") == "figure-customer_churn"
        assert await tab.value("document.activeElement.getAttribute('aria-label')") == "Close"
        await tab.value(
            "document.querySelector('#figure-customer_churn [popovertarget=line-churned]').click()"
        )
        assert await tab.value("location.hash") == "#line-churned"
        assert await tab.value("document.querySelectorAll('#line-churned tbody tr').length") == 32

    _in(browser, story)


def test_a_list_sorts_and_its_csv_cannot_run_a_formula(browser, address):
    async def story(tab):
        await tab.open(address)
        await tab.value(
            "window.blobs = []; URL.createObjectURL = (b) => { blobs.push(b); return 'about:blank' };"
            "HTMLAnchorElement.prototype.click = () => {};"
            "document.querySelector('#line-churned .csv').click()"
        )
        rows = (await tab.value("blobs[0].text()")).lstrip("\ufeff").split("\r\n")
        assert rows[0] == '"Account","Id","Opening","Closing","Change","Why"'
        assert any(row.startswith('"\'=HYPERLINK(""http://example.com""') for row in rows)
        assert any('"-8391.00"' in row for row in rows)
        assert any("<script>alert(1)</script>" in row for row in rows)
        column = (
            "[...document.querySelectorAll('#line-churned tbody tr')].map(r => Number(r.cells[2].dataset.v))"
        )
        await tab.value("document.querySelectorAll('#line-churned .sort')[2].click()")
        sorted_ = await tab.value(column)
        assert sorted_ == sorted(sorted_)
        assert await tab.value("document.querySelector('#line-churned [aria-sort]').ariaSort") == "ascending"

    _in(browser, story)
