"""Who opens more than people do is held up, and passwords that were stolen elsewhere are not taken."""

import hashlib
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.test import Client

from keepwell.alerts.delivering.addresses import Refused, listed, resolved
from keepwell.alerts.delivering.guarded import outward_only
from keepwell.members import pace
from keepwell.members.breached import NotBreached, known
from keepwell.members.models import Member
from keepwell.members.pace import WINDOW, held_up

PASSWORDS = [f"a sentence number {n}" for n in range(500)]


@pytest.fixture(autouse=True)
def _uncounted(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Members of other tests had the same numbers."""
    _another_process(monkeypatch)
    caches["calls"].clear()


def _another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has counted nothing itself yet."""
    monkeypatch.setattr(pace, "_opened", Counter())
    monkeypatch.setattr(pace, "_elsewhere", Counter())


@pytest.mark.django_db
def test_a_member_who_opens_more_pages_than_people_do_is_held_up_and_nobody_else(settings: Any) -> None:
    settings.PAGES_A_MINUTE = 3
    hasty, calm = (Member.objects.create_user(f"{name}@example.com", "x", name=name) for name in ("h", "c"))
    client, other = Client(), Client()
    client.force_login(hasty)
    other.force_login(calm)
    answers = [client.get("/members/profile") for _ in range(8)]  # of two minutes at most
    assert answers[0].status_code == 200
    held = next(one for one in answers if one.status_code == 429)
    assert 0 < int(held["Retry-After"]) <= WINDOW
    assert "Too many pages" in held.content.decode()
    assert other.get("/members/profile").status_code == 200


def test_the_next_minute_begins_anew(settings: Any) -> None:
    settings.PAGES_A_MINUTE = 2
    begin = 1000 * WINDOW
    assert [held_up(-1, clock=begin + n) for n in range(4)] == [0, 0, WINDOW - 2, WINDOW - 3]
    assert held_up(-1, clock=begin + WINDOW) == 0


def test_all_processes_together_let_nobody_open_more(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PAGES_A_MINUTE = 100
    begin, opened = 2000 * WINDOW, 0
    for _process in range(4):
        _another_process(monkeypatch)
        opened += sum(held_up(7, clock=begin) == 0 for _page in range(100))
        assert held_up(8, clock=begin) == 0
    assert 100 <= opened <= 100 + 3 * 4  # fewer than a twentieth of what is allowed are told to nobody yet


def test_who_opens_pages_as_people_do_asks_the_database_nothing_for_it(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(0):
        assert not any(held_up(9, clock=3000 * WINDOW) for _page in range(59))


@pytest.fixture
def stolen(tmp_path: Path) -> Path:
    """As Pwned Passwords are downloaded: with the ends of lines that Windows has."""
    lines = sorted(hashlib.sha1(one.encode()).hexdigest().upper() for one in PASSWORDS)
    counts = random.Random(1)
    file = tmp_path / "pwned.txt"
    file.write_bytes(b"".join(f"{line}:{counts.randrange(1, 10**7)}\r\n".encode() for line in lines))
    return file


def test_every_password_of_the_file_is_found_and_no_other(stolen: Path) -> None:
    assert all(known(one, stolen) for one in PASSWORDS)
    assert not any(known(f"{one}!", stolen) for one in PASSWORDS)
    (stolen.parent / "none.txt").touch()
    assert not known("anything", stolen.parent / "none.txt")


def test_a_password_that_was_stolen_elsewhere_is_refused_where_the_office_has_the_file(
    stolen: Path, settings: Any
) -> None:
    NotBreached().validate(PASSWORDS[7])
    settings.BREACHED_PASSWORDS = str(stolen)
    with pytest.raises(ValidationError):
        NotBreached().validate(PASSWORDS[7])
    NotBreached().validate("a sentence that nobody lost")


@pytest.mark.parametrize(
    "made",
    [
        "password1234",
        "P4$$w0rd!2024",
        "dragonmonkey",
        "Qwertyqwerty12",
        "Trustno1Trustno1",
        "Football#Baseball1",
    ],
)
def test_what_most_passwords_of_breaches_are_made_of_is_refused_without_a_file(made: str) -> None:
    with pytest.raises(ValidationError):
        NotBreached().validate(made)


@pytest.mark.parametrize(
    "good", ["correct horse battery staple", "the sea was calm that night", "kw0-Tr9x!mmQz7"]
)
def test_a_sentence_of_common_words_is_taken(good: str) -> None:
    NotBreached().validate(good)


def test_an_office_that_lists_whom_it_reaches_reaches_nobody_else(settings: Any) -> None:
    assert listed("anybody.example")
    settings.MAY_REACH = ("hooks.slack.com", "*.office.com")
    assert [listed(one) for one in ("Hooks.Slack.com.", "acme.webhook.office.com", "office.com", "evil.example")] == [
        True, True, False, False,
    ]  # fmt: skip
    with pytest.raises(Refused):
        resolved("one.one.one.one", 443, private=False)
    with outward_only() as stopped, pytest.raises(PermissionError):
        __import__("socket").getaddrinfo("evil.example", 443)
    assert stopped
