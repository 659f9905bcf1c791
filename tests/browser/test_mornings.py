"""Each kind of person's morning, from signing in to done."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.company import PASSWORD
from browser.people import Opener, address_of, join, sign_in
from browser.site import Site
from browser.words import speaking

pytestmark = pytest.mark.slow

IN_TIME = 90_000  # milliseconds that a job is given, on a machine that does much else


@pytest.mark.parametrize(("language", "locale"), [("en", "en-GB"), ("hu", "hu-HU")])
def test_a_success_manager_sees_whom_to_contact_and_why_calls_and_logs_it(
    language: str, locale: str, site: Site, opened: Opener
) -> None:
    said, page = speaking(language), opened(locale=locale)
    sign_in(page, address_of("member"), said)
    expect(page.locator("html")).to_have_attribute("lang", language)
    first = page.locator("tbody tr").first.get_by_role("link")
    name = first.inner_text()
    first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_role("heading", name=said("What happened"))).to_be_visible()
    expect(
        page.get_by_role("heading", name=re.compile(said("Why %(risk)s") % {"risk": r"\d+%"}))
    ).to_be_visible()

    # What is due is done, and the contact is logged with it.
    page.get_by_role("link", name=said("Today"), exact=True).click()
    due = page.locator("aside .cards a").first
    what = due.inner_text()
    due.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(what)
    page.get_by_label(said("What came of it")).select_option("better")
    page.locator("textarea[name=note]").fill("They want a second course.")
    page.get_by_role("button", name=said("Done: log the contact")).click()
    expect(page.get_by_role("status")).to_contain_text(said("Done, and the contact is logged."))
    page.goto("/followups/?state=done")
    expect(page.get_by_role("link", name=what)).to_be_visible()

    # Another contact, that the customer began.
    page.goto(f"/reach/log/{site.parts['account']}")
    page.locator("select[name=direction]").select_option("in")
    page.locator("input[name=topic]").fill(f"Asked for a price ({language})")
    page.get_by_role("button", name=said("Log"), exact=True).click()
    page.goto(f"/accounts/{site.parts['account']}")
    expect(page.locator(".timeline")).to_contain_text(f"Asked for a price ({language})")
    page.get_by_role("button", name=said("Sign out")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(said("Sign in"))


def test_a_success_manager_answers_an_alert_and_takes_it_back(opened: Opener) -> None:
    page = opened()
    sign_in(page, address_of("member"))
    page.get_by_role("link", name="Alerts", exact=True).click()
    page.locator("tbody tr").first.get_by_role("checkbox").check()
    page.get_by_role("button", name="Seen").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()


def test_a_manager_sets_a_playbook_down_and_starts_it_at_an_account(opened: Opener) -> None:
    page = opened()
    sign_in(page, address_of("manager"))
    page.get_by_role("link", name="Follow-ups", exact=True).click()
    page.get_by_role("link", name="Playbooks").click()
    page.get_by_role("link", name="A new playbook").click()
    page.get_by_label("Name").fill("Welcome back")
    page.get_by_label("Share held out, in per cent").fill("0")
    step = page.get_by_role("group", name="Step 1")
    step.get_by_label("Day").fill("0")
    step.get_by_label("What to say").fill("Ask what brought them back")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
    row = page.locator("form tbody tr").first
    name = row.get_by_role("link").inner_text()
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Start at the ticked ones").click()
    expect(page.get_by_role("status")).to_contain_text("Started at 1")
    page.goto("/followups/?whose=team&words=brought+them+back")
    expect(page.locator("tbody tr")).to_contain_text(name)


def test_an_executive_reads_retention_in_chinese_takes_the_accounts_along_and_changes_nothing(
    opened: Opener, tmp_path: Path
) -> None:
    said, page = speaking("zh-hans"), opened(locale="zh-CN")
    sign_in(page, address_of("viewer"), said)
    page.get_by_role("link", name=said("Retention"), exact=True).click()
    churned = page.locator("table.lines tbody tr").filter(has_text=said("Churned"))
    churned.first.wait_for(timeout=IN_TIME)
    shown = int(churned.first.locator("td").first.inner_text().strip("−–- "))
    churned.first.get_by_role("link").first.click()
    expect(page.locator("main tbody tr").first).to_be_visible(timeout=IN_TIME)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    waiting.value.save_as(tmp_path / "accounts.csv")
    with (tmp_path / "accounts.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) - 1 == shown
    page.goto("/retention/segments")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("button", name=said("Save"))).to_have_count(0)
    page.goto("/")
    page.locator("tbody tr").first.get_by_role("link").click()
    expect(page.locator("main form[method=post]")).to_have_count(0)


def test_the_first_administrator_comes_in_by_the_terminals_link_invites_a_colleague_and_sees_that_all_is_well(
    administrator: Any, opened: Opener, site: Site
) -> None:
    page = opened(storage_state=administrator)
    page.goto("/")
    expect(page.locator(".me")).to_contain_text("Ada Byron")
    page.get_by_role("link", name="Settings", exact=True).click()
    page.get_by_role("link", name="Members").click()
    page.get_by_role("combobox", name="Role").select_option("viewer")
    page.get_by_role("button", name="Invite", exact=True).click()
    link = page.get_by_label("The link, shown once").input_value()
    assert link.startswith(f"{site.address}/members/join/")
    page.goto("/settings/health")
    expect(page.get_by_text("A worker runs")).to_be_visible()

    new = opened()
    join(new, link, "Nora Berg", "nora@example.com")
    expect(new.locator(".me")).to_contain_text("Nora Berg")
    page.goto(site.link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link no longer works")


def test_a_morning_needs_no_mouse(opened: Opener) -> None:
    page = opened()
    keys = page.keyboard
    page.goto("/")
    _tab_to(page, "input[type=email]")
    keys.type(address_of("mate"))
    _tab_to(page, "input[type=password]")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url("**/")
    name = page.locator("tbody tr").first.get_by_role("link").inner_text()
    keys.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    keys.press("Enter")
    keys.press("/")
    expect(page.locator("#search")).to_be_focused()
    keys.type(name[:6])
    page.locator("#found a").first.wait_for()
    keys.press("ArrowDown")
    found = page.evaluate("document.activeElement.textContent")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(found)
    _tab_to(page, "details:has([name=direction]) > summary")
    keys.press("Enter")
    _tab_to(page, "details[open] select[name=direction]")
    keys.press("End")
    _tab_to(page, "details[open] input[name=topic]")
    keys.type("Said hello at the fair")
    keys.press("Enter")
    expect(page.locator("main")).to_contain_text("Said hello at the fair")


def _tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the thing wanted has the focus, which must be seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"{wanted} has the focus, and nothing shows it"
            return
    raise AssertionError(f"no key leads to {wanted}")
