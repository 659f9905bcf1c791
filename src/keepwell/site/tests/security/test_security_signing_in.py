"""Passwords, second steps, links and sessions: what is guessed, repeated, stolen or stale opens nothing."""

import re
import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    SECRET_SESSION_KEY,
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from keepwell.lib.errors import KeepwellError
from keepwell.members import actions
from keepwell.members.forms import SecondStep
from keepwell.members.models import Change, Invitation, Member, Role
from keepwell.members.sessions import BEGUN, SEEN
from keepwell.site.tests.security.conftest import PASSWORD

pytestmark = pytest.mark.django_db
INSIDE = "/members/profile"


@pytest.fixture
def member(db: None) -> Member:
    return Member.objects.create_user("eva@acme.example", PASSWORD, name="Eva")


def sign_in(client: Client, login: str = "eva@acme.example", password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/sign/login/", {"login": login, "password": password}, **more)


def is_in(client: Client) -> bool:
    return bool(client.get(INSIDE).status_code == 200)


# --- guessing ---------------------------------------------------------------------------------------------------


def test_after_five_failures_even_the_right_password_opens_nothing_for_a_while(member: Member) -> None:
    for n in range(5):
        sign_in(Client(REMOTE_ADDR=f"192.0.2.{n}"), password="wrong")
    late = Client(REMOTE_ADDR="192.0.2.99")
    sign_in(late)
    assert not is_in(late)
    assert Change.objects.filter(what="fail to sign in").count() == 5
    other = Member.objects.create_user("bo@acme.example", PASSWORD, name="Bo")
    fine = Client(REMOTE_ADDR="192.0.2.99")
    sign_in(fine, other.email)
    assert is_in(fine), "who did not fail is not locked out with them"


def test_a_stranger_is_told_what_a_member_is_told(member: Member, settings: Any) -> None:
    said = [
        sign_in(Client(), login, "wrong wrong wrong").content for login in (member.email, "no@acme.example")
    ]
    texts = [re.sub(rb'value="[^"]*"|[A-Za-z0-9]{64}', b"", one) for one in said]
    assert texts[0] == texts[1]
    asked = [Client().post("/sign/password/reset/", {"email": e}) for e in (member.email, "no@acme.example")]
    assert asked[0]["Location"] == asked[1]["Location"]


def test_a_stranger_is_refused_no_sooner_than_a_member(
    member: Member, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        PBKDF2PasswordHasher, "iterations", 200_000
    )  # enough to outweigh the rest of a request
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False
    member.set_password(PASSWORD)
    member.save()

    def seconds(login: str) -> float:
        client, began = Client(), time.process_time()
        sign_in(client, login, "wrong wrong wrong")
        return time.process_time() - began

    seconds(member.email)
    known = median(seconds(member.email) for _ in range(3))
    unknown = median(seconds("no@acme.example") for _ in range(3))
    Member.objects.update(is_active=False)
    inactive = median(seconds(member.email) for _ in range(3))
    assert 0.6 < unknown / known < 1.6
    assert 0.6 < inactive / known < 1.6


@pytest.mark.parametrize(
    "password",
    [
        "short", "elevenchars", "password1234", "keepwell2026!", "acme-acme-acme", "eva@acme.example",
        "welcome123456",
    ],
)  # fmt: skip
def test_passwords_that_anybody_would_try_are_refused(password: str) -> None:
    secret = actions.invite(role=Role.MEMBER, now=timezone.now(), email="eva@acme.example")
    Client().post(f"/members/join/{secret}", {"name": "Eva", "password": password})
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    "password",
    [
        " spaces around it stay ",
        "nur kleine buchstaben",
        "密码是一句谁都猜不到的话呀呀",
        "x1" * 100,
        "111222333444777",
    ],
)
def test_every_other_password_is_taken_exactly_as_it_is_typed(password: str) -> None:
    secret = actions.invite(role=Role.MEMBER, now=timezone.now(), email="eva@acme.example")
    Client().post(f"/members/join/{secret}", {"name": "Eva", "password": password})
    exact, trimmed = Client(), Client()
    sign_in(exact, password=password)
    assert is_in(exact)
    if password != password.strip():
        sign_in(trimmed, password=password.strip())
        assert not is_in(trimmed)


# --- links ------------------------------------------------------------------------------------------------------


def test_the_first_administrators_link_works_once_and_for_a_day() -> None:
    now = timezone.now()
    secret = actions.first_administrator(now=now) or ""
    assert actions.invitation_of(secret, now=now + timedelta(hours=25)) is None
    newer = actions.first_administrator(now=now) or ""
    assert actions.invitation_of(secret, now=now) is None, "a new link ends the one before"
    said = {"name": "Ada", "email": "ada@acme.example", "password": PASSWORD}
    Client().post(f"/members/join/{newer}", said)
    assert Client().post(f"/members/join/{newer}", said | {"email": "eve@acme.example"}).status_code == 410
    assert [one.email for one in Member.objects.all()] == ["ada@acme.example"]
    assert actions.first_administrator(now=now) is None
    assert not Invitation.objects.filter(hashed=newer).exists(), "only its hash is kept"


