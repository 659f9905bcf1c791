"""Saved segments, the night and the health of the system by programs."""

from datetime import time
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from keepwell.accounts.models import Account
from keepwell.api.tests.office import ROLES
from keepwell.members.models import Change, Member
from keepwell.retention.models import Segment
from keepwell.site.models import Office, Run, Step

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs that were asked for: no worker begins them here."""
    found: list[str] = []
    monkeypatch.setattr("keepwell.site.jobs.async_task", lambda job, **_said: found.append(job))
    monkeypatch.setattr("keepwell.site.progress.awaited", lambda: bool(found))
    return found


@pytest.mark.parametrize("name", ROLES)
def test_segments_are_saved_by_who_acts_and_changed_by_whose_they_are(
    name: str, as_: Any, people: dict[str, Member]
) -> None:
    program, acts, manages = as_(name), name != "viewer", name in ("administrator", "manager")
    of_mate = Segment.objects.create(name="Big", where="segment = Enterprise", made_by=people["mate"])
    made = program.call("POST", "/segments", {"name": "In Austria", "where": "country = AT"})
    assert made.status_code == (201 if acts else 403)
    taken = program.call("POST", "/segments", {"name": "big", "where": "country = AT"}).status_code
    mine = manages or name == "mate"
    assert taken == (201 if mine else 422 if acts else 403)
    (big, *_rest) = program.call("GET", "/segments").json()["items"]
    assert (big["name"], big["mine"], big["where"]) == (
        "Big", mine, "country = 'AT'" if mine else "segment = Enterprise",
    )  # fmt: skip
    gone = program.call("DELETE", f"/segments/{of_mate.pk}").status_code
    assert gone == (204 if mine else 403)


def test_a_segment_of_how_accounts_stand_is_counted_and_others_say_why_they_are_not(
    as_: Any, account: Account, settings: Any, tmp_path: Path
) -> None:
    settings.HOME = str(tmp_path / "no book")
    Segment.objects.create(name="At risk", where="health = poor")
    Segment.objects.create(name="Big", where="segment = Enterprise")
    risk, big = as_("viewer").call("GET", "/segments").json()["items"]
    assert (risk["accounts"], risk["currency"], risk["wrong"]) == (2, "EUR", "")
    assert (big["accounts"], big["wrong"]) == (None, "There is no book that can be read.")
    assert str(tmp_path) not in str(big)


def test_a_condition_that_is_none_is_refused(as_: Any) -> None:
    for where in ("nonsense", "segmnt = Enterprise and", "x"):
        refused = as_("mate").call("POST", "/segments", {"name": "x", "where": where})
        assert (refused.status_code, Segment.objects.count()) == (422, 0), where


@pytest.mark.parametrize("name", ROLES)
def test_the_night_and_the_health_are_administrators(name: str, as_: Any, people: dict[str, Member]) -> None:
    program, administers = as_(name), name == "administrator"
    for method, address, body, done in (
        ("GET", "/night", None, 200),
        ("POST", "/night", None, 202),
        ("GET", "/night/hour", None, 200),
        ("PUT", "/night/hour", {"at": "03:30"}, 200),
        ("GET", "/health", None, 200),
    ):
        answer = program.call(method, address, body)
        assert answer.status_code == (done if administers else 403), (address, answer.content)
    assert Office.the().night_at == (time(3, 30) if administers else time(2))
    assert as_(name, "act").call("POST", "/night").status_code == 403


def test_the_night_is_asked_for_once_and_told_step_by_step(as_: Any, asked: list[str]) -> None:
    program = as_("administrator")
    assert program.call("GET", "/night").json()["state"] == "none"
    for _ in range(2):
        assert program.call("POST", "/night").json()["state"] == "waiting"
    assert (asked, Change.objects.filter(what="begin night").count()) == (["keepwell.site.jobs.run_night"], 1)
    asked.clear()
    run = Run.objects.create(began_at=timezone.now(), ended_at=timezone.now(), state=Run.State.DONE)
    Step.objects.create(run=run, name="gather", place=1, done=3, of=3, began_at=run.began_at, said="3 files")
    told = program.call("GET", "/night").json()
    assert (told["state"], [(one["name"], one["said"]) for one in told["steps"]]) == (
        "done", [("gather", "3 files")],
    )  # fmt: skip
    mark = program.call("GET", "/night/hour")["ETag"]
    assert program.call("PUT", "/night/hour", {"at": "04:00"}, If_Match=mark).status_code == 200
    assert program.call("PUT", "/night/hour", {"at": "05:00"}, If_Match=mark).status_code == 412
    assert program.call("PUT", "/night/hour", {"at": "25:00"}).status_code == 422
