"""Who did what and when: written as it happens, found again, taken out as a table."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from keepwell.members import audit
from keepwell.members.models import Change, Member

pytestmark = pytest.mark.django_db
PASSWORD = "a sentence nobody guesses"


def whats() -> list[str]:
    return [one.what for one in Change.objects.order_by("pk")]


def test_signing_in_and_out_and_in_vain_is_on_the_trail(people: dict[str, Member]) -> None:
    client = Client()
    client.post("/sign/login/", {"login": "member@example.com", "password": "my other password"})
    client.post("/sign/login/", {"login": "correct horse battery", "password": "x"})
    client.post("/sign/login/", {"login": "member@example.com", "password": PASSWORD})
    client.post("/sign/logout/")
    assert whats()[-2:] == ["sign in", "sign out"]
    failed = Change.objects.filter(what="fail to sign in").order_by("pk").first()
    assert (failed.by, failed.key) == ("nobody", str(people["member"].pk))
    assert failed.after == {"from": "127.0.0.1"}
    kept = str(list(Change.objects.values()))
    assert "correct horse" not in kept
    assert "other password" not in kept


def test_a_changed_password_and_a_changed_profile_are_on_the_trail(
    as_: Callable[[str], Client],
) -> None:
    client = as_("member")
    said = {
        "oldpassword": PASSWORD,
        "password1": "another fine sentence",
        "password2": "another fine sentence",
    }
    client.post("/sign/password/change/", said)
    assert "change password" in whats()
    client = as_("viewer")
    client.post("/members/profile", {"name": "Vi", "language": "hu", "time_zone": "UTC", "theme": "dark"})
    told = Change.objects.get(what="change profile")
    assert told.after == {"name": "Vi", "language": "hu", "theme": "dark"}


def test_the_trail_is_found_by_who_what_and_when(
    as_: Callable[[str], Client], people: dict[str, Member]
) -> None:
    audit.record("assign account", by=people["member"], of=people["viewer"])
    old = audit.record("assign account", by=people["manager"])
    Change.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=40))
    client, today = as_("administrator"), timezone.now().date().isoformat()

    def shown(**asked: object) -> int:
        return client.get("/members/trail", asked).context["page"].paginator.count

    assert shown(what="assign account") == 2
    assert shown(what="assign account", since=today) == 1
    assert shown(what="assign account", until=(timezone.now() - timedelta(days=39)).date().isoformat()) == 1
    assert shown(what="assign account", who=people["manager"].pk) == 1
    assert shown(kind="members.member", key=people["viewer"].pk, what="assign account") == 1
    assert shown(since="nonsense", what="assign account") == 2
    assert shown(who="9" * 30) == 0


def test_the_trail_pages(as_: Callable[[str], Client]) -> None:
    for n in range(120):
        audit.record("count", by=None, after={"n": n})
    client = as_("administrator")
    first = client.get("/members/trail", {"what": "count"}).context["page"]
    second = client.get("/members/trail", {"what": "count", "page": 2}).context["page"]
    assert (len(first), len(second)) == (50, 50)


def test_taking_the_trail_out_is_on_the_trail_and_harmless_to_a_spreadsheet(
    as_: Callable[[str], Client],
) -> None:
    audit.record("=cmd|' /C calc'!A1", by=None, after={"teams": ["Nord"]})
    answer = as_("administrator").get("/members/trail.csv?what=")
    text = b"".join(answer.streaming_content).decode()
    assert "'=cmd" in text
    assert '"{""teams"": [""Nord""]}"' in text, "programs read it too"
    assert Change.objects.filter(what="export trail", by="Administrator").exists()


def test_nobody_changes_or_deletes_the_trail_by_an_address(as_: Callable[[str], Client]) -> None:
    for method in ("post", "put", "delete", "patch"):
        assert getattr(as_("administrator"), method)("/members/trail").status_code == 405