def test_where_no_mail_goes_out_nobody_sees_a_fault_and_the_machine_makes_a_link(
    member: Member, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1  # where nothing listens
    for email in (member.email, "no@acme.example"):
        assert Client().post("/sign/password/reset/", {"email": email}).status_code == 302
    browser, new = Client(), "another sentence nobody guesses"
    form = browser.get(actions.password_link(email=member.email.upper()), follow=True).request["PATH_INFO"]
    browser.post(form, {"password1": new, "password2": new})
    fresh = Client()
    sign_in(fresh, password=new)
    assert is_in(fresh)
    assert Change.objects.filter(what="give password link", key=str(member.pk), by="nobody").exists()
    member.is_active = False
    member.save()
    with pytest.raises(KeepwellError, match="No member who may sign in"):
        actions.password_link(email=member.email)


def test_a_link_to_a_new_password_works_once_and_for_an_hour(member: Member, settings: Any) -> None:
    assert settings.PASSWORD_RESET_TIMEOUT <= 3600
    signed_in = Client()
    sign_in(signed_in)
    Client().post("/sign/password/reset/", {"email": member.email})
    link = re.search(r"https?://[^/]+(/sign/password/reset/key/\S+)", mail.outbox[0].body)
    assert link
    browser = Client()
    form = browser.get(link[1], follow=True).request["PATH_INFO"]
    new = "another sentence nobody guesses"
    browser.post(form, {"password1": new, "password2": new})
    assert not is_in(browser), "whoever holds the link still has to sign in"
    assert not is_in(signed_in), "and where one was signed in one is no more"
    again = Client()
    again.post(
        again.get(link[1], follow=True).request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD}
    )
    fresh = Client()
    sign_in(fresh, password=new)
    assert is_in(fresh)


def test_nobody_is_sent_a_heap_of_links(member: Member) -> None:
    for n in range(8):
        Client(REMOTE_ADDR=f"192.0.2.{n}").post("/sign/password/reset/", {"email": member.email})
    assert len(mail.outbox) == 5


# --- the second step --------------------------------------------------------------------------------------------


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_a_code_opens_once_and_no_password_opens_without_it(member: Member) -> None:
    secret = generate_totp_secret()
    TOTP.activate(member, secret)
    first, thief = Client(), Client()
    for client in (first, thief):
        sign_in(client)
        assert not is_in(client)
    said = code(secret)
    first.post("/sign/2fa/authenticate/", {"code": said})
    thief.post("/sign/2fa/authenticate/", {"code": said})
    assert (is_in(first), is_in(thief)) == (True, False)


def test_the_code_that_sets_an_app_up_does_not_sign_in_too(member: Member) -> None:
    client = Client()
    sign_in(client)
    client.post("/sign/reauthenticate/", {"password": PASSWORD})
    client.get("/sign/2fa/totp/activate/")
    said = code(client.session[SECRET_SESSION_KEY])
    client.post("/sign/2fa/totp/activate/", {"code": said})
    assert Authenticator.objects.filter(user=member, type=Authenticator.Type.TOTP).exists()
    thief = Client()
    sign_in(thief)
    thief.post("/sign/2fa/authenticate/", {"code": said})
    assert not is_in(thief)


def test_a_recovery_code_opens_once(member: Member) -> None:
    TOTP.activate(member, generate_totp_secret())
    spare = RecoveryCodes.activate(member).get_unused_codes()[0]
    found = []
    for _time in range(2):
        client = Client()
        sign_in(client)
        client.post("/sign/2fa/authenticate/", {"code": spare})
        found.append(is_in(client))
    assert found == [True, False]


def test_who_lost_the_phone_is_told_of_recovery_codes_and_whom_to_ask(member: Member) -> None:
    TOTP.activate(member, generate_totp_secret())
    client = Client()
    said = sign_in(client, follow=True).content.decode()
    assert "recovery codes" in said
    assert "administrator" in said
    assert "Use a passkey" not in said, "there is none to use"
    Authenticator.objects.create(user=member, type=Authenticator.Type.WEBAUTHN, data={})
    assert SecondStep(user=member).has_passkey


def test_the_secrets_of_second_steps_are_kept_sealed_with_the_offices_key(
    member: Member, settings: Any
) -> None:
    secret = generate_totp_secret()
    TOTP.activate(member, secret)
    RecoveryCodes.activate(member)
    kept = [str(one.data) for one in Authenticator.objects.all()]
    assert not any(secret in one for one in kept)
    settings.SECRET_KEY = "another key"
    client = Client()
    sign_in(client)
    for said in (code(secret), "", "000000"):
        client.post("/sign/2fa/authenticate/", {"code": said})
        assert not is_in(client)


