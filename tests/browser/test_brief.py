"""Before a call: the brief on the page and on paper, and each of its sentences leads to where it comes from."""

import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from browser.accessible import faults
from browser.people import Opener, address_of, sign_in
from browser.site import Site

pytestmark = pytest.mark.slow


def test_a_member_is_briefed_before_a_call_and_takes_it_along_on_paper(
    site: Site, opened: Opener, tmp_path: Path
) -> None:
    page = opened()
    sign_in(page, address_of("member"))
    page.goto(f"/conversations/{site.parts['conversation']}")
    page.locator("main a[href^='/accounts/']").first.click()
    page.get_by_role("link", name="Brief me").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Before you meet")
    told = page.locator(".told")
    assert told.count() > 0
    expect(told.locator("a.source")).to_have_count(told.count())
    expect(page.locator("main")).to_contain_text("It is too expensive")
    assert faults(page, "brief") == []

    with page.expect_download() as coming:
        page.get_by_role("link", name="PDF").click()
    file = tmp_path / "brief.pdf"
    coming.value.save_as(file)
    assert file.read_bytes().startswith(b"%PDF-")
    if shutil.which("pdftotext"):
        said = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True).stdout.decode()
        assert "too expensive" in said

    sources = {urlsplit(link.get_attribute("href") or "").path for link in told.locator("a.source").all()}
    for source in sorted(sources):
        answer = page.goto(source)
        assert answer is not None
        assert answer.ok, source


def test_what_was_said_is_found_and_opens_at_the_turn(site: Site, opened: Opener) -> None:
    page = opened()
    sign_in(page, address_of("member"))
    page.goto("/conversations/search")
    page.get_by_label("Words, a phrase in quotes, or what was meant").fill('"too expensive"')
    page.locator("main").get_by_role("button", name="Search").click()
    expect(page.locator(".finds mark").first).to_have_text("too expensive")
    assert faults(page, "search") == []
    page.locator(".finds li a").first.click()
    expect(page.locator(".turn.chosen")).to_contain_text("too expensive")
