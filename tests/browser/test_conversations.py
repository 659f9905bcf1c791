"""A call listened to along its words, and a moment of it kept as a clip."""

import pytest
from playwright.sync_api import Page, expect

from browser.people import Opener, address_of, sign_in
from browser.site import Site

pytestmark = pytest.mark.slow

# The word that is marked, where it is the one that is being said.
MARKED = """() => {
  const at = document.querySelector("audio").currentTime, now = document.querySelector(".w.now");
  return now && at >= now.dataset.at - 0.1 && at <= Number(now.dataset.to) + 0.3 ? now.textContent : null;
}"""
AT = "() => document.querySelector('audio').currentTime"
PAUSED = "() => document.querySelector('audio').paused"


def _opened(opened: Opener, site: Site, asked: str = "") -> Page:
    page = opened()
    sign_in(page, address_of("member"))
    page.goto(f"/conversations/{site.parts['conversation']}{asked}")
    return page


def test_the_words_follow_the_sound_and_a_word_or_turn_leads_to_it(site: Site, opened: Opener) -> None:
    page = _opened(opened, site)
    page.locator(".w", has_text="expensive").click()
    page.wait_for_function(f"() => ({MARKED})() === 'expensive'")
    expect(page.locator("#turn-2")).to_have_attribute("aria-current", "true")
    page.wait_for_function(f"() => ({MARKED})() === 'for'")  # it goes on by itself
    page.locator("h1").click()
    page.keyboard.press("Space")
    assert page.evaluate(PAUSED)

    page.keyboard.press("j")  # the next turn, and from there it would play
    page.wait_for_function("() => document.activeElement.id === 'turn-3'")
    page.wait_for_function(f"() => Math.abs(({AT})() - 13) < 0.5")
    page.keyboard.press("k")
    page.keyboard.press("k")
    page.wait_for_function("() => document.activeElement.id === 'turn-1'")
    page.keyboard.press("h")  # the clip begins at the second turn, and in it is the hit
    page.keyboard.press("h")
    expect(page.locator("mark.hit.here")).to_have_text("too expensive")
    page.wait_for_function(f"() => ({MARKED})() === 'too'")

    page.locator("#turn-4 [data-plays]").click()
    page.wait_for_function(f"() => ({AT})() > 17 && !({PAUSED})()")


def test_a_link_leads_to_a_turn(site: Site, opened: Opener) -> None:
    page = _opened(opened, site, "?turn=3")
    expect(page.locator("#turn-3")).to_have_class("turn us chosen")
    expect(page.locator("#turn-3")).to_be_in_viewport()
    page.wait_for_function(f"() => ({AT})() >= 11.5")


def test_without_scripts_a_conversation_reads_well(site: Site, opened: Opener) -> None:
    page = opened(java_script_enabled=False)
    sign_in(page, address_of("member"))
    page.goto(f"/conversations/{site.parts['conversation']}?turn=2#turn-2")
    expect(page.locator("#turn-2")).to_contain_text("It is too expensive")
    expect(page.locator("#turn-2")).to_contain_text("the customer")
    expect(page.locator("[data-cuts]").first).to_be_hidden()
    expect(page.get_by_role("button", name="Keep the clip")).to_be_visible()


def test_a_member_saves_a_clip_and_hears_it_where_it_lies(site: Site, opened: Opener) -> None:
    page = _opened(opened, site)
    page.locator("#turn-2").get_by_role("button", name="Clip").click()
    page.locator("#turn-3").get_by_role("button", name="Clip").click()
    expect(page.get_by_label("From turn")).to_have_value("2")
    expect(page.get_by_label("To turn")).to_have_value("3")
    expect(page.locator(".turn.cut")).to_have_count(2)
    page.get_by_label("Title").fill("What it saved them")
    page.get_by_label("Theme").select_option("price")
    page.get_by_label("Spoken to").select_option("executive")
    page.get_by_label("Tags").fill("objection, renewal")
    page.get_by_label("A template to speak by").check()
    page.get_by_role("button", name="Keep the clip").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What it saved them")
    expect(page.locator("blockquote")).to_contain_text("Look what it saved you")
    page.evaluate("() => document.querySelector('audio').play()")
    page.wait_for_function(f"() => ({AT})() >= 7.2")

    page.get_by_role("link", name="Clips", exact=True).click()
    page.get_by_label("Tag").fill("renewal")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".clips > li")).to_have_count(1)
    page.get_by_role("link", name="How it is said well").click()
    expect(page.locator("main")).to_contain_text("Price · An executive")

    # Taken out, and put back.
    page.get_by_role("link", name="What it saved them").click()
    page.get_by_role("button", name="Take it out").click()
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What it saved them")


def test_a_turn_is_chosen_for_a_clip_by_keys(site: Site, opened: Opener) -> None:
    page = _opened(opened, site)
    for key in ("j", "j", "[", "j", "]"):
        page.keyboard.press(key)
    expect(page.get_by_label("From turn")).to_have_value("2")
    expect(page.get_by_label("To turn")).to_have_value("3")
    expect(page.get_by_label("Title")).to_be_focused()
