"""What is secret stays out of the logs through a morning; what matters for security is on the trail, and by whom."""

import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client
from django.utils import timezone

from keepwell.alerts.actions import setting
from keepwell.alerts.delivering.sending import deliver
from keepwell.alerts.models import Channel
from keepwell.followups.actions import arranging
from keepwell.members import actions
from keepwell.members.models import Change, Member, Role
from keepwell.site.logging import Line
from keepwell.site.tests.security.conftest import PASSWORD, Side

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that anybody logs, from the lowest level on, as it is written."""
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    handler.setFormatter(Line())
    root = logging.getLogger()
    before = root.level
    loud = [
        logging.getLogger(name)
        for name in ("django", "django.request", "django.db.backends", "apprise", "urllib3")
    ]
    levels = [one.level for one in loud]
    root.addHandler(handler)
    for one in (root, *loud):
        one.setLevel(logging.DEBUG)
    yield kept
    root.removeHandler(handler)
    root.setLevel(before)
    for one, level in zip(loud, levels, strict=True):
        one.setLevel(level)


def test_a_morning_leaves_no_secret_in_the_logs(
    ours: Side, log: io.StringIO, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, secrets = timezone.now(), {"password": PASSWORD, "key": settings.SECRET_KEY}
    monkeypatch.setenv("KEEPWELL_METRICS_TOKEN", "metrics-t0ken")
    secrets |= {"metrics": "metrics-t0ken", "mail password": "m4il-password", "typed": "typed-by-mistake-1"}
    settings.EMAIL_HOST_PASSWORD = secrets["mail password"]
    joined = secrets["invitation"] = actions.invite(role=Role.ADMINISTRATOR, now=now, email="ada@x.example")
    anyone = Client(raise_request_exception=False)
    anyone.get(f"/members/join/{joined}")
    anyone.post(f"/members/join/{joined}", {"name": "Ada", "password": PASSWORD})
    anyone.get(f"/members/join/{joined}")  # used by now: a page that is refused is logged
    admin = Client(raise_request_exception=False)
    admin.post("/sign/login/", {"login": "typed-by-mistake-1", "password": "typed-by-mistake-1"})
    admin.post("/sign/login/", {"login": "ada@x.example", "password": PASSWORD})
    secrets["session"] = admin.cookies["sessionid"].value
    page = admin.post("/api/tokens", {"name": "t", "scope": "manage", "days": 30}).content.decode()
    found = re.search(r"kw_[\w-]{20,}", page)
    assert found
    secrets["token"] = found[0]
    for path in ("/api/me", "/api/no-such", f"/api/search?words={secrets['typed']}"):
        Client(headers={"Authorization": f"Bearer {secrets['token']}"}).get(path)
    Client(headers={"Authorization": "Bearer kw_guessed-token-x"}).get("/api/me")
    secrets["guessed"] = "kw_guessed-token-x"
    Client().get("/metrics", headers={"Authorization": "Bearer metrics-t0ken"})
    feed = secrets["feed"] = arranging.open_feed(member=ours.member, now=now)
    Client().get(f"/followups/calendar/{feed}.ics")
    arranging.close_feed(member=ours.member)
    Client().get(f"/followups/calendar/{feed}.ics")
    anyone.post("/sign/logout/")
    anyone.post("/sign/password/reset/", {"email": "ada@x.example"})
    link = re.search(r"/sign/password/reset/key/(\S+)/", mail.outbox[0].body)
    assert link
    secrets["reset link"] = link[1]
    anyone.get(f"/sign/password/reset/key/{link[1]}/", follow=True)
    secrets["totp"] = generate_totp_secret()
    TOTP.activate(ours.member, secrets["totp"])
    hook = setting.PREFIX + "aG9vay1zM2NyZXQtdmFsdWU="
    secrets |= {"webhook": hook, "service": "s3rv1ce-t0ken-abcdef"}
    for kind, address in (
        ("webhook", "https://x.invalid/s3cret-path"),
        ("service", f"json://u:{secrets['service']}@x.invalid"),
    ):
        channel = Channel.objects.create(
            kind=kind, name="X", address=address, secret=hook, member=ours.member
        )
        setting.try_channel(channel=channel, by=ours.member, now=now)
    secrets["webhook path"] = "s3cret-path"
    deliver()

    def fails(*_said: Any, **_more: Any) -> None:
        raise RuntimeError(f"no {PASSWORD}")

    monkeypatch.setattr("keepwell.accounts.queries.listed", fails)
    admin.get("/accounts/")
    admin.get("/api/accounts")
    written = log.getvalue()
    assert all(f'"{name}"' in written for name in ("django.request", "keepwell.api.problems"))
    for what, secret in secrets.items():
        assert secret not in written, what
    for line in written.splitlines():
        json.loads(line)  # whatever was put into it, a line is one line


def test_a_refusal_is_logged_with_where_and_who(ours: Side, log: io.StringIO) -> None:
    ours.client().get("/settings/health")
    said = [json.loads(line) for line in log.getvalue().splitlines()]
    refused = next(one for one in said if one.get("status") == 403)
    assert (refused["page"], refused["member"]) == ("health", ours.member.pk)
    assert refused["at"].endswith("+00:00")


def test_a_line_break_in_what_is_logged_begins_no_line() -> None:
    record = logging.LogRecord("keepwell.x", 30, "", 1, "found %s", ('a\n{"level": "error"}',), None)
    assert "\n" not in Line().format(record)


def test_whoever_comes_in_or_tries_and_whatever_is_taken_away_is_on_the_trail(ours: Side) -> None:
    now, client = timezone.now(), Client()
    client.post("/sign/login/", {"login": ours.manager.email, "password": "wrong"})
    client.post("/sign/login/", {"login": ours.manager.email, "password": PASSWORD})
    made = client.post("/api/tokens", {"name": "t", "scope": "read", "days": 30})
    assert made.status_code == 200
    client.post(f"/api/tokens/{ours.manager.tokens.get().pk}/revoke")
    client.get("/alerts/?format=csv")
    client.get("/alerts/scores?format=csv")
    client.get("/followups/?as=csv&whose=team")
    client.post("/followups/calendar/open")
    client.post("/followups/calendar/close")
    secret = actions.invite(
        role=Role.MEMBER, now=now, by=ours.manager, teams=[ours.team], email="bo@x.example"
    )
    Client().post(f"/members/join/{secret}", {"name": "Bo", "password": PASSWORD})
    bo = Member.objects.get(email="bo@x.example")
    ada = Member.objects.create_user("ada@x.example", "x", name="Ada", role=Role.ADMINISTRATOR)
    actions.place(member=bo, by=ada, role=Role.VIEWER, teams=[])
    actions.sign_out(member=bo, by=ada)
    actions.deactivate(member=bo, by=ada)
    client.post("/sign/logout/")
    done = list(Change.objects.values_list("what", flat=True))
    for what in (
        "fail to sign in", "sign in", "make token", "revoke token", "export alerts", "export alert scores",
        "export follow-ups", "open calendar feed", "close calendar feed", "invite member", "join", "change member",
        "sign member out", "deactivate member", "sign out",
    ):  # fmt: skip
        assert what in done, what
    came = Change.objects.get(what="sign in", member=ours.manager)
    assert came.after["from"] == "127.0.0.1"
    assert came.at - now < timedelta(minutes=5)


def test_behind_a_proxy_it_is_the_proxy_that_says_where_somebody_comes_from(
    ours: Side, settings: Any
) -> None:
    said = {"x-forwarded-for": "198.51.100.7, 203.0.113.9"}
    form = {"login": ours.member.email, "password": "wrong"}
    Client().post("/sign/login/", form, headers=said)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    Client().post("/sign/login/", form, headers=said)
    from_where = [one.after["from"] for one in Change.objects.filter(what="fail to sign in").order_by("pk")]
    assert from_where == ["127.0.0.1", "203.0.113.9"], "what the caller wrote into it counts for nothing"