def test_an_office_may_ask_a_second_step_of_everybody(member: Member, settings: Any) -> None:
    settings.SECOND_STEP_ASKED = True
    client = Client()
    sign_in(client)
    assert client.get("/api/me").status_code == 403
    for page in ("/", "/accounts/", INSIDE, "/api/tokens"):
        assert client.get(page)["Location"] == "/sign/2fa/totp/activate/", page
    client.post("/sign/reauthenticate/", {"password": PASSWORD})
    assert client.get("/sign/2fa/totp/activate/").status_code == 200
    TOTP.activate(member, generate_totp_secret())
    assert is_in(client)


# --- sessions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mark", "over"), [(BEGUN, "SIGNED_IN_LONGEST"), (SEEN, "SIGNED_IN_IDLE")])
def test_a_session_ends_by_itself(member: Member, settings: Any, mark: str, over: str) -> None:
    client = Client()
    sign_in(client)
    assert is_in(client)
    session = client.session
    session[mark] -= getattr(settings, over) + 5
    session.save()
    assert not is_in(client)


def test_signing_out_ends_the_session_itself_and_clears_the_browser(member: Member) -> None:
    client, copy = Client(), Client()
    sign_in(client)
    copy.cookies["sessionid"] = client.cookies["sessionid"].value
    assert is_in(copy)
    answer = client.post("/sign/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_in(copy), "a cookie that was copied is worth nothing"


def test_a_new_password_ends_every_other_session(member: Member) -> None:
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    new = "another sentence nobody guesses"
    wrong = {"oldpassword": "wrong", "password1": new, "password2": new}
    here.post("/sign/password/change/", wrong)
    assert is_in(there), "without the old one nothing is changed"
    here.post("/sign/password/change/", wrong | {"oldpassword": PASSWORD})
    assert not is_in(there)


def test_sessions_are_listed_and_ended_from_another(member: Member) -> None:
    here, there = Client(), Client()
    sign_in(here)
    sign_in(there)
    assert here.get("/sign/sessions/").status_code == 200
    assert "/reauthenticate/" in here.post("/sign/sessions/")["Location"]
    assert is_in(there), "a browser left open ends nothing without the password"
    here.post("/sign/reauthenticate/", {"password": PASSWORD})
    here.post("/sign/sessions/")
    assert (is_in(here), is_in(there)) == (True, False)


def test_one_session_is_ended_alone_and_the_trail_says_so(member: Member) -> None:
    here, there, elsewhere = Client(), Client(), Client()
    for client in (here, there, elsewhere):
        sign_in(client)
    one = str(UserSession.objects.get(session_key=there.session.session_key).pk)
    assert "/reauthenticate/" in here.post("/sign/sessions/", {"end": one})["Location"]
    here.post("/sign/reauthenticate/", {"password": PASSWORD})
    here.post("/sign/sessions/", {"end": one})
    assert (is_in(here), is_in(there), is_in(elsewhere)) == (True, False, True)
    assert Change.objects.get(what="sign out").after == {"from": "127.0.0.1", "sessions ended": 1}


def test_nobody_ends_the_session_of_another_nor_one_without_the_forms_secret(member: Member) -> None:
    here, theirs = Client(), Client()
    other = Member.objects.create_user("other@example.com", PASSWORD, name="Other")
    sign_in(here)
    sign_in(theirs, other.email)
    here.handler.enforce_csrf_checks = True
    foreign = UserSession.objects.get(user=other)
    assert here.post("/sign/sessions/", {"end": str(foreign.pk)}).status_code == 403
    here.handler.enforce_csrf_checks = False
    here.post("/sign/reauthenticate/", {"password": PASSWORD})
    for wanted in (str(foreign.pk), "none such", ""):
        assert here.post("/sign/sessions/", {"end": wanted}).status_code == 404
    assert is_in(theirs)


def test_the_list_says_with_what_one_is_signed_in_and_when_that_was_last_used(member: Member) -> None:
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/130.0 Mobile/15E148 Safari/604.1"
    here, there = Client(), Client(headers={"user-agent": phone})
    sign_in(here)
    sign_in(there)
    session = there.session
    session[SEEN] = int(datetime(2026, 3, 4, 5, 6, tzinfo=UTC).timestamp())
    session.save()
    page = here.get("/sign/sessions/").content.decode()
    assert "Chrome, iPhone" in page
    assert 'href="/accounts/">Accounts</a>' in page, "the way on is there too"
    assert "4 Mar 2026" in page
    assert "everywhere else" not in page, "of one other, its own button is enough"


def test_what_is_counted_is_counted_for_every_process(member: Member, settings: Any) -> None:
    assert settings.CACHES["default"]["BACKEND"] == "keepwell.site.counting.Counting"
    cache.set("n", 0)
    assert [cache.incr("n") for _ in range(3)] == [1, 2, 3]
    with pytest.raises(ValueError, match="not found"):
        cache.incr("nothing")
