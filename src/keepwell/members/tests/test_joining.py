"""How people become members."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from keepwell.book.book import Book
from keepwell.lib.errors import KeepwellError
from keepwell.members import actions
from keepwell.members.models import Change, Invitation, Member, Role, Team

pytestmark = pytest.mark.django_db
PASSWORD = "a sentence nobody guesses"


def test_the_first_start_gives_a_link_that_makes_the_administrator() -> None:
    actions.begin()
    secret = actions.first_administrator(now=timezone.now())
    client = Client()
    answer = client.post(
        f"/members/join/{secret}", {"name": "Anna Kis", "email": "Anna@Example.com", "password": PASSWORD}
    )
    assert answer.status_code == 302
    member = Member.objects.get()
    assert (member.email, member.role) == ("anna@example.com", Role.ADMINISTRATOR)
    assert list(member.teams.all()) == list(Team.objects.all())
    assert client.get("/").status_code == 200


def test_whoever_joins_sees_the_session_that_began_and_can_end_it() -> None:
    secret = actions.invite(role=Role.MEMBER, now=timezone.now(), email="bo@example.com")
    client = Client()
    client.post(f"/members/join/{secret}", {"name": "Bo", "password": PASSWORD})
    session = UserSession.objects.get(user__email="bo@example.com")
    assert session.session_key == client.session.session_key


def test_whoever_joins_goes_by_the_companys_clock_at_first(tmp_path: Path, settings: Any) -> None:
    settings.HOME = str(tmp_path / "book")
    for name, zone in (("early", "UTC"), ("later", "Europe/Berlin")):
        secret = actions.invite(role=Role.MEMBER, now=timezone.now(), email=f"{name}@example.com")
        member = actions.join(secret=secret, name=name, password=PASSWORD, now=timezone.now())
        assert member.time_zone == zone
        if name == "early":
            Book.create(settings.HOME, reporting_currency="EUR", time_zone="Europe/Berlin")


def test_a_link_works_once() -> None:
    secret = actions.invite(role=Role.MEMBER, now=timezone.now(), email="bo@example.com")
    actions.join(secret=secret, name="Bo", password=PASSWORD, now=timezone.now())
    with pytest.raises(KeepwellError, match="used or has expired"):
        actions.join(secret=secret, name="Bo", password=PASSWORD, now=timezone.now())
    assert Client().get(f"/members/join/{secret}").status_code == 410


def test_who_joins_by_one_link_leaves_no_other_of_the_same_address() -> None:
    now = timezone.now()
    addressed = actions.invite(role=Role.MANAGER, now=now, email="bo@example.com")
    open_to_all = actions.invite(role=Role.MEMBER, now=now)
    actions.join(secret=open_to_all, name="Bo", email="Bo@example.com", password=PASSWORD, now=now)
    assert actions.invitation_of(addressed, now=now) is None
    assert not Invitation.objects.filter(used_at=None).exists()


def test_a_link_expires() -> None:
    now = timezone.now()
    secret = actions.invite(role=Role.MEMBER, now=now, email="bo@example.com")
    assert actions.invitation_of(secret, now=now + timedelta(days=8)) is None


def test_there_is_no_first_link_once_there_is_an_administrator() -> None:
    Member.objects.create_user("a@example.com", PASSWORD, name="A", role=Role.ADMINISTRATOR)
    assert actions.first_administrator(now=timezone.now()) is None


def test_a_second_start_makes_the_first_link_void() -> None:
    first = actions.first_administrator(now=timezone.now())
    second = actions.first_administrator(now=timezone.now())
    assert actions.invitation_of(str(first), now=timezone.now()) is None
    assert actions.invitation_of(str(second), now=timezone.now()) is not None


def test_the_secret_of_a_link_is_not_kept() -> None:
    secret = actions.invite(role=Role.MEMBER, now=timezone.now())
    assert secret not in str(Invitation.objects.values().get())


def test_a_weak_password_is_refused_and_the_link_stays_good() -> None:
    secret = actions.invite(role=Role.MEMBER, now=timezone.now(), email="bo@example.com")
    answer = Client().post(f"/members/join/{secret}", {"name": "Bo", "password": "bo"})
    assert answer.status_code == 200
    assert not Member.objects.exists()
    assert actions.invitation_of(secret, now=timezone.now())


def test_joining_is_on_the_trail() -> None:
    secret = actions.invite(role=Role.MEMBER, now=timezone.now(), email="bo@example.com")
    actions.join(secret=secret, name="Bo", password=PASSWORD, now=timezone.now())
    assert [one.what for one in Change.objects.all()] == ["join", "invite member"]


def test_nobody_signs_up_uninvited() -> None:
    Client().post("/sign/signup/", {"email": "x@example.com", "password1": PASSWORD})
    assert not Member.objects.exists()


def test_somebody_locked_out_is_told_to_wait() -> None:
    Member.objects.create_user("a@example.com", PASSWORD, name="A")
    client = Client()
    for _ in range(6):
        answer = client.post("/sign/login/", {"login": "a@example.com", "password": "wrong"})
    assert "Too many failed" in answer.content.decode()
    client.post("/sign/login/", {"login": "a@example.com", "password": PASSWORD})
    assert client.get("/").status_code == 302
