"""What every answer says to browsers, to whoever embeds it, and to whoever keeps it; and what none of them says."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from keepwell.members.models import Member, Role
from keepwell.site.tests import empty_office
from keepwell.site.tests.security.conftest import Side

pytestmark = pytest.mark.django_db
STATIC = "/static/keepwell/keepwell.css"
OPEN = (
    "/alive",
    "/metrics",
    "/sign/login/",
    "/sign/password/reset/",
    "/api/openapi.json",
    "/no-such",
    "/api/no-such",
)


def patterns(resolver: URLResolver | None = None, way: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for one in (resolver or get_resolver()).url_patterns:
        name = f"{way}:{one.namespace}" if isinstance(one, URLResolver) and one.namespace else way
        found += patterns(one, name) if isinstance(one, URLResolver) else [(way.lstrip(":"), one)]
    return found


def plain() -> list[str]:
    """Every address without parts of its own."""
    found = []
    for space, one in patterns():
        try:
            found.append(reverse(f"{space}:{one.name}" if space else str(one.name)))
        except NoReverseMatch:
            continue
    return sorted(set(found))


@pytest.fixture
def admin(ours: Side) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(Member.objects.create_user("ada@x.example", "x", name="Ada", role=Role.ADMINISTRATOR))
    return client


def judged(address: str, answer: Any) -> list[str]:
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    wrong = [f"{name}: {answer.get(name)}" for name, value in wanted.items() if answer.get(name) != value]
    policy = answer.get("Content-Security-Policy", "")
    for said in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        wrong += [] if said in policy else [f"policy without {said}"]
    wrong += ["a policy that lets scripts run in the page"] if "unsafe" in policy or "*" in policy else []
    wrong += [] if answer.get("Referrer-Policy") in ("same-origin", "strict-origin") else ["referrer"]
    wrong += ["may be asked from other sites"] if answer.has_header("Access-Control-Allow-Origin") else []
    wrong += (
        ["tells what it is made with"]
        if answer.has_header("Server") or answer.has_header("X-Powered-By")
        else []
    )
    kept = answer.get("Cache-Control", "")
    private = "no-store" in kept or (address.startswith("/api/") and "private" in kept)
    wrong += [] if private else [f"may be kept: {kept}"]
    text = answer.get("Content-Type", "").startswith("text/")
    wrong += (
        ["text without its encoding"]
        if text and "charset=utf-8" not in answer["Content-Type"].lower()
        else []
    )
    return wrong


def test_every_answer_says_what_browsers_may_do_with_it(admin: Client) -> None:
    wrong = {}
    for client, addresses in ((admin, plain()), (Client(raise_request_exception=False), OPEN)):
        for address in addresses:
            if found := judged(address, client.get(address)):
                wrong[address] = found
    assert not wrong
    assert len(plain()) > 40
    assert not Client().get(STATIC).has_header("Access-Control-Allow-Origin")


def test_reading_with_a_method_that_is_not_meant_is_refused(admin: Client) -> None:
    for address in ("/", "/accounts/", "/api/accounts", "/sign/login/", "/settings/health"):
        for method in ("TRACE", "TRACK", "PROPFIND"):
            answer = admin.generic(method, address)
            assert answer.status_code in (302, 403, 405), (method, address)
            assert b"sessionid" not in answer.content


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "127.0.0.1.evil"]
)
def test_whatever_host_a_request_names_links_lead_to_ours(host: str, ours: Side) -> None:
    assert Client().post("/sign/password/reset/", {"email": "x"}, headers={"host": host}).status_code == 400
    forwarded = Client().get("/accounts/", headers={"x-forwarded-host": host})
    assert host not in forwarded["Location"]


@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example",
                "javascript:alert(1)", "data:text/html,x", "///evil.example", "/\t/evil.example", "http:///evil.example"],
)  # fmt: skip
def test_no_page_leads_to_another_site(address: str, ours: Side, admin: Client) -> None:
    member, answers = ours.client(), []
    answers.append(
        Client().post(f"/sign/login/?next={address}", {"login": ours.member.email, "password": "x"})
    )
    answers.append(member.get("/sign/login/", {"next": address}))
    answers.append(member.post("/alerts/answer", {"next": address, "do": "acknowledge"}))
    answers.append(member.post("/alerts/undo/6f1c3f0e-0000-4000-8000-000000000000", {"next": address}))
    answers.append(member.post("/followups/together", {"back": address, "what": "drop"}))
    answers.append(member.post("/sign/logout/", {"next": address}))
    for answer in answers:
        said = answer.get("Location", "/")
        assert said.startswith("/"), said
        assert not said.startswith(("//", "/\\")), said


def test_a_header_is_not_begun_by_a_parameter(ours: Side) -> None:
    said = ours.client().post("/followups/together", {"back": "x\r\nX-Evil: 1", "what": "drop"})
    assert not said.has_header("X-Evil")


def test_an_error_says_nothing_of_the_inside(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_said: Any, **_more: Any) -> None:
        raise RuntimeError("SELECT password FROM members_member; /home/secret")

    monkeypatch.setattr("keepwell.accounts.queries.listed", fails)
    monkeypatch.setattr("keepwell.accounts.queries.accounts_of", fails)
    for address in ("/accounts/", "/api/accounts"):
        answer = admin.get(address)
        assert answer.status_code == 500
        for inside in (b"SELECT", b"secret", b"Traceback", b"RuntimeError", b".py"):
            assert inside not in answer.content
    for address in ("/no-such", "/accounts/no-such", "/api/no-such", "/settings/night/begin"):
        content = admin.get(address).content
        for inside in (b"Traceback", b"urlpatterns", b"URLconf", b"Django"):
            assert inside not in content


SAYS = """
import json, sys
from keepwell.site import running
running.ready(sys.argv[1])
from django.conf import settings
from django.test import Client
client = Client(SERVER_NAME="keepwell.example")
answer = client.get("/sign/login/")
print(json.dumps({"debug": settings.DEBUG, "cookies": {n: dict(c) for n, c in client.cookies.items()},
  "hsts": answer.get("Strict-Transport-Security"), "session": settings.SESSION_COOKIE_NAME,
  "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY,
             settings.CSRF_COOKIE_HTTPONLY, settings.SESSION_COOKIE_SAMESITE, settings.CSRF_COOKIE_SAMESITE]}))
"""


def test_behind_https_cookies_are_bound_to_the_host_and_nothing_goes_unsealed(tmp_path: Any) -> None:
    import json

    env = {
        **os.environ,
        "KEEPWELL_URL": "https://keepwell.example",
        "DJANGO_SETTINGS_MODULE": "keepwell.site.settings",
    }
    env = {name: value for name, value in env.items() if name not in ("KEEPWELL_OFFICE", "DATABASE_URL")}
    order = [sys.executable, "-c", SAYS, str(empty_office.placed(tmp_path))]
    said = json.loads(subprocess.run(order, capture_output=True, text=True, check=True, env=env).stdout)
    assert said["debug"] is False
    assert said["hsts"] == "max-age=31536000; includeSubDomains"
    assert said["session"] == "__Host-session"
    assert said["secure"] == [True, True, True, True, "Lax", "Lax"]
    assert set(said["cookies"]) == {"__Host-csrf"}
    cookie = said["cookies"]["__Host-csrf"]
    assert (cookie["path"], cookie["domain"], cookie["secure"], cookie["httponly"]) == ("/", "", True, True)
