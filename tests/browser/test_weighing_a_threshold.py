"""A manager's threshold, weighed on the past before it is saved.

It is the last that is tried: the worker, who looks at a year, goes on with it until the site ends. What it comes to
is tried where alerts are.
"""

import pytest
from playwright.sync_api import expect

from browser.people import Opener, address_of, sign_in

pytestmark = pytest.mark.slow


def test_a_manager_asks_what_a_threshold_would_have_done_and_saves_it(opened: Opener) -> None:
    page = opened()
    sign_in(page, address_of("manager"))
    page.get_by_role("link", name="Alerts", exact=True).click()
    page.get_by_role("link", name="Thresholds").click()
    page.get_by_role("link", name="Set Silence").click()
    page.get_by_label("Raise it from").fill("75")
    page.get_by_label("Near from").fill("60")
    page.get_by_role("button", name="See what it would have done").click()
    expect(page.locator("main")).to_contain_text("It goes on if you leave this page.")
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=60_000)
    page.go_back()
    page.get_by_label("Raise it from").fill("75")
    page.get_by_label("Near from").fill("60")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What raises an alert")
    expect(page.locator("tbody")).to_contain_text("from 75 days")
