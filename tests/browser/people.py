"""How people come in: by an invitation, or by address and password."""

from collections.abc import Callable

from playwright.sync_api import Page

from browser.company import PASSWORD, PEOPLE

LEADER = ("Ada Byron", "ada@example.com")  # who comes in by the link in the terminal
Opener = Callable[..., Page]


def join(page: Page, link: str, name: str, email: str) -> None:
    """Become a member by the link of an invitation."""
    page.goto(link)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    page.locator(".me").wait_for()


def sign_in(page: Page, email: str, said: Callable[[str], str] = str) -> None:
    """Sign in by address and password; `said` gives the words of the screens."""
    page.goto("/sign/login/")
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name=said("Sign in"), exact=True).click()
    page.wait_for_url(lambda url: "/sign/login" not in url)


def address_of(who: str) -> str:
    """The address that one of the company's people signs in with."""
    return PEOPLE[who][1]
