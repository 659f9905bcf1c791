"""A manager writes a rule by typing a phrase, sees what it would have heard, and judges its first hit by keys."""

import pytest
from playwright.sync_api import Page, expect

from browser.accessible import faults
from browser.people import Opener, address_of, sign_in
from browser.site import Site

pytestmark = pytest.mark.slow

TRIES = 30  # reloads of a page until the worker has heard the rule, of 2 seconds each


def _written(page: Page) -> None:
    """A rule typed on the list of rules, with its forms and proposals as they come."""
    page.goto("/conversations/rules/")
    page.get_by_label("Listen for").fill("leave")
    page.get_by_role("button", name="New rule").click()
    phrase = page.get_by_label("What they say", exact=True)
    phrase.fill("")
    phrase.press_sequentially("cancel the contract")
    heard = page.locator("#heard")
    expect(heard).to_contain_text("cancelled")
    expect(heard).to_contain_text("contracts")
    heard.locator("input[name=propose]").first.check()
    page.get_by_label("What the rule is called").fill("Wants to cancel")
    assert faults(page, "a rule while it is written") == []


def test_a_manager_writes_a_rule_and_hears_its_first_hit(site: Site, opened: Opener) -> None:
    page = opened()
    sign_in(page, address_of("manager"))
    _written(page)
    page.get_by_role("button", name="Run it over the past").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Wants to cancel")
    expect(page.locator("#past mark.hit").first).to_contain_text("cancelling")
    assert faults(page, "what a rule would have heard") == []

    page.get_by_role("button", name="Keep the rule").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wants to cancel")
    said = page.locator("main mark.hit", has_text="cancelling")
    for _ in range(TRIES):
        if said.count():
            break
        page.wait_for_timeout(2000)
        page.reload()
    expect(said.first).to_be_visible()
    page.get_by_role("link", name="All it heard").click()
    page.wait_for_url("**/conversations/hits/*")
    hits = page.locator("[data-judging] > li")
    before = hits.count()

    page.keyboard.press("j")
    expect(hits.first.locator("a").first).to_be_focused()
    page.keyboard.press("y")
    expect(hits.first.locator(".mark")).to_have_text("Right")
    page.keyboard.press("z")
    expect(hits.first.locator(".mark")).to_have_count(0)
    page.keyboard.press("n")
    expect(hits.first.locator(".mark")).to_have_text("Wrong")
    assert hits.count() == before
