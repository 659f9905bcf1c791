"""Signing in with more than a password, as a browser does it."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from playwright.sync_api import Page, expect

from browser.accessible import faults
from browser.company import PASSWORD
from browser.people import Opener, address_of, sign_in
from browser.site import Site

pytestmark = pytest.mark.slow
SLOW = 15  # seconds that a busy machine may take from reading a code to having it checked


def test_a_second_step_by_an_authenticator_app_is_set_up_and_asked_for(opened: Opener) -> None:
    page = opened()
    sign_in(page, address_of("careful"))
    page.goto("/sign/2fa/totp/activate/")
    _again(page)
    secret = page.get_by_label("Authenticator secret").input_value()
    page.locator("input[name=code]").fill(_code(secret))
    page.get_by_role("button", name="Activate").click()
    page.goto("/sign/2fa/recovery-codes/")
    codes = re.findall(r"\b[0-9a-f]{8}\b", page.locator("textarea").input_value())
    assert len(codes) == 10
    wrong = faults(page, "recovery codes")
    page.goto("/sign/2fa/totp/deactivate/")
    wrong += faults(page, "take the second step away")
    page.get_by_role("button", name="Sign out").first.click()

    sign_in(page, address_of("careful"))
    expect(page.locator("input[name=code]")).to_be_focused()
    page.get_by_text("Phone or key lost?").click()
    expect(page.get_by_text("Type one of your recovery codes")).to_be_visible()
    wrong += faults(page, "the second step")
    page.locator("input[name=code]").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".errorlist")).to_be_visible()
    page.locator("input[name=code]").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".me")).to_be_visible()
    assert not wrong


def test_a_passkey_is_added_and_signs_in_without_a_password(site: Site, opened: Opener) -> None:
    page = opened()
    _key_in_the_machine(page)
    sign_in(page, address_of("swift"))
    page.goto("/sign/2fa/webauthn/add/")
    _again(page)
    page.locator("input[name=name]").fill("My machine")
    page.locator("input[name=passwordless]").check()
    page.locator("main form button").first.click()
    page.wait_for_url(lambda url: "/add/" not in url)
    page.goto("/sign/2fa/webauthn/")
    expect(page.get_by_text("My machine")).to_be_visible()
    wrong = faults(page, "passkeys")
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator(".me")).to_contain_text("Ivo Lund")
    assert not wrong


def test_a_page_that_was_open_for_too_long_says_so_in_plain_words(opened: Opener) -> None:
    page = opened()
    page.goto("/sign/login/")
    page.context.clear_cookies()
    page.locator("input[type=email]").fill("somebody@example.com")
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Please try again")
    assert not faults(page, "open for too long")


def _again(page: Page) -> None:
    """Say the password again, where it is asked for."""
    if "/reauthenticate/" in page.url:
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("main button").first.click()


def _key_in_the_machine(page: Page) -> None:
    """A passkey that Chromium keeps itself, and whose owner agrees to everything."""
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": key})


def _code(secret: str) -> str:
    """What the app shows now (RFC 6238); of the next step, once that has come, where this one is about to end."""
    left = 30 - time.time() % 30
    if left < SLOW:
        time.sleep(left)
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    drawn = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = drawn[-1] & 15
    return f"{(struct.unpack('>I', drawn[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
