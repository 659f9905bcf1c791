"""Every page can be come to by following links: nothing has to be typed."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

from keepwell.site.nightly import night

pytestmark = pytest.mark.django_db

# Not for people's eyes by themselves: what programs ask for, and parts that a page swaps in.
NO_PAGES = {"alive", "metrics", "night-now", "night-progress", "members:count", "closed"}
# Signing in: pages for who has not yet, or that a mail or another step of it leads to.
SIGNING = ("account_", "mfa_", "socialaccount_", "openid_connect", "usersessions_")


class Links(HTMLParser):
    """What a page leads to: its links, and the addresses that its searches and filters ask."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "a" and said.get("href"):
            self.found.append(str(said["href"]))
        if tag == "form" and said.get("method", "get").lower() == "get" and said.get("action"):
            self.found.append(str(said["action"]))


def named(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def walked(client: Client, most: int = 400) -> set[str]:
    """The names of every page that can be come to from Today; of one address with many queries the first few."""
    seen: dict[str, int] = {}
    names: set[str] = set()
    waiting = ["/"]
    while waiting and most:
        address = waiting.pop(0)
        parts = urlsplit(address)
        name = named(parts.path)
        if parts.netloc or not name or seen.get(name, 0) >= 3 or "logout" in name:
            continue
        seen[name] = seen.get(name, 0) + 1
        most -= 1
        answer = client.get(address)
        assert answer.status_code in (200, 302), (address, answer.status_code)
        names.add(name)
        if answer.status_code == 302:
            waiting.append(urljoin(address, answer["Location"]))
        elif answer.get("Content-Type", "").startswith("text/html"):
            page = Links()
            page.feed(answer.content.decode())
            waiting += [urldefrag(urljoin(address, one)).url for one in page.found]
    return names


def without_object(resolver: URLResolver | None = None, space: str = "") -> list[str]:
    """The names of every address that says everything by itself."""
    found: list[str] = []
    for one in (resolver or get_resolver()).url_patterns:
        if one.pattern.converters:
            continue
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            found += without_object(one, inner)
        elif isinstance(one, URLPattern) and one.name:
            found.append(space + one.name)
    return found


@pytest.fixture
def made(home: Path) -> Path:
    """The small book after its first night."""
    night(home=str(home), now=datetime(2026, 6, 2, 3, tzinfo=UTC))
    return home


def test_an_administrator_comes_to_every_page_by_links(made: Path, admin: Client) -> None:
    names = walked(admin)
    wanted = [
        name
        for name in without_object()
        if name not in NO_PAGES and not name.startswith(SIGNING) and not name.startswith("calls:")
    ]
    pages = [name for name in wanted if admin.get(reverse(name)).status_code == 200]
    assert len(pages) > 25
    assert not sorted(set(pages) - names)
    # Of signing in, what a member sets for themselves.
    assert {"account_change_password", "mfa_index", "usersessions_list"} <= names


def test_a_viewer_finds_their_own_settings_and_none_that_refuses(made: Path, viewer: Client) -> None:
    names = walked(viewer)
    assert {"settings", "members:profile", "alerts:telling", "followups:playbooks"} <= names
    assert not names & {"health", "night", "members:teams", "reach:rules"}
