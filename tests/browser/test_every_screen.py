"""Every screen there is: nothing that axe finds, nothing that a browser complains of, in light, dark and narrow."""

from typing import Any

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page, expect

from browser.accessible import faults
from browser.people import LEADER, Opener, sign_in
from browser.pictures import FOLDER, INDEX, index
from browser.screens import NO_SCREENS, SCREENS, Screen
from browser.site import Site
from keepwell.site.tests.test_rights import table

pytestmark = pytest.mark.slow

DOOR = {
    "mfa_authenticate",
    "mfa_view_recovery_codes",
    "mfa_deactivate_totp",
}  # seen while signing in is tried


def test_no_screen_is_forgotten() -> None:
    known = {_name_of(screen) for screen in SCREENS}
    shown = {name for name, row in table().items() if row is not None and set("an") & set(row[0])}
    shown = {name for name in shown if not name.startswith("calls:")}
    assert not shown - known - DOOR - set(NO_SCREENS), "say in browser/screens.py what these are for"


def test_every_screen_has_its_picture_and_its_line_in_the_docs() -> None:
    assert INDEX.read_text(encoding="utf-8") == index(), "run make screens"
    assert {one.stem for one in FOLDER.glob("*.png")} == {one.name for one in SCREENS}, "run make screens"


def _name_of(screen: Screen) -> str:
    parts = dict.fromkeys(("account", "contact", "invitation"), "x")
    numbers = ("alert", "follow_up", "playbook", "rule", "person", "team", "portfolio", "conversation")
    numbers += ("clip", "collection", "heard_rule", "waiting", "mailbox", "folder", "policy")
    try:
        return resolve(
            screen.address.partition("?")[0].format(**parts, **dict.fromkeys(numbers, "1"))
        ).view_name
    except Resolver404:
        return ""


@pytest.mark.parametrize("signed", [True, False], ids=["signed in", "at the door"])
def test_nothing_is_wrong_with_any_screen(
    signed: bool, site: Site, administrator: Any, opened: Opener
) -> None:
    page = opened()
    if signed:
        sign_in(page, LEADER[1])
    wrong: list[str] = []
    for screen in SCREENS:
        if screen.signed == signed:
            wrong += _looked_at(page, screen, site)
    assert not wrong, "\n".join(wrong)


def _looked_at(page: Page, screen: Screen, site: Site) -> list[str]:
    answer = page.goto(screen.address.format(**site.parts))
    assert answer is not None
    if answer.status != screen.status:
        return [f"{screen.name}: {answer.status}"]
    expect(page.locator("#figures progress")).to_have_count(0, timeout=90_000)
    return faults(page, screen.name)
